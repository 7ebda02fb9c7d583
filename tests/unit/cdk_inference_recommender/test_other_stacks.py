"""What constructs get from other stacks, accounts and Regions, and hand out to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk import App, CfnOutput, Environment, Fn, NestedStack, Stack, Token
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sagemaker as sagemaker
from aws_cdk import aws_ssm as ssm

from cdk_inference_recommender import (
    InferenceRecommendationsJob,
    ModelSource,
    RealTimeRecommendation,
    RecommendedEndpoint,
    ServerlessRecommendation,
)

from .synthesis import (
    ACCOUNT,
    JOB,
    MODEL_CONFIG,
    PACKAGE_ARN,
    REGION,
    ROLE_ARN,
    default_job,
    errors_of,
    given_role,
    load_test,
    new_app,
    only,
    payloads,
    template_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from constructs import Construct

HERE = Environment(account=ACCOUNT, region=REGION)
OTHER_REGION = Environment(account=ACCOUNT, region="us-east-1")
OTHER_ACCOUNT = Environment(account="999999999999", region=REGION)


def model_in(stack: Construct, **props: Any) -> sagemaker.CfnModel:
    container = sagemaker.CfnModel.ContainerDefinitionProperty(image=f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/bert:1")
    return sagemaker.CfnModel(stack, "Model", execution_role_arn=ROLE_ARN, primary_container=container, **props)


def package_in(stack: Construct) -> sagemaker.CfnModelPackage:
    return sagemaker.CfnModelPackage(stack, "Package", model_package_group_name="bert")


def two_stacks(env: Environment | None = None, elsewhere: Environment | None = None) -> tuple[App, Stack, Stack]:
    app = new_app()
    return app, Stack(app, "Here", env=env), Stack(app, "There", env=elsewhere or env)


SOURCES: dict[str, Callable[[Stack], ModelSource]] = {
    "a model": lambda stack: ModelSource.from_model(model_in(stack), container_config=MODEL_CONFIG),
    "a model's name": lambda stack: ModelSource.from_model(
        model_in(stack).attr_model_name, container_config=MODEL_CONFIG
    ),
    "a name cut out of an ARN": lambda stack: ModelSource.from_model(
        Fn.select(1, Fn.split("/", model_in(stack).ref)), container_config=MODEL_CONFIG
    ),
    "a model with a name of its own": lambda stack: ModelSource.from_model(
        model_in(stack, model_name="bert"), container_config=MODEL_CONFIG
    ),
    "a model package": lambda stack: ModelSource.from_model_package(package_in(stack)),
    "a nested stack's model": lambda stack: ModelSource.from_model(
        model_in(NestedStack(stack, "Nested")), container_config=MODEL_CONFIG
    ),
}


@pytest.mark.parametrize("source", SOURCES.values(), ids=list(SOURCES))
@pytest.mark.parametrize("env", [None, HERE], ids=["agnostic", "known"])
@pytest.mark.parametrize("nested", [False, True], ids=["stack", "nested"])
def test_a_job_may_not_measure_a_model_of_another_stack(
    source: Callable[[Stack], ModelSource], env: Environment | None, *, nested: bool
) -> None:
    app, here, there = two_stacks(env)
    scope = NestedStack(here, "Inner") if nested else here
    default_job(scope, model=source(there))
    (error,) = errors_of(app)
    assert error.startswith(f"[{scope.node.path}/Job] model: has another name after each change")
    assert "it is There/" in error
    assert "Declare it in this stack. Or write its name to an ssm.StringParameter there" in error
    assert "(ModelOfAnotherStack; " in error


def test_an_endpoint_may_not_run_a_model_of_another_stack() -> None:
    app, here, there = two_stacks()
    RecommendedEndpoint(
        here,
        "Endpoint",
        recommendation=RealTimeRecommendation.from_parameters(here, "Best", "/bert"),
        model=ModelSource.from_model(model_in(there), container_config=MODEL_CONFIG),
        role=given_role(here),
    )
    (error,) = errors_of(app)
    assert error.startswith("[Here/Endpoint] model: has another name after each change")


@pytest.mark.parametrize("elsewhere", [OTHER_REGION, OTHER_ACCOUNT], ids=["Region", "account"])
def test_a_model_of_another_account_or_region_can_t_be_handed_over(elsewhere: Environment) -> None:
    app, here, there = two_stacks(HERE, elsewhere)
    default_job(here, model=ModelSource.from_model(model_in(there), container_config=MODEL_CONFIG))
    (error,) = errors_of(app)
    assert "A model is used in its own account and Region" in error
    assert "ssm.StringParameter" not in error


def test_a_document_is_spelled_as_it_stands() -> None:
    app, here, there = two_stacks()
    document = {
        "JobType": "Default",
        "RoleArn": ROLE_ARN,
        "InputConfig": {"ModelPackageVersionArn": package_in(there).attr_model_package_arn},
    }
    InferenceRecommendationsJob.from_cli_input(here, "Job", document)
    (error,) = errors_of(app)
    assert error.startswith("[Here/Job] InputConfig.ModelPackageVersionArn: ")


def test_a_model_s_name_may_come_through_a_parameter() -> None:
    _, here, there = two_stacks()
    ssm.StringParameter(
        there, "ModelName", parameter_name="/my-app/model", string_value=model_in(there).attr_model_name
    )
    name = ssm.StringParameter.value_for_string_parameter(here, "/my-app/model")
    default_job(here, model=ModelSource.from_model(name, container_config=MODEL_CONFIG))
    here.add_stack_dependency(there)
    assert only(template_of(here), JOB)


@pytest.mark.parametrize("nested", ["the job", "the model"])
def test_a_nested_stack_is_updated_with_its_parent(nested: str) -> None:
    app = new_app()
    parent = Stack(app, "Parent")
    inner = NestedStack(parent, "Inner")
    of_job, of_model = (inner, parent) if nested == "the job" else (parent, inner)
    default_job(of_job, model=ModelSource.from_model(model_in(of_model), container_config=MODEL_CONFIG))
    app.synth()


def test_what_stays_may_be_another_stack_s() -> None:
    app, here, there = two_stacks(HERE)
    vpc = ec2.Vpc(there, "Vpc")
    key = kms.Key(there, "Key")
    assumed_by = iam.ServicePrincipal("sagemaker.amazonaws.com")
    endpoint = sagemaker.CfnEndpoint(there, "Endpoint", endpoint_config_name="bert")
    load_test(
        here,
        role=iam.Role(there, "Role", assumed_by=assumed_by),
        vpc=vpc,
        security_groups=[ec2.SecurityGroup(there, "Group", vpc=vpc)],
        volume_encryption_key=key,
    )
    default_job(here, "Compared", existing_endpoint=endpoint)
    app.synth()


def serving(stack: Stack) -> RecommendedEndpoint:
    return RecommendedEndpoint(
        stack,
        "Endpoint",
        recommendation=default_job(stack).recommend_real_time("Best"),
        model=ModelSource.from_model_package(PACKAGE_ARN),
        role=given_role(stack),
    )


def test_a_recommended_endpoint_keeps_its_name_and_its_scalable_target() -> None:
    app, here, there = two_stacks()
    endpoint = serving(here)
    scaled = endpoint.auto_scale_instance_count(max_capacity=4)
    scaled.scale_on_invocations("Load")
    for number, value in enumerate((endpoint.endpoint_name, endpoint.endpoint_arn, scaled.resource_id)):
        CfnOutput(there, f"Output{number}", value=value)
    app.synth()


def test_a_recommended_model_s_name_changes_with_the_choice() -> None:
    app, here, there = two_stacks()
    CfnOutput(there, "Output", value=serving(here).model_name)
    (error,) = errors_of(app)
    assert error.startswith("[Here/Endpoint] model_name: a value that changes with a job can't reach another stack")
    assert "referred to by There/Output" in error
    assert "add_stack_dependency" in error


def test_a_recommended_model_that_another_stack_measures_is_one_error() -> None:
    app, here, there = two_stacks()
    default_job(there, model=ModelSource.from_model(serving(here).model_name, container_config=MODEL_CONFIG))
    (error,) = errors_of(app)
    assert error.startswith("[Here/Endpoint] model_name: ")
    assert "There/Job" in error


def test_an_endpoint_of_another_stack_is_one_error() -> None:
    app, here, there = two_stacks()
    best = default_job(here).recommend_real_time("Best")
    RecommendedEndpoint(
        there,
        "Endpoint",
        recommendation=best,
        model=ModelSource.from_model_package(PACKAGE_ARN),
        role=given_role(there),
    )
    (error,) = errors_of(app)
    assert error.startswith("[Here/Job/Best] ")
    named, _, _ = error.partition(": ")
    for attribute in ("recommendation_id", "environment_json", "instance_type", "initial_instance_count"):
        assert attribute in named
    assert "There/Endpoint/Model, There/Endpoint/EndpointConfig, There/Endpoint/InstanceCount" in error


@pytest.mark.parametrize(
    "context",
    [{}, {"@aws-cdk/core:defaultCrossStackReferences": "weak"}],
    ids=["strong", "weak"],
)
@pytest.mark.parametrize("elsewhere", [OTHER_REGION, OTHER_ACCOUNT], ids=["Region", "account"])
def test_no_parameters_are_recommended_where_they_can_t_be_read(
    elsewhere: Environment, context: dict[str, object]
) -> None:
    app = new_app(context)
    here, there = Stack(app, "Here", env=HERE), Stack(app, "There", env=elsewhere)
    CfnOutput(there, "Output", value=default_job(here).recommend_real_time("Best").instance_type)
    (error,) = errors_of(app)
    assert "from_parameters" not in error
    assert "Deploy both stacks to one account and Region" in error
    assert "cdk deploy --outputs-file" in error


def test_each_consumer_gets_the_remedy_that_works_for_it() -> None:
    app, here, there = two_stacks(HERE, OTHER_REGION)
    best = default_job(here).recommend_real_time("Best")
    CfnOutput(there, "Output", value=best.instance_type)
    CfnOutput(Stack(app, "Near", env=HERE), "Output", value=best.instance_type)
    (error,) = errors_of(app)
    assert "referred to by There/Output, Near/Output" in error
    assert "RealTimeRecommendation.from_parameters(self, 'Best', '/my-app/best'). For There/Output: Parameters" in error


def test_a_second_synthesis_finds_what_was_added() -> None:
    app, here, there = two_stacks()
    best = default_job(here).recommend_real_time("Best")
    app.synth()
    CfnOutput(there, "Output", value=best.instance_type)
    with pytest.raises(RuntimeError, match=r"\[Here/Job/Best\] instance_type: "):
        app.synth(force=True)


@pytest.mark.parametrize("elsewhere", [OTHER_REGION, OTHER_ACCOUNT], ids=["Region", "account"])
def test_what_is_published_elsewhere_can_t_be_read(elsewhere: Environment) -> None:
    app, here, there = two_stacks(HERE, elsewhere)
    default_job(here).recommend_real_time("Best").publish("/bert")
    RealTimeRecommendation.from_parameters(there, "Best", "/bert")
    (error,) = errors_of(app)
    assert error.startswith("[There/Best] prefix = '/bert': CloudFormation reads parameters of the stack's own account")
    assert f"Here/Job/Best publishes in account {ACCOUNT}, {REGION}" in error
    assert "(PublishedElsewhere; " in error


@pytest.mark.parametrize("agnostic", ["publisher", "reader"])
def test_an_agnostic_stack_may_go_where_the_other_one_goes(agnostic: str) -> None:
    app = new_app()
    here = Stack(app, "Here", env=None if agnostic == "publisher" else HERE)
    there = Stack(app, "There", env=None if agnostic == "reader" else HERE)
    default_job(here).recommend_real_time("Best").publish("/bert")
    RealTimeRecommendation.from_parameters(there, "Best", "/bert")
    app.synth()


def test_a_publisher_within_reach_is_enough() -> None:
    app, here, there = two_stacks(HERE, OTHER_REGION)
    for stack in (here, there):
        package = PACKAGE_ARN.replace(REGION, stack.region)
        best = default_job(stack, model=ModelSource.from_model_package(package)).recommend_real_time("Best")
        best.publish("/bert")
    near = Stack(app, "Near", env=HERE)
    RealTimeRecommendation.from_parameters(near, "Best", "/bert")
    RealTimeRecommendation.from_parameters(near, "Again", "/bert")
    app.synth()


@pytest.mark.parametrize("reader_first", [False, True])
@pytest.mark.parametrize("env", [None, HERE], ids=["agnostic", "known"])
def test_a_recommendation_is_read_as_what_it_is(env: Environment | None, *, reader_first: bool) -> None:
    app, here, there = two_stacks(env)

    def read() -> None:
        best = ServerlessRecommendation.from_parameters(there, "Best", "/bert")
        CfnOutput(there, "Output", value=Token.as_string(best.memory_size_in_mb))

    def publish() -> None:
        default_job(here).recommend_real_time("Best").publish("/bert")

    for step in (read, publish) if reader_first else (publish, read):
        step()
    (error,) = errors_of(app)
    assert error.startswith("[There/Best] prefix = '/bert': ")
    assert "Read it with RealTimeRecommendation.from_parameters(...). (PublishedKind; " in error


OTHER_ROLE = "arn:aws:iam::999999999999:role/recommender"


def test_a_role_of_another_account_can_t_be_passed() -> None:
    app, here, _ = two_stacks(HERE)
    default_job(here, role=iam.Role.from_role_arn(here, "Role", OTHER_ROLE))
    (error,) = errors_of(app)
    assert error.startswith(f"[Here/Job] role = '{OTHER_ROLE}': a role can be passed to SageMaker in its own account")
    assert f"it is in 999999999999, and the stack in {ACCOUNT}. Give a role of the stack's account" in error


def test_nor_one_that_another_account_s_stack_makes() -> None:
    app, here, there = two_stacks(HERE, OTHER_ACCOUNT)
    role = iam.Role(there, "Role", role_name="recommender", assumed_by=iam.ServicePrincipal("sagemaker.amazonaws.com"))
    default_job(here, role=role)
    (error,) = errors_of(app)
    assert error.startswith("[Here/Job] role: a role can be passed to SageMaker in its own account only")


def test_nor_to_an_endpoint_or_by_a_document() -> None:
    app, here, _ = two_stacks(HERE)
    RecommendedEndpoint(
        here,
        "Endpoint",
        recommendation=RealTimeRecommendation.from_parameters(here, "Best", "/bert"),
        model=ModelSource.from_model_package(PACKAGE_ARN),
        role=iam.Role.from_role_arn(here, "Role", OTHER_ROLE),
    )
    document = {
        "JobType": "Default",
        "RoleArn": OTHER_ROLE,
        "InputConfig": {"ModelPackageVersionArn": PACKAGE_ARN},
    }
    InferenceRecommendationsJob.from_cli_input(here, "Job", document)
    errors = errors_of(app)
    assert [error.partition(" = ")[0] for error in errors] == ["[Here/Endpoint] role", "[Here/Job] RoleArn"]


def test_an_agnostic_stack_s_account_may_be_the_role_s() -> None:
    app, here, _ = two_stacks()
    default_job(here, role=iam.Role.from_role_arn(here, "Role", OTHER_ROLE))
    app.synth()


def test_an_endpoint_of_another_region_can_t_be_compared_with() -> None:
    app, here, there = two_stacks(HERE, OTHER_REGION)
    default_job(here, existing_endpoint=sagemaker.CfnEndpoint(there, "Endpoint", endpoint_config_name="bert"))
    (error,) = errors_of(app)
    assert error.startswith("[Here/Job] existing_endpoint: an endpoint is known by its name in its own account")
    assert f"There/Endpoint is in account {ACCOUNT}, us-east-1" in error


def test_a_network_of_another_region_can_t_be_used() -> None:
    app, here, there = two_stacks(HERE, OTHER_REGION)
    vpc = ec2.Vpc(there, "Vpc")
    group = ec2.SecurityGroup.from_security_group_id(here, "Group", "sg-0123456789abcdef0")
    default_job(here, vpc=vpc, security_groups=[group], input_buckets=[payloads(here)])
    (error,) = errors_of(app)
    assert error.startswith("[Here/Job] vpc_subnets[0]: subnets and security groups are used in their own Region only")
