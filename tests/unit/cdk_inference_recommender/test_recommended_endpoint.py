"""An endpoint on what was chosen, as a template."""

from __future__ import annotations

from typing import Any

import pytest
from aws_cdk import Acknowledgment, CfnParameter, Stack, Tags, Token, Validations
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sagemaker as sagemaker

from cdk_inference_recommender import (
    ContainerConfig,
    InferenceRecommendationsJob,
    ModelSource,
    RealTimeRecommendation,
    RecommendedEndpoint,
    ValidationError,
)
from inference_recommendations_handler.protocol.contract import RecommendedModelProperty

from .dependency_order import before
from .synthesis import (
    MODEL_CONFIG,
    PACKAGE_ARN,
    ROLE_ARN,
    Json,
    default_job,
    given_role,
    images,
    logical_id,
    new_app,
    new_stack,
    only,
    payloads,
    resources,
    role_statements,
    statements,
    template_of,
    warnings_of,
)

MODEL = "Custom::RecommendedModel"
CONFIG = "AWS::SageMaker::EndpointConfig"
ENDPOINT = "AWS::SageMaker::Endpoint"


def endpoint(stack: Stack, *, serverless: bool = False, **props: Any) -> RecommendedEndpoint:
    job = default_job(stack)
    sound: Json = {
        "recommendation": job.recommend_serverless("Best") if serverless else job.recommend_real_time("Best"),
        "model": ModelSource.from_model_package(PACKAGE_ARN),
        "role": given_role(stack),
    }
    return RecommendedEndpoint(stack, "Endpoint", **(sound | props))


def template_with(**props: Any) -> Json:
    stack = new_stack()
    endpoint(stack, **props)
    return template_of(stack)


def model_of(template: Json) -> Json:
    properties: Json = only(template, MODEL)["Properties"]
    return properties


def test_the_model_gets_all_of_the_choice() -> None:
    template = template_with()
    (recommendation,) = resources(template, "Custom::InferenceRecommendation")
    properties = model_of(template)
    assert {key: value for key, value in properties.items() if key != "ServiceToken"} == {
        "ServiceTimeout": "300",
        "NamePrefix": "stack-endpoint-model-d4a5a85a",
        "ModelPackageArn": PACKAGE_ARN,
        "ExecutionRoleArn": ROLE_ARN,
        **{
            name: {"Fn::GetAtt": [recommendation, name]}
            for name in ("RecommendationId", "InferenceSpecificationName", "CompilationJobName", "EnvironmentJson")
        },
    }


def test_configuration_and_endpoint_follow_the_model() -> None:
    template = template_with(endpoint_name="bert", variant_name="Main")
    (model,), (configuration,) = resources(template, MODEL), resources(template, CONFIG)
    (recommendation,) = resources(template, "Custom::InferenceRecommendation")
    assert only(template, CONFIG)["Properties"] == {
        "ProductionVariants": [
            {
                "ModelName": {"Ref": model},
                "VariantName": "Main",
                "InitialVariantWeight": 1,
                "InstanceType": {"Fn::GetAtt": [recommendation, "InstanceType"]},
                "InitialInstanceCount": {"Fn::GetAtt": [recommendation, "InitialInstanceCount"]},
            }
        ]
    }
    # Without a name of its own, CloudFormation can make the new configuration beside the old one.
    assert only(template, ENDPOINT)["Properties"] == {
        "EndpointConfigName": {"Fn::GetAtt": [configuration, "EndpointConfigName"]},
        "EndpointName": "bert",
        "RetainAllVariantProperties": True,
        "Tags": [{"Key": "cdk-inference-recommender:stack-id", "Value": {"Ref": "AWS::StackId"}}],
    }


def test_serverless_is_decided_at_synth() -> None:
    template = template_with(serverless=True)
    (variant,) = only(template, CONFIG)["Properties"]["ProductionVariants"]
    assert variant["ServerlessConfig"].keys() == {"MemorySizeInMB", "MaxConcurrency"}
    assert "InstanceType" not in variant
    assert "RetainAllVariantProperties" not in only(template, ENDPOINT)["Properties"]
    assert not resources(template, "Custom::EndpointInstanceCount")


def test_a_recommendation_of_another_stack_is_read_from_parameters() -> None:
    app = new_app()
    stack = Stack(app, "Reader")
    best = RealTimeRecommendation.from_parameters(stack, "Best", "/bert")
    RecommendedEndpoint(
        stack,
        "Endpoint",
        recommendation=best,
        model=ModelSource.from_model_package(PACKAGE_ARN),
        role=given_role(stack),
    )
    template = template_of(stack)
    for name in ("RecommendationId", "EnvironmentJson", "InferenceSpecificationName", "CompilationJobName"):
        parameter = template["Parameters"][model_of(template)[name]["Ref"]]
        assert parameter == {"Type": "AWS::SSM::Parameter::Value<String>", "Default": f"/bert/{name}"}


def test_network_key_and_isolation_are_carried_over() -> None:
    stack = new_stack()
    key = kms.Key(stack, "Key")
    made = endpoint(stack, vpc=ec2.Vpc(stack, "Vpc", max_azs=2), volume_encryption_key=key, network_isolation=True)
    assert made.connections.security_groups
    template = template_of(stack)
    (group,) = resources(template, "AWS::EC2::SecurityGroup")
    assert model_of(template)["VpcConfig"] == {
        "Subnets": [{"Ref": "VpcPrivateSubnet1Subnet536B997A"}, {"Ref": "VpcPrivateSubnet2Subnet3788AAA1"}],
        "SecurityGroupIds": [{"Fn::GetAtt": [group, "GroupId"]}],
    }
    assert model_of(template)["EnableNetworkIsolation"] is True
    assert only(template, CONFIG)["Properties"]["KmsKeyId"] == {"Fn::GetAtt": [logical_id(key), "Arn"]}
    (model,) = resources(template, MODEL)
    assert "VpcPrivateSubnet1DefaultRouteBE02A9ED" in before(template, model)


def test_an_alias_is_there_before_it_is_named() -> None:
    stack = new_stack()
    alias = kms.Alias(stack, "Alias", alias_name="alias/volumes", target_key=kms.Key(stack, "Key"))
    endpoint(stack, volume_encryption_key=alias)
    template = template_of(stack)
    (configuration,) = resources(template, CONFIG)
    assert logical_id(alias) in before(template, configuration)


def test_tags_reach_model_configuration_and_endpoint() -> None:
    stack = new_stack()
    endpoint(stack, tags={"team": "search"})
    Tags.of(stack).add("stage", "test")
    template = template_of(stack)
    wanted = [{"Key": "stage", "Value": "test"}, {"Key": "team", "Value": "search"}]
    assert [only(template, kind)["Properties"]["Tags"] for kind in (MODEL, CONFIG)] == [wanted] * 2
    owner = {"Key": "cdk-inference-recommender:stack-id", "Value": {"Ref": "AWS::StackId"}}
    assert only(template, ENDPOINT)["Properties"]["Tags"] == [owner, *wanted]


def test_a_model_can_be_the_source() -> None:
    stack = new_stack()
    source = sagemaker.CfnModel(stack, "Source", execution_role_arn=ROLE_ARN)
    endpoint(stack, model=ModelSource.from_model(source, container_config=MODEL_CONFIG))
    template = template_of(stack)
    assert model_of(template)["SourceModelName"] == {"Fn::GetAtt": ["Source", "ModelName"]}
    assert "ModelPackageArn" not in model_of(template)


def test_the_model_waits_for_its_roles_permissions() -> None:
    stack = new_stack()
    made = endpoint(stack, role=None, input_buckets=[payloads(stack)], image_repositories=[images(stack)])
    kms.Key(stack, "Key").grant_decrypt(made)
    template = template_of(stack)
    (model,) = resources(template, MODEL)
    assert any(name.startswith("EndpointRoleDefaultPolicy") for name in before(template, model))


def test_the_model_waits_until_the_handler_may_pass_a_role_that_is_handed_in() -> None:
    template = template_with()
    (model,) = resources(template, MODEL)
    assert any(name.startswith("InferenceRecommenderProviderPassRole") for name in before(template, model))


def test_the_default_role_has_the_least_that_is_needed() -> None:
    stack = new_stack()
    endpoint(stack, role=None, input_buckets=[payloads(stack)], image_repositories=[images(stack)])
    allowed = {
        action
        for statement in role_statements(template_of(stack), "EndpointRole")
        for action in ([statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"])
    }
    assert {action.partition(":")[0] for action in allowed} == {"cloudwatch", "logs", "s3", "ecr"}
    assert not any("Put" in action or "Delete" in action for action in allowed if action.startswith(("s3", "ecr")))


def test_a_default_role_that_could_read_nothing_is_warned_of() -> None:
    stack = new_stack()
    endpoint(stack, role=None, input_buckets=[], image_repositories=[])
    [warning] = [each for each in warnings_of(stack) if "EndpointReadAccess" in each]
    assert warning.startswith("input_buckets: nothing is named, and the default role could read neither")
    granted = new_stack()
    made = endpoint(granted, role=None, input_buckets=[], image_repositories=[])
    acknowledged = Acknowledgment(id="cdk-inference-recommender:EndpointReadAccess", reason="granted by its buckets")
    Validations.of(made).acknowledge(acknowledged)
    assert not warnings_of(granted)


def test_it_runs_and_reads_what_its_job_has_measured() -> None:
    stack = new_stack()
    best = default_job(stack).recommend_real_time("Best")
    RecommendedEndpoint(stack, "Endpoint", recommendation=best)
    template = template_of(stack)
    assert not warnings_of(stack)
    assert model_of(template)["ModelPackageArn"] == PACKAGE_ARN
    actions = [action for statement in role_statements(template, "EndpointRole") for action in statement["Action"]]
    assert {"s3:GetObject*", "ecr:BatchGetImage"} <= set(actions)


def test_a_document_of_the_cli_names_the_model_too() -> None:
    stack = new_stack()
    document = {
        "JobType": "Default",
        "RoleArn": ROLE_ARN,
        "InputConfig": {"ModelPackageVersionArn": PACKAGE_ARN},
    }
    best = InferenceRecommendationsJob.from_cli_input(stack, "Job", document).recommend_real_time("Best")
    RecommendedEndpoint(stack, "Endpoint", recommendation=best, role=given_role(stack))
    assert model_of(template_of(stack))["ModelPackageArn"] == PACKAGE_ARN


def test_what_the_endpoint_is_given_goes_before_what_the_job_has() -> None:
    stack = new_stack()
    best = default_job(stack).recommend_real_time("Best")
    RecommendedEndpoint(stack, "Endpoint", recommendation=best, input_buckets=[], image_repositories=[images(stack)])
    services = {
        action.partition(":")[0]
        for statement in role_statements(template_of(stack), "EndpointRole")
        for action in ([statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"])
    }
    assert services == {"cloudwatch", "logs", "ecr"}


def test_a_role_of_ones_own_is_granted_what_the_endpoint_names() -> None:
    stack = new_stack()
    endpoint(stack, input_buckets=[payloads(stack)], image_repositories=[images(stack)])
    template = template_of(stack)
    granted = [str(statement["Action"]) for statement in statements(template, "GivenRolePolicy")]
    assert any("s3:GetObject" in actions for actions in granted)
    assert any("ecr:BatchGetImage" in actions for actions in granted)
    (model,) = resources(template, MODEL)
    assert any(name.startswith("GivenRolePolicy") for name in before(template, model))


def test_a_role_of_ones_own_keeps_its_policies_where_it_says_so_or_nothing_is_named() -> None:
    stack, other = new_stack(), new_stack()
    given = iam.Role(stack, "OwnRole", assumed_by=iam.ServicePrincipal("sagemaker.amazonaws.com"))
    named: Json = {"input_buckets": [payloads(stack)], "image_repositories": [images(stack)]}
    endpoint(stack, role=given.without_policy_updates(), **named)
    endpoint(other)
    assert not statements(template_of(stack), "OwnRole")
    assert not statements(template_of(other), "GivenRole")


def test_without_the_job_the_model_has_to_be_given() -> None:
    stack = Stack(new_app(), "Stack")
    read = RealTimeRecommendation.from_parameters(stack, "Read", "/bert")
    imported = InferenceRecommendationsJob.from_job_name(stack, "Job", "bert").recommend_real_time("Best")
    for name, best, reason in (
        ("One", read, "Stack/Read was read with from_parameters"),
        ("Other", imported, "Stack/Job/Best is of a job that this app doesn't declare"),
    ):
        message = rf"^Stack/{name}: model is missing, and {reason}, so that .* Give the job's ModelSource as model="
        with pytest.raises(ValidationError, match=message):
            RecommendedEndpoint(stack, name, recommendation=best)


def test_a_serverless_endpoint_has_no_network_of_its_own() -> None:
    stack = new_stack()
    message = (
        r"^Stack/Endpoint: a serverless endpoint takes no vpc and no volume_encryption_key and no network_isolation"
    )
    with pytest.raises(ValidationError, match=message):
        endpoint(
            stack,
            serverless=True,
            vpc=ec2.Vpc(stack, "Vpc"),
            volume_encryption_key=kms.Key(stack, "Key"),
            network_isolation=True,
        )


def test_a_model_that_neo_would_compile_is_warned_of_before_the_job_is_paid_for() -> None:
    stack = new_stack()
    config = ContainerConfig(data_input_config='{"input": [1, 3]}')
    endpoint(stack, model=ModelSource.from_model_package(PACKAGE_ARN, container_config=config))
    plain = new_stack(name="Plain")
    endpoint(plain, model=ModelSource.from_model_package(PACKAGE_ARN, container_config=ContainerConfig()))
    [warning] = [each for each in warnings_of(stack) if "NeoCompiledWinner" in each]
    assert warning.startswith("model.container_config.data_input_config = '{\"input\": [1, 3]}': ")
    assert "Leave it out, so that the uncompiled model is measured" in warning
    assert not warnings_of(plain)


OTHER_PACKAGE = ModelSource.from_model_package(PACKAGE_ARN.replace("/1", "/2"))
OTHER_MODEL = ModelSource.from_model("bert", container_config=MODEL_CONFIG)


@pytest.mark.parametrize("model", [OTHER_PACKAGE, OTHER_MODEL], ids=["another version", "no package"])
def test_a_model_that_the_job_has_not_measured_is_warned_of(model: ModelSource) -> None:
    stack = new_stack()
    endpoint(stack, model=model)
    [warning] = [each for each in warnings_of(stack) if "EndpointModelMeasured" in each]
    assert warning.startswith("model = ")
    assert "isn't the model that the job has measured" in warning


def test_a_model_that_only_the_deployment_knows_may_be_the_one() -> None:
    stack = new_stack()
    endpoint(stack, model=ModelSource.from_model_package(CfnParameter(stack, "Package").value_as_string))
    assert not warnings_of(stack)


def test_without_a_vpc_it_has_no_connections() -> None:
    with pytest.raises(ValidationError, match="has no connections without a VPC"):
        _ = endpoint(new_stack()).connections


def test_it_can_be_invoked_by_whom_it_is_granted_to() -> None:
    stack = new_stack()
    made = endpoint(stack)
    caller = iam.Role(stack, "Caller", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
    made.grant_invoke(caller)
    (allowed,) = statements(template_of(stack), "CallerDefaultPolicy")
    assert allowed["Resource"] == {"Ref": logical_id(made)}
    assert "sagemaker:InvokeEndpoint" in allowed["Action"]
    assert Token.is_unresolved(made.endpoint_name)
    assert Token.is_unresolved(made.model_name)


def test_every_property_of_the_contract_is_sent() -> None:
    stack = new_stack()
    endpoint(stack, vpc=ec2.Vpc(stack, "Vpc"), network_isolation=False, tags={"a": "b"})
    sent = model_of(template_of(stack)).keys() - {"ServiceToken", "ServiceTimeout"}
    assert sent | {"SourceModelName"} == set(RecommendedModelProperty)
