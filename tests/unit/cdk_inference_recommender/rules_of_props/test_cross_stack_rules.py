"""What comes from other stacks and goes to them, by the functions that check it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk import App, CfnResource, Environment, Fn, NestedStack, Stack
from aws_cdk import aws_iam as iam
from constructs import Construct

from cdk_inference_recommender.cross_stack.rules import (
    OutgoingReference,
    check_incoming_references,
    check_outgoing_reference,
)
from inference_recommendations_handler.protocol.contract import ResourceType

from .found_problems import Found, found

if TYPE_CHECKING:
    from collections.abc import Mapping

ACCOUNT, OTHER_ACCOUNT = "123456789012", "210987654321"
HERE = Environment(account=ACCOUNT, region="eu-west-1")
OTHER_REGION = Environment(account=ACCOUNT, region="us-east-1")
ELSEWHERE = Environment(account=OTHER_ACCOUNT, region="eu-west-1")
ROLE = f"arn:aws:iam::{OTHER_ACCOUNT}:role/recommender"


def checked(request: Mapping[str, object], user: Construct, *, own_role: bool = False) -> list[Found]:
    return found(check_incoming_references(request, user, own_role=own_role))


def user_in(app: App, *, env: Environment | None = HERE) -> Construct:
    return Construct(Stack(app, "Here", env=env), "Job")


def resource_in(app: App, *, env: Environment | None = HERE, kind: str = "AWS::SageMaker::Model") -> CfnResource:
    return CfnResource(Stack(app, "There", env=env), "Resource", type=kind)


def test_an_attribute_that_another_stack_refers_to() -> None:
    reference = OutgoingReference(
        attributes=("JobName",), consumers="Other/Config", harm="it changes", remedy="Leave it"
    )
    assert found(check_outgoing_reference(reference)) == [
        Found("CrossStackReference", "JobName", None, "referred to by Other/Config; it changes", "Leave it")
    ]


@pytest.mark.parametrize("member", ["ModelName", "ModelPackageVersionArn"])
@pytest.mark.parametrize("env", [HERE, None])
def test_a_model_of_another_stack(member: str, env: Environment | None) -> None:
    app = App()
    user, model = user_in(app, env=env), resource_in(app, env=env)
    assert checked({"InputConfig": {member: model.ref}}, user) == [
        Found("ModelOfAnotherStack", f"InputConfig.{member}", None, "it is There/Resource")
    ]


@pytest.mark.parametrize("env", [OTHER_REGION, ELSEWHERE])
def test_a_model_that_can_t_be_handed_over(env: Environment) -> None:
    app = App()
    model = resource_in(app, env=env)
    (problem,) = checked({"InputConfig": {"ModelName": model.ref}}, user_in(app))
    assert problem[:4] == ("ModelOfAnotherStack", "InputConfig.ModelName", None, "it is There/Resource")
    assert problem.remedy
    assert problem.remedy.startswith("A model is used in its own account and Region")


def test_a_model_within_another_value() -> None:
    app = App()
    model = resource_in(app)
    (problem,) = checked({"InputConfig": {"ModelName": Fn.select(0, Fn.split("/", model.ref))}}, user_in(app))
    assert problem.detail == "it is There/Resource"


def test_models_that_are_no_other_stack_s() -> None:
    app = App()
    user = user_in(app)
    own = CfnResource(Stack.of(user), "Own", type="AWS::SageMaker::Model")
    nested = CfnResource(NestedStack(Stack.of(user), "Nested"), "Model", type="AWS::SageMaker::Model")
    for name in ("bert", own.ref, nested.ref, Fn.import_value("Model")):
        assert checked({"InputConfig": {"ModelName": name}}, user) == []


def test_a_recommended_model_is_reported_where_it_is_made() -> None:
    app = App()
    model = resource_in(app, kind=ResourceType.RECOMMENDED_MODEL)
    other = CfnResource(Stack.of(model), "Other", type="AWS::SageMaker::Model")
    assert checked({"InputConfig": {"ModelName": model.ref}}, user_in(app)) == []
    both = {"InputConfig": {"ModelName": f"{model.ref}{other.ref}"}}
    assert [each.detail for each in checked(both, Construct(Stack(app, "Third", env=HERE), "Job"))] == [
        "it is There/Other"
    ]


def test_a_role_of_another_account() -> None:
    app = App()
    user = user_in(app)
    detail = f"it is in {OTHER_ACCOUNT}, and the stack in {ACCOUNT}"
    assert checked({"RoleArn": ROLE}, user) == [Found("RoleAccount", "RoleArn", ROLE, detail)]
    within = f"arn:{Fn.ref('AWS::Partition')}:iam::{OTHER_ACCOUNT}:role/recommender"
    assert checked({"RoleArn": within}, user) == [Found("RoleAccount", "RoleArn", None, detail)]


def test_a_role_that_another_account_s_stack_makes() -> None:
    app = App()
    user = user_in(app)
    role = iam.Role(
        Stack(app, "There", env=ELSEWHERE),
        "Role",
        role_name="recommender",
        assumed_by=iam.ServicePrincipal("sagemaker.amazonaws.com"),
    )
    resource = CfnResource(Stack.of(role), "Resource", type="AWS::IAM::Role")
    assert checked({"RoleArn": resource.ref}, user) == [
        Found("RoleAccount", "RoleArn", None, f"There/Resource is in account {OTHER_ACCOUNT}, eu-west-1")
    ]


@pytest.mark.parametrize("env", [HERE, OTHER_REGION, None])
def test_roles_that_may_be_passed(env: Environment | None) -> None:
    app = App()
    user = user_in(app)
    role = resource_in(app, env=env, kind="AWS::IAM::Role")
    for arn in (role.ref, ROLE.replace(OTHER_ACCOUNT, ACCOUNT), "recommender"):
        assert checked({"RoleArn": arn}, user) == []


def test_a_role_of_the_construct_itself_is_not_looked_at() -> None:
    assert checked({"RoleArn": ROLE}, user_in(App()), own_role=True) == []


def test_a_role_is_in_no_other_account_than_that_of_an_agnostic_stack() -> None:
    app = App()
    user = user_in(app, env=None)
    role = resource_in(app, env=ELSEWHERE, kind="AWS::IAM::Role")
    assert checked({"RoleArn": ROLE}, user) == []
    assert checked({"RoleArn": role.ref}, user) == []


@pytest.mark.parametrize(
    ("env", "environment"),
    [
        (OTHER_REGION, f"account {ACCOUNT}, us-east-1"),
        (ELSEWHERE, f"account {OTHER_ACCOUNT}, eu-west-1"),
        (Environment(account=OTHER_ACCOUNT), f"account {OTHER_ACCOUNT}, any Region"),
    ],
)
def test_an_endpoint_of_another_account_or_region(env: Environment, environment: str) -> None:
    app = App()
    user = user_in(app)
    endpoint = resource_in(app, env=env, kind="AWS::SageMaker::Endpoint")
    request = {"InputConfig": {"Endpoints": [{"EndpointName": "live"}, {"EndpointName": endpoint.ref}]}}
    assert checked(request, user) == [
        Found(
            "ExistingEndpointElsewhere",
            "InputConfig.Endpoints[1].EndpointName",
            None,
            f"There/Resource is in {environment}",
        )
    ]


@pytest.mark.parametrize(
    ("member", "kind"), [("Subnets", "AWS::EC2::Subnet"), ("SecurityGroupIds", "AWS::EC2::SecurityGroup")]
)
def test_a_network_of_another_region(member: str, kind: str) -> None:
    app = App()
    user = user_in(app)
    resource = resource_in(app, env=OTHER_REGION, kind=kind)
    request: dict[str, Any] = {"InputConfig": {"VpcConfig": {member: [resource.ref, resource.ref]}}}
    # All are of one VPC, which is one problem.
    assert checked(request, user) == [
        Found(
            "NetworkRegion",
            f"InputConfig.VpcConfig.{member}[0]",
            None,
            f"There/Resource is in account {ACCOUNT}, us-east-1",
        )
    ]


@pytest.mark.parametrize(
    "request_of",
    [
        lambda name: {"InputConfig": {"Endpoints": [{"EndpointName": name}]}},
        lambda name: {"InputConfig": {"VpcConfig": {"Subnets": [name], "SecurityGroupIds": [name]}}},
    ],
)
def test_what_stays_may_be_another_stack_s(request_of: Any) -> None:
    app = App()
    assert checked(request_of(resource_in(app).ref), user_in(app)) == []
    app = App()
    assert checked(request_of(resource_in(app, env=OTHER_REGION).ref), user_in(app, env=None)) == []


def test_only_the_account_or_the_region_may_be_known() -> None:
    app = App()
    user = user_in(app, env=Environment(region="eu-west-1"))
    subnet = resource_in(app, env=OTHER_REGION, kind="AWS::EC2::Subnet")
    request = {"InputConfig": {"VpcConfig": {"Subnets": [subnet.ref]}}}
    assert [each.rule for each in checked(request, user)] == ["NetworkRegion"]
    app = App()
    user = user_in(app, env=Environment(account=ACCOUNT))
    role = resource_in(app, env=ELSEWHERE, kind="AWS::IAM::Role")
    assert [each.rule for each in checked({"RoleArn": role.ref}, user)] == ["RoleAccount"]
