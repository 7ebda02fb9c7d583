"""What an app configures of the function and the state machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk import App, Stack, Stage
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_destinations as destinations
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as sfn

from cdk_inference_recommender import InferenceRecommenderProvider, ValidationError

from .synthesis import Json, default_job, new_app, new_stack, only, resources, state_machine_definition, template_of

if TYPE_CHECKING:
    from collections.abc import Callable

FUNCTION = "AWS::Lambda::Function"
MACHINE = "AWS::StepFunctions::StateMachine"
ROLE = "AWS::IAM::Role"
HANDLER = "InferenceRecommenderProviderRole"


def function_of(stack: Stack) -> Json:
    properties: Json = only(template_of(stack), FUNCTION)["Properties"]
    return properties


def configured(give: Callable[[Stack], dict[str, Any]]) -> Stack:
    stack = new_stack()
    InferenceRecommenderProvider.configure(stack, **give(stack))
    default_job(stack)
    return stack


def vpc_of(stack: Stack) -> ec2.IVpc:
    return ec2.Vpc.from_vpc_attributes(
        stack,
        "Vpc",
        vpc_id="vpc-1",
        availability_zones=["us-east-1a"],
        private_subnet_ids=["subnet-1"],
        private_subnet_route_table_ids=["rtb-1"],
    )


def statements_of(role: Json) -> list[Json]:
    return [each for policy in role["Properties"]["Policies"] for each in policy["PolicyDocument"]["Statement"]]


def test_the_function_gets_what_is_configured() -> None:
    stack = configured(
        lambda stack: {
            "memory_size": 512,
            "architecture": lambda_.Architecture.ARM_64,
            "runtime": lambda_.Runtime.PYTHON_3_12,
            "reserved_concurrent_executions": 10,
            "environment_encryption": kms.Key(stack, "Key"),
        }
    )
    properties = function_of(stack)
    assert properties["MemorySize"] == 512
    assert properties["Architectures"] == ["arm64"]
    assert properties["Runtime"] == "python3.12"
    assert properties["ReservedConcurrentExecutions"] == 10
    assert "KmsKeyArn" in properties


def test_a_function_in_a_vpc_may_have_its_interfaces_before_it_is_created() -> None:
    stack = configured(
        lambda stack: {
            "vpc": vpc_of(stack),
            "security_groups": [ec2.SecurityGroup.from_security_group_id(stack, "Group", "sg-1")],
        }
    )
    assert function_of(stack)["VpcConfig"] == {"SecurityGroupIds": ["sg-1"], "SubnetIds": ["subnet-1"]}
    (handler,) = (role for name, role in resources(template_of(stack), ROLE).items() if name.startswith(HANDLER))
    assert any("ec2:CreateNetworkInterface" in statement["Action"] for statement in statements_of(handler))


def test_without_a_vpc_it_may_make_no_interface() -> None:
    stack = new_stack()
    default_job(stack)
    (handler,) = (role for name, role in resources(template_of(stack), ROLE).items() if name.startswith(HANDLER))
    assert not any("ec2:CreateNetworkInterface" in statement["Action"] for statement in statements_of(handler))


def test_tracing_is_of_the_function_and_of_the_state_machine() -> None:
    stack = configured(lambda _: {"tracing": lambda_.Tracing.ACTIVE})
    assert function_of(stack)["TracingConfig"] == {"Mode": "Active"}
    assert only(template_of(stack), MACHINE)["Properties"]["TracingConfiguration"] == {"Enabled": True}


def test_the_state_machine_s_log_never_has_execution_data() -> None:
    """The input of an execution has CloudFormation's response address; the CDK logs it by default."""
    stack = configured(
        lambda stack: {
            "state_machine_logs": sfn.LogOptions(destination=logs.LogGroup(stack, "Log"), level=sfn.LogLevel.ALL)
        }
    )
    logging = only(template_of(stack), MACHINE)["Properties"]["LoggingConfiguration"]
    assert (logging["Level"], logging["IncludeExecutionData"]) == ("ALL", False)


def test_lost_events_go_to_the_destination_that_is_configured() -> None:
    stack = configured(lambda stack: {"on_failure": destinations.SqsDestination(sqs.Queue(stack, "Lost"))})
    properties = only(template_of(stack), "AWS::Lambda::EventInvokeConfig")["Properties"]
    assert "OnFailure" in properties["DestinationConfig"]
    assert properties["MaximumEventAgeInSeconds"] == 300


def test_a_log_group_that_is_handed_in_replaces_the_provider_s() -> None:
    stack = configured(lambda stack: {"log_group": logs.LogGroup(stack, "Own")})
    template = template_of(stack)
    assert [name[:3] for name in resources(template, "AWS::Logs::LogGroup")] == ["Own"]
    assert function_of(stack)["LoggingConfig"]["LogGroup"]["Ref"].startswith("Own")


def test_roles_that_are_handed_in_get_the_permissions() -> None:
    def give(stack: Stack) -> dict[str, Any]:
        return {
            "role": iam.Role(stack, "Mine", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com")),
            "state_machine_role": iam.Role(stack, "Machine", assumed_by=iam.ServicePrincipal("states.amazonaws.com")),
        }

    template = template_of(configured(give))
    assert not [name for name in resources(template, ROLE) if name.startswith("InferenceRecommenderProvider")]
    mine = next(policy for name, policy in resources(template, "AWS::IAM::Policy").items() if name.startswith("Mine"))
    actions = str([statement["Action"] for statement in mine["Properties"]["PolicyDocument"]["Statement"]])
    for action in ("logs:PutLogEvents", "sagemaker:CreateInferenceRecommendationsJob", "iam:PassRole"):
        assert action in actions
    machine = only(template, MACHINE)["Properties"]["RoleArn"]
    assert machine["Fn::GetAtt"][0].startswith("Machine")


def test_a_boundary_bounds_each_role_that_the_provider_creates_and_no_other() -> None:
    boundary = "arn:aws:iam::123456789012:policy/boundary"
    stack = configured(
        lambda stack: {"permissions_boundary": iam.ManagedPolicy.from_managed_policy_arn(stack, "Bound", boundary)}
    )
    roles = resources(template_of(stack), ROLE)
    bounded = {name for name, role in roles.items() if role["Properties"].get("PermissionsBoundary") == boundary}
    assert bounded == {name for name in roles if name.startswith("InferenceRecommenderProvider")}
    assert len(bounded) == 2


def test_the_nearest_setting_of_each_prop_counts() -> None:
    app = App()
    stage = Stage(app, "Stage")
    InferenceRecommenderProvider.configure(app, memory_size=128, reserved_concurrent_executions=5)
    InferenceRecommenderProvider.configure(stage, memory_size=512, architecture=lambda_.Architecture.ARM_64)
    stack, other = Stack(stage, "Stack"), Stack(app, "Other")
    InferenceRecommenderProvider.configure(stack, architecture=lambda_.Architecture.X86_64)
    for each in (stack, other):
        default_job(each)
    inner, outer = function_of(stack), function_of(other)
    wanted = ("MemorySize", "Architectures", "ReservedConcurrentExecutions")
    assert [inner[name] for name in wanted] == [512, ["x86_64"], 5]
    assert [outer[name] for name in wanted] == [128, ["x86_64"], 5]


def test_a_setting_changes_neither_the_function_s_id_nor_the_machine_s_definition() -> None:
    plain = new_stack()
    default_job(plain)
    changed = configured(lambda stack: {"memory_size": 1024, "vpc": vpc_of(stack), "tracing": lambda_.Tracing.ACTIVE})
    for stack in (plain, changed):
        assert list(resources(template_of(stack), FUNCTION)) == ["InferenceRecommenderHandler"]
    assert state_machine_definition(template_of(plain)) == state_machine_definition(template_of(changed))


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"reserved_concurrent_executions": 0}, "reserved_concurrent_executions = 0 keeps"),
        ({"memory_size": 64}, "memory_size = 64 isn't from 128 to 10240 MB"),
        ({"memory_size": 20_000}, "memory_size = 20000 isn't"),
        ({"runtime": lambda_.Runtime.NODEJS_22_X}, "runtime = nodejs22.x can't run the handler"),
        ({"runtime": lambda_.Runtime.PYTHON_3_10}, "runtime = python3.10 can't run the handler"),
        ({"security_groups": []}, "vpc_subnets and security_groups need vpc"),
    ],
    ids=["no concurrency", "too little memory", "too much memory", "Node.js", "old Python", "no VPC"],
)
def test_what_would_not_work_is_rejected_with_the_scope_s_path(given: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=rf"^Stack: {message}"):
        InferenceRecommenderProvider.configure(new_stack(), **given)


def test_all_problems_are_reported_at_once() -> None:
    with pytest.raises(ValidationError, match=r"reserved_concurrent_executions.*memory_size"):
        InferenceRecommenderProvider.configure(new_stack(), memory_size=1, reserved_concurrent_executions=0)


def test_execution_data_in_the_log_is_rejected() -> None:
    stack = new_stack()
    options = sfn.LogOptions(destination=logs.LogGroup(stack, "Log"), include_execution_data=True)
    with pytest.raises(ValidationError, match=r"include_execution_data = True would write"):
        InferenceRecommenderProvider.configure(stack, state_machine_logs=options)


@pytest.mark.parametrize("scope", ["app", "stack"])
def test_a_configuration_after_the_first_job_is_rejected(scope: str) -> None:
    app = new_app()
    stack = new_stack(app)
    default_job(stack)
    with pytest.raises(ValidationError, match=rf"^{'App' if scope == 'app' else 'Stack'}: .* comes too late"):
        InferenceRecommenderProvider.configure(app if scope == "app" else stack, memory_size=512)


def test_a_second_configuration_of_a_scope_is_rejected() -> None:
    stack = new_stack()
    InferenceRecommenderProvider.configure(stack, memory_size=512)
    with pytest.raises(ValidationError, match="comes too late"):
        InferenceRecommenderProvider.configure(stack, memory_size=512)


def test_another_configuration_of_asynchronous_calls_is_rejected_with_the_remedy() -> None:
    stack = new_stack()
    default_job(stack)
    function = InferenceRecommenderProvider.of(stack).function
    with pytest.raises(ValidationError, match=r"configure\(scope, on_failure=\.\.\.\)"):
        function.configure_async_invoke(retry_attempts=0)


def test_what_it_is_made_of_can_be_read() -> None:
    stack = new_stack()
    provider = InferenceRecommenderProvider.of(stack)
    assert isinstance(provider.function, lambda_.Function)
    assert isinstance(provider.state_machine, sfn.StateMachine)
    assert isinstance(provider.role, iam.Role)
    assert isinstance(provider.log_group, logs.LogGroup)
