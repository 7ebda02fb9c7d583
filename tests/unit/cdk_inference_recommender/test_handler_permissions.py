"""What the handler's role may do: the same in every stack, and by name only what a user hands in."""

from __future__ import annotations

import pytest
from aws_cdk import CfnParameter, Environment, NestedStack, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sagemaker as sagemaker

from cdk_inference_recommender import InferenceRecommendationsJob, ModelSource, RecommendedEndpoint, ValidationError
from cdk_inference_recommender.permissions.handler_permissions import handler_statements

from .dependency_order import before
from .synthesis import (
    ACCOUNT,
    JOB,
    MODEL_CONFIG,
    POLICY,
    REGION,
    Json,
    arn,
    default_job,
    given_role,
    images,
    new_app,
    new_stack,
    payloads,
    resources,
    role_statements,
    statements,
    template_of,
)

HANDLER_ROLE = "InferenceRecommenderProviderRole"
STACK_TAG = "cdk-inference-recommender:stack-id"
STACK_ID = {"Ref": "AWS::StackId"}
OTHER_ACCOUNT = "210987654321"
ENVIRONMENT = Environment(account=ACCOUNT, region=REGION)


def allow(actions: str | list[str], resource: object, condition: Json | None = None) -> Json:
    statement: Json = {"Action": actions, "Effect": "Allow", "Resource": resource}
    return statement | ({"Condition": condition} if condition else {})


def of_sagemaker(*kinds: str) -> list[Json]:
    return [arn("sagemaker", f"{kind}/*") for kind in kinds]


def iam_arn(*parts: object) -> Json:
    return {"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, ":iam::", {"Ref": "AWS::AccountId"}, *parts]]}


REQUESTED = {f"aws:RequestTag/{STACK_TAG}": STACK_ID}
OWNED = {"StringEquals": {f"aws:ResourceTag/{STACK_TAG}": STACK_ID}}
TO_SAGEMAKER = {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}}
LINKED_SERVICE = "sagemaker.application-autoscaling.amazonaws.com"
LINKED_ROLE = f":role/aws-service-role/{LINKED_SERVICE}/AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint"

VIA_AUTO_SCALING = {
    "BoolIfExists": {"aws:ViaAWSService": "true"},
    "StringLikeIfExists": {"aws:CalledViaLast": "application-autoscaling.*"},
}

FIXED = [
    allow(
        ["sagemaker:CreateInferenceRecommendationsJob", "sagemaker:CreateModel"],
        of_sagemaker("inference-recommendations-job", "model"),
        {"StringEquals": REQUESTED},
    ),
    allow(
        "sagemaker:AddTags",
        of_sagemaker("inference-recommendations-job", "model"),
        {"StringEquals": REQUESTED, "StringLike": {"sagemaker:TaggingAction": "Create*"}},
    ),
    allow(
        [
            "sagemaker:StopInferenceRecommendationsJob",
            "sagemaker:DeleteModel",
            "sagemaker:AddTags",
            "sagemaker:DeleteTags",
        ],
        of_sagemaker("inference-recommendations-job", "model"),
        OWNED,
    ),
    allow("sagemaker:UpdateEndpointWeightsAndCapacities", arn("sagemaker", "endpoint/*"), OWNED),
    allow(
        "sagemaker:UpdateEndpointWeightsAndCapacities",
        arn("sagemaker", "endpoint/*"),
        VIA_AUTO_SCALING,
    ),
    allow("sagemaker:DescribeModelPackage", arn("sagemaker", "model-package/*")),
    allow(
        [
            "sagemaker:DescribeInferenceRecommendationsJob",
            "sagemaker:GetScalingConfigurationRecommendation",
            "sagemaker:DescribeModel",
            "sagemaker:DescribeEndpoint",
            "sagemaker:DescribeEndpointConfig",
            "sagemaker:ListTags",
        ],
        of_sagemaker("inference-recommendations-job", "model", "endpoint", "endpoint-config"),
    ),
    allow(
        [
            "sagemaker:ListInferenceRecommendationsJobs",
            "sagemaker:ListInferenceRecommendationsJobSteps",
            "application-autoscaling:DescribeScalableTargets",
            "application-autoscaling:DescribeScalingPolicies",
            "ec2:DescribeNetworkInterfaces",
        ],
        "*",
    ),
    allow(["cloudformation:DescribeStacks", "cloudformation:DescribeStackResource"], STACK_ID),
    allow(
        "iam:PassRole",
        iam_arn(":role/cdk-inference-recommender/", {"Ref": "AWS::Region"}, "/Stack/*"),
        TO_SAGEMAKER,
    ),
    allow(
        [
            "application-autoscaling:RegisterScalableTarget",
            "application-autoscaling:DeregisterScalableTarget",
            "application-autoscaling:PutScalingPolicy",
            "application-autoscaling:DeleteScalingPolicy",
        ],
        arn("application-autoscaling", "scalable-target/*"),
        {
            "StringEquals": {
                "application-autoscaling:service-namespace": "sagemaker",
                "application-autoscaling:scalable-dimension": "sagemaker:variant:DesiredInstanceCount",
            }
        },
    ),
    allow(
        ["cloudwatch:DescribeAlarms", "cloudwatch:PutMetricAlarm", "cloudwatch:DeleteAlarms"],
        arn("cloudwatch", "alarm:*"),
        VIA_AUTO_SCALING,
    ),
    allow(
        "iam:CreateServiceLinkedRole",
        iam_arn(LINKED_ROLE),
        {"StringEquals": {"iam:AWSServiceName": LINKED_SERVICE}},
    ),
]
"""Word by word: a statement that is widened has to be widened here, too."""


def scaled_endpoint(stack: Stack, name: str = "Endpoint", **props: object) -> RecommendedEndpoint:
    model = ModelSource.from_model_package(own_package(stack, name))
    access = {"input_buckets": [payloads(stack)], "image_repositories": [images(stack)]}
    job = default_job(stack, f"{name}Job", model=model)
    endpoint = RecommendedEndpoint(
        stack,
        name,
        recommendation=job.recommend_real_time("Best"),
        model=model,
        **(access | props),  # type: ignore[arg-type]
    )
    endpoint.auto_scale_instance_count(max_capacity=2).scale_on_invocations("Load")
    return endpoint


def own_package(stack: Stack, name: str = "bert") -> str:
    return stack.format_arn(service="sagemaker", resource="model-package", resource_name=f"{name}/1")


def fixed_statements(template: Json) -> list[Json]:
    (role,) = (
        role["Properties"]
        for name, role in resources(template, "AWS::IAM::Role").items()
        if name.startswith(HANDLER_ROLE)
    )
    assert "ManagedPolicyArns" not in role
    logs, fixed = role["Policies"]
    group = next(iter(resources(template, "AWS::Logs::LogGroup")))
    assert logs["PolicyDocument"]["Statement"] == [
        allow(["logs:CreateLogStream", "logs:PutLogEvents"], {"Fn::GetAtt": [group, "Arn"]})
    ]
    found: list[Json] = fixed["PolicyDocument"]["Statement"]
    return found


def test_the_handler_s_permissions_are_these_and_no_more() -> None:
    stack = new_stack()
    default_job(stack)
    assert fixed_statements(template_of(stack)) == FIXED


def test_they_are_the_same_whatever_the_stack_holds() -> None:
    stack = new_stack()
    for index in range(3):
        scaled_endpoint(stack, f"Endpoint{index}")
    InferenceRecommendationsJob.from_job_name(stack, "Existing", "bert").recommend_real_time("Best")
    template = template_of(stack)
    assert fixed_statements(template) == FIXED
    state_machine = 2
    assert len(role_statements(template, HANDLER_ROLE)) == 1 + len(FIXED) + state_machine


def test_a_nested_stack_has_its_own_tag_and_path() -> None:
    nested = NestedStack(new_stack(), "Nested")
    default_job(nested)
    resolved = nested.resolve([granted.statement.to_statement_json() for granted in handler_statements(nested)])
    conditions = [found["Condition"]["StringEquals"] for found in resolved if STACK_TAG in str(found.get("Condition"))]
    assert len(conditions) == 4
    assert all(value == STACK_ID for condition in conditions for value in condition.values())
    (passed,) = (found for found in resolved if found["Action"] == "iam:PassRole")
    assert passed["Resource"]["Fn::Join"][1][-4:] == [{"Ref": "AWS::Region"}, "/", {"Ref": "AWS::StackName"}, "/*"]


def test_the_handler_may_run_its_own_state_machine_only() -> None:
    stack = new_stack()
    default_job(stack)
    template = template_of(stack)
    (machine,) = resources(template, "AWS::StepFunctions::StateMachine")
    start, watch = statements(template, "InferenceRecommenderProviderStateMachineAccess")
    assert start == allow(["states:StartExecution", "states:ListExecutions"], {"Ref": machine})
    assert watch["Action"] == ["states:DescribeExecution", "states:StopExecution"]
    assert {"Fn::GetAtt": [machine, "Name"]} in watch["Resource"]["Fn::Join"][1]


def handed_in(template: Json, kind: str) -> dict[str, list[Json]]:
    """Policies of the handler's role for one kind of what is handed in, by logical id."""
    prefix = f"InferenceRecommenderProvider{kind}"
    return {
        name: policy["Properties"]["PolicyDocument"]["Statement"]
        for name, policy in resources(template, POLICY).items()
        if name.startswith(prefix)
    }


def test_a_role_that_is_handed_in_is_named_once_however_many_use_it() -> None:
    stack = new_stack()
    for index in range(3):
        scaled_endpoint(stack, f"Endpoint{index}", role=given_role(stack) if index == 0 else _again(stack, index))
    default_job(stack, "Job", role=_again(stack, 3))
    template = template_of(stack)
    ((policy, passed),) = handed_in(template, "PassRole").items()
    assert passed == [allow("iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/recommender", TO_SAGEMAKER)]
    users = [*resources(template, "Custom::RecommendedModel"), *resources(template, JOB)]
    assert len(users) == 3 + 4
    assert all((policy in before(template, user)) == (user not in _with_default_roles(template)) for user in users)


def _with_default_roles(template: Json) -> set[str]:
    return {name for name in resources(template, JOB) if name.startswith("Endpoint")}


def _again(stack: Stack, index: int) -> iam.IRole:
    return iam.Role.from_role_arn(stack, f"Again{index}", f"arn:aws:iam::{ACCOUNT}:role/recommender")


def test_another_job_s_default_role_is_covered_by_its_path() -> None:
    stack = new_stack()
    first = default_job(stack, "First")
    default_job(stack, "Second", role=first.role)
    assert not handed_in(template_of(stack), "PassRole")


def test_another_stack_s_default_role_is_named() -> None:
    app = new_app()
    first = default_job(Stack(app, "First", env=ENVIRONMENT))
    second = Stack(app, "Second", env=ENVIRONMENT)
    default_job(second, role=first.role)
    assert len(handed_in(template_of(second), "PassRole")) == 1


def test_roles_of_two_stacks_with_one_logical_id_are_two() -> None:
    app = new_app()
    roles = [
        iam.Role(Stack(app, name, env=ENVIRONMENT), "Role", assumed_by=iam.ServicePrincipal("sagemaker.amazonaws.com"))
        for name in ("First", "Second")
    ]
    stack = Stack(app, "Stack", env=ENVIRONMENT)
    for index, role in enumerate(roles):
        default_job(stack, f"Job{index}", role=role)
    assert len(handed_in(template_of(stack), "PassRole")) == 2


def test_a_key_is_named_once_however_it_is_given() -> None:
    stack = new_stack()
    key = kms.Key(stack, "Key")
    for index, given in enumerate((key, kms.Key.from_key_arn(stack, "Again", key.key_arn), key)):
        default_job(stack, f"Job{index}", volume_encryption_key=given)
    assert len(handed_in(template_of(stack), "Key")) == 1


def test_a_package_of_the_stack_s_own_account_isn_t_named() -> None:
    stack = new_stack(env=ENVIRONMENT)
    made = sagemaker.CfnModelPackage(stack, "Package")
    for name, package in (
        ("Literal", own_package(stack)),
        ("Tokens", f"arn:aws:sagemaker:{stack.region}:{stack.account}:model-package/bert/2"),
        ("Made", made.attr_model_package_arn),
    ):
        _endpoint_of(stack, name, package)
    assert not handed_in(template_of(stack), "ModelPackage")


@pytest.mark.parametrize(
    "package",
    [
        f"arn:aws:sagemaker:{REGION}:{OTHER_ACCOUNT}:model-package/bert/1",
        f"arn:aws:sagemaker:us-east-1:{ACCOUNT}:model-package/bert/1",
    ],
    ids=["account", "Region"],
)
def test_a_package_of_elsewhere_is_named_once(package: str) -> None:
    stack = new_stack(env=ENVIRONMENT)
    for name in ("First", "Second"):
        _endpoint_of(stack, name, package)
    template = template_of(stack)
    ((policy, named),) = handed_in(template, "ModelPackage").items()
    assert named == [allow(["sagemaker:CreateModel", "sagemaker:DescribeModelPackage"], package)]
    assert all(policy in before(template, model) for model in resources(template, "Custom::RecommendedModel"))


def test_a_package_that_only_the_deployment_knows_is_named() -> None:
    stack = new_stack()
    _endpoint_of(stack, "Endpoint", CfnParameter(stack, "Package").value_as_string)
    (named,) = handed_in(template_of(stack), "ModelPackage").values()
    assert named[0]["Resource"] == {"Ref": "Package"}


def _endpoint_of(stack: Stack, name: str, package: str) -> None:
    model = ModelSource.from_model_package(package)
    best = default_job(stack, f"{name}Job", model=model).recommend_real_time("Best")
    RecommendedEndpoint(
        stack,
        name,
        recommendation=best,
        model=model,
        input_buckets=[payloads(stack)],
        image_repositories=[images(stack)],
    )


def test_a_source_model_needs_nothing_by_name_since_the_service_writes_names_in_lower_case() -> None:
    stack = new_stack()
    model = ModelSource.from_model("Bert", container_config=MODEL_CONFIG)
    role = given_role(stack)
    best = default_job(stack, role=role).recommend_real_time("Best")
    RecommendedEndpoint(stack, "Endpoint", recommendation=best, model=model, role=role)
    assert "Bert" not in str(role_statements(template_of(stack), HANDLER_ROLE))


def test_the_path_can_begin_as_the_context_says() -> None:
    stack = new_stack(new_app({"cdk-inference-recommender:role-path": "/ml/recommender/"}), env=ENVIRONMENT)
    default_job(stack)
    template = template_of(stack)
    (role,) = (role for name, role in resources(template, "AWS::IAM::Role").items() if name.startswith("JobRole"))
    assert role["Properties"]["Path"].startswith(f"/ml/recommender/{REGION}/Stack/")
    (passed,) = (found for found in fixed_statements(template) if found["Action"] == "iam:PassRole")
    assert passed["Resource"]["Fn::Join"][1][-1] == f":iam::{ACCOUNT}:role/ml/recommender/{REGION}/Stack/*"


@pytest.mark.parametrize("path", ["ml/", "/ml", "/a b/", "/ü/", "//", 1, "/" + "a" * 256 + "/"])
def test_a_path_that_iam_or_sagemaker_refuses_is_refused(path: object) -> None:
    stack = new_stack(new_app({"cdk-inference-recommender:role-path": path}))
    with pytest.raises(ValidationError, match=r"^Stack: the context value cdk-inference-recommender:role-path = "):
        default_job(stack)
