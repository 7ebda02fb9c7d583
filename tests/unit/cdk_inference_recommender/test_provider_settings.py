"""What an app configures of the function and the state machine."""

from __future__ import annotations

from inspect import Parameter, signature
from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk import App, Stack, Stage
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_destinations as destinations
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as sfn

from cdk_inference_recommender import InferenceRecommenderProvider, ValidationError

from .synthesis import (
    Json,
    default_job,
    new_app,
    new_stack,
    only,
    resources,
    role_statements,
    state_machine_definition,
    template_of,
)

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


def test_subnets_and_security_groups_may_be_given_nearer_than_their_vpc() -> None:
    app = new_app()
    network = new_stack(app, "Network")
    stack = new_stack(app)
    group = ec2.SecurityGroup.from_security_group_id(stack, "Group", "sg-1")
    InferenceRecommenderProvider.configure(stack, security_groups=[group])
    InferenceRecommenderProvider.configure(app, vpc=vpc_of(network))
    default_job(stack)
    assert function_of(stack)["VpcConfig"] == {"SecurityGroupIds": ["sg-1"], "SubnetIds": ["subnet-1"]}


def test_a_nearer_vpc_leaves_out_the_subnets_and_groups_of_an_outer_one() -> None:
    app = new_app()
    network = new_stack(app, "Network")
    stack = new_stack(app)
    outer_group = ec2.SecurityGroup.from_security_group_id(network, "Group", "sg-outer")
    subnets = ec2.SubnetSelection(subnets=[ec2.Subnet.from_subnet_id(network, "Subnet", "subnet-outer")])
    InferenceRecommenderProvider.configure(
        app, vpc=vpc_of(network), vpc_subnets=subnets, security_groups=[outer_group], memory_size=512
    )
    inner_group = ec2.SecurityGroup.from_security_group_id(stack, "Group", "sg-inner")
    InferenceRecommenderProvider.configure(stack, vpc=vpc_of(stack), security_groups=[inner_group])
    default_job(stack)
    properties = function_of(stack)
    assert properties["VpcConfig"] == {"SecurityGroupIds": ["sg-inner"], "SubnetIds": ["subnet-1"]}
    assert properties["MemorySize"] == 512


@pytest.mark.parametrize("given", [{"security_groups": []}, {"vpc_subnets": ec2.SubnetSelection()}])
def test_without_a_vpc_at_any_scope_neither_subnets_nor_groups_can_be_used(given: dict[str, Any]) -> None:
    stack = new_stack()
    InferenceRecommenderProvider.configure(stack, **given)
    with pytest.raises(ValidationError, match=r"^Stack: .* neither the stack nor an outer scope has vpc"):
        default_job(stack)


EVERY_SETTING: dict[str, Callable[[Stack], Any]] = {
    "vpc": vpc_of,
    "vpc_subnets": lambda _: ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_WITH_EGRESS),
    "security_groups": lambda stack: [ec2.SecurityGroup.from_security_group_id(stack, "Group", "sg-1")],
    "environment_encryption": lambda stack: kms.Key(stack, "Key"),
    "log_group": lambda stack: logs.LogGroup(stack, "Own"),
    "reserved_concurrent_executions": lambda _: 10,
    "tracing": lambda _: lambda_.Tracing.ACTIVE,
    "state_machine_logs": lambda stack: sfn.LogOptions(destination=logs.LogGroup(stack, "MachineLog")),
    "on_failure": lambda stack: destinations.SqsDestination(sqs.Queue(stack, "Lost")),
    "role": lambda stack: iam.Role(stack, "Mine", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com")),
    "state_machine_role": lambda stack: iam.Role(
        stack, "Machine", assumed_by=iam.ServicePrincipal("states.amazonaws.com")
    ),
    "permissions_boundary": lambda stack: iam.ManagedPolicy.from_managed_policy_arn(
        stack, "Bound", "arn:aws:iam::123456789012:policy/boundary"
    ),
    "memory_size": lambda _: 1024,
    "architecture": lambda _: lambda_.Architecture.ARM_64,
    "runtime": lambda _: lambda_.Runtime.PYTHON_3_12,
    "code": lambda stack: lambda_.Code.from_bucket(
        s3.Bucket.from_bucket_name(stack, "Code", "handlers"), "handler-0.1.0.zip"
    ),
}
"""A value that differs from its default, for each setting."""
REPLACED_BY = ("FunctionName", "PackageType", "TenancyConfig")
"""Properties whose change replaces a function (CloudFormation's reference, `AWS::Lambda::Function`)."""


def service_tokens(template: Json) -> list[Any]:
    return [
        resource["Properties"]["ServiceToken"]
        for resource in resources(template).values()
        if resource["Type"].startswith("Custom::")
    ]


def test_every_setting_is_in_the_table_above() -> None:
    parameters = signature(InferenceRecommenderProvider.configure).parameters
    assert list(EVERY_SETTING) == [name for name, each in parameters.items() if each.kind is Parameter.KEYWORD_ONLY]


@pytest.mark.parametrize("name", EVERY_SETTING)
def test_no_setting_replaces_the_function_or_changes_the_machine_s_definition(name: str) -> None:
    names = ("vpc", name) if name in {"vpc_subnets", "security_groups"} else (name,)
    plain = new_stack()
    default_job(plain)
    before = template_of(plain)
    after = template_of(configured(lambda stack: {each: EVERY_SETTING[each](stack) for each in names}))
    assert before != after
    assert list(resources(after, FUNCTION)) == list(resources(before, FUNCTION)) == ["InferenceRecommenderHandler"]
    replaced = only(before, FUNCTION)["Properties"], only(after, FUNCTION)["Properties"]
    assert replaced[0].keys().isdisjoint(REPLACED_BY)
    assert replaced[1].keys().isdisjoint(REPLACED_BY)
    assert service_tokens(after) == service_tokens(before) != []
    assert state_machine_definition(after) == state_machine_definition(before)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"reserved_concurrent_executions": 0}, "reserved_concurrent_executions = 0 keeps"),
        ({"memory_size": 64}, "memory_size = 64 isn't from 128 to 10240 MB"),
        ({"memory_size": 20_000}, "memory_size = 20000 isn't"),
        ({"runtime": lambda_.Runtime.NODEJS_22_X}, "runtime = nodejs22.x can't run the handler"),
        ({"runtime": lambda_.Runtime.PYTHON_3_10}, "runtime = python3.10 can't run the handler"),
        ({"code": lambda_.Code.from_inline("def on_event(event, context): ...")}, "code is inline"),
    ],
    ids=["no concurrency", "too little memory", "too much memory", "Node.js", "old Python", "inline code"],
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
    assert provider.grant_principal.principal_account == provider.role.principal_account


def test_logs_and_executions_can_be_granted_and_the_function_is_a_grantee() -> None:
    stack = new_stack()
    provider = InferenceRecommenderProvider.of(stack)
    reader = iam.Role(stack, "Reader", assumed_by=iam.AccountRootPrincipal())
    provider.grant_read_logs(reader)
    provider.grant_read_executions(reader)
    sqs.Queue(stack, "Queue").grant_send_messages(provider)
    template = template_of(stack)
    read = {action for each in role_statements(template, "Reader") for action in as_list(each["Action"])}
    assert {"logs:GetLogEvents", "states:ListExecutions", "states:DescribeExecution"} <= read
    assert not [action for action in read if action.startswith(("logs:Put", "logs:Delete", "states:St"))]
    own = {action for each in role_statements(template, HANDLER) for action in as_list(each["Action"])}
    assert "sqs:SendMessage" in own


def as_list(value: str | list[str]) -> list[str]:
    return value if isinstance(value, list) else [value]
