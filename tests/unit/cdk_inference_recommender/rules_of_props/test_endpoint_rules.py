"""What is checked of a recommended endpoint, by the function that checks it."""

from __future__ import annotations

from typing import Any

import pytest
from aws_cdk import Aws

from cdk_inference_recommender.endpoint.rules import MAX_MODEL_TAGS, check_endpoint
from cdk_inference_recommender.request import UNRESOLVED, Path, api_path
from tests.unit.cdk_inference_recommender.request.request_documents import with_value

from .found_problems import Found, found

PACKAGE = "arn:aws:sagemaker:eu-west-1:123456789012:model-package/bert/1"
DOCUMENT: dict[str, Any] = {
    "RoleArn": "arn:aws:iam::123456789012:role/recommender",
    "InputConfig": {"ModelPackageVersionArn": PACKAGE},
}


def checked(document: dict[str, Any] | None = None, **known: Any) -> list[Found]:
    """Check an endpoint in eu-west-1 that has 10 instances, no tags, and a role that may read."""
    fine: dict[str, Any] = {
        "measured": UNRESOLVED,
        "can_read": True,
        "region": "eu-west-1",
        "number_of_model_tags": 0,
        "most_tags": 0,
        "fewest_instances": 10,
        "alarms_of_endpoint": [],
    }
    return found(check_endpoint({**DOCUMENT, **(document or {})}, **(fine | known)))


def rules_of(problems: list[Found]) -> list[tuple[str, str]]:
    return [(each.rule, each.path) for each in problems]


def test_an_endpoint_of_which_nothing_is_wrong() -> None:
    assert checked() == []


VARIANT = {
    "CapacityReservationConfig": {"CapacityReservationPreference": "always"},
    "ContainerStartupHealthCheckTimeoutInSeconds": 3601,
    "CoreDumpConfig": {"DestinationS3Uri": "bucket"},
    "EnableSSMAccess": "yes",
    "InferenceAmiVersion": 5,
    "InitialInstanceCount": 0,
    "ModelDataDownloadTimeoutInSeconds": 3601,
    "RoutingConfig": {"RoutingStrategy": "NEAREST"},
    "VariantInstanceProvisionTimeoutInSeconds": 299,
    "VolumeSizeInGB": 513,
}


@pytest.mark.parametrize("name", VARIANT)
def test_a_member_of_the_variant_is_one_of_the_service_s(name: str) -> None:
    (problem, *_) = checked({"ProductionVariant": {name: VARIANT[name]}})
    assert problem.path.startswith(f"ProductionVariant.{name}")
    assert problem.value in (VARIANT[name], "always", "bucket", "NEAREST")


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("EndpointName",), "bert_live"),
        (("VariantName",), "All Traffic"),
        (("RoleArn",), "recommender"),
        (("InputConfig", "ModelName"), "bert_base"),
        (("InputConfig", "ModelPackageVersionArn"), "bert"),
        (("InputConfig", "VpcConfig"), {"Subnets": "subnet-1", "SecurityGroupIds": ["sg-1"]}),
        (("Tags",), [{"Key": "team", "Value": ";"}]),
        (("ProductionVariant", "ServerlessConfig", "ProvisionedConcurrency"), 0),
        (("DataCaptureConfig",), {"EnableCapture": "yes"}),
        (("MetricsConfig",), {"EnableEnhancedMetrics": "yes"}),
        (("DeploymentConfig",), {"AutoRollbackConfiguration": {"Alarms": "errors"}}),
        (("AsyncInferenceConfig",), {"OutputConfig": {"S3OutputPath": "bucket"}}),
    ],
)
def test_a_member_is_one_of_the_service_s(path: Path, value: object) -> None:
    assert any(each.path.startswith(api_path(path)) for each in checked(with_value(DOCUMENT, path, value)))


def test_a_key_that_is_too_long() -> None:
    key = "k" * 2049
    problems = checked({"InputConfig": {**DOCUMENT["InputConfig"], "VolumeKmsKeyId": key}})
    assert ("MaximumLength", "InputConfig.VolumeKmsKeyId") in rules_of(problems)


def test_values_that_are_known_at_deploy_time_are_skipped() -> None:
    names = dict.fromkeys(("EndpointName", "VariantName", "RoleArn", "Tags", "DeploymentConfig"), UNRESOLVED)
    inputs = dict.fromkeys(("ModelPackageVersionArn", "VolumeKmsKeyId", "VpcConfig"), UNRESOLVED)
    assert checked({**names, "InputConfig": inputs}, fewest_instances=UNRESOLVED) == []


def test_the_tags_of_one_resource_are_counted() -> None:
    tags = [{"Key": f"key-{number}", "Value": ""} for number in range(60)]
    assert checked({"Tags": tags}) == []
    (problem,) = checked({"Tags": tags}, most_tags=51)
    assert problem[:3] == ("MaximumItems", "Tags", 51)
    assert checked(most_tags=50) == []


def test_the_tags_of_the_model_are_fewer() -> None:
    assert checked(number_of_model_tags=MAX_MODEL_TAGS) == []
    assert checked(number_of_model_tags=MAX_MODEL_TAGS + 1) == [Found("EndpointTagCount", "Tags", MAX_MODEL_TAGS + 1)]
    # The finer of two rules is reported.
    assert checked(number_of_model_tags=51, most_tags=51) == [Found("EndpointTagCount", "Tags", 51)]


def test_a_default_role_that_may_read_nothing() -> None:
    assert checked(can_read=False) == [Found("EndpointReadAccess", "InputBuckets")]


def test_a_model_that_may_be_compiled() -> None:
    config = {"ContainerConfig": {"DataInputConfig": "[1,3]"}}
    assert checked({"InputConfig": {**DOCUMENT["InputConfig"], **config}}) == [
        Found("NeoCompiledWinner", "InputConfig.ContainerConfig.DataInputConfig", "[1,3]")
    ]


@pytest.mark.parametrize(
    ("measured", "model", "is_fine"),
    [
        ({"ModelPackageVersionArn": PACKAGE}, {"ModelPackageVersionArn": PACKAGE}, True),
        ({"ModelPackageVersionArn": f"{PACKAGE}2"}, {"ModelPackageVersionArn": PACKAGE}, False),
        ({"ModelName": "bert"}, {"ModelPackageVersionArn": PACKAGE}, False),
        ({"ModelName": "bert"}, {"ModelName": "bert"}, True),
        ({"ModelName": "bert"}, {"ModelName": "bert-2"}, False),
        ({"ModelName": UNRESOLVED}, {"ModelName": "bert"}, True),
        ({"ModelName": "bert"}, {"ModelName": UNRESOLVED}, True),
        (UNRESOLVED, {"ModelName": "bert"}, True),
    ],
)
def test_another_model_than_the_one_that_is_measured(measured: object, model: dict[str, Any], *, is_fine: bool) -> None:
    problems = checked({"InputConfig": model}, measured=measured)
    assert problems == (
        []
        if is_fine
        else [Found("EndpointModelMeasured", f"InputConfig.{name}", value) for name, value in model.items()]
    )


def test_nothing_is_warned_of_where_the_service_refuses_the_value() -> None:
    config = {"ContainerConfig": {"DataInputConfig": "[1,3]"}}
    both = {**DOCUMENT["InputConfig"], **config, "ModelName": "bert_base"}
    measured = {"ModelName": "bert", "ModelPackageVersionArn": PACKAGE}
    assert rules_of(checked({"InputConfig": both}, measured=measured)) == [
        ("Pattern", "InputConfig.ModelName"),
        ("NeoCompiledWinner", "InputConfig.ContainerConfig.DataInputConfig"),
    ]
    # Errors stay.
    (*_, last) = rules_of(checked({"Tags": [{"Key": "aws:team", "Value": ";"}]}))
    assert last == ("TagKeyReserved", "Tags[0].Key")


def test_a_key_of_another_region() -> None:
    key = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
    document = {"InputConfig": {**DOCUMENT["InputConfig"], "VolumeKmsKeyId": key}}
    assert rules_of(checked(document)) == [("KmsKeyRegion", "InputConfig.VolumeKmsKeyId")]
    assert rules_of(checked(document, region="us-east-1")) == [
        ("ModelPackageRegion", "InputConfig.ModelPackageVersionArn")
    ]
    assert checked(document, region=Aws.REGION) == []


def test_steps_of_an_update_and_its_alarms() -> None:
    step = {"Type": "INSTANCE_COUNT", "Value": 6}
    routing = {"Type": "CANARY", "WaitIntervalInSeconds": 300, "CanarySize": step}
    deployment = {"BlueGreenUpdatePolicy": {"TrafficRoutingConfiguration": routing}}
    size = "DeploymentConfig.BlueGreenUpdatePolicy.TrafficRoutingConfiguration.CanarySize.Value"
    assert rules_of(checked({"DeploymentConfig": deployment})) == [
        ("DeploymentInstanceCount", size),
        (
            "DeploymentAlarmsMissing",
            "DeploymentConfig.BlueGreenUpdatePolicy.TrafficRoutingConfiguration.WaitIntervalInSeconds",
        ),
    ]
    unknown = rules_of(checked({"DeploymentConfig": deployment}, fewest_instances=UNRESOLVED))
    assert unknown[0] == ("DeploymentInstanceCountUnknown", size)
    assert checked(alarms_of_endpoint=["Stack/Errors"]) == [
        Found("RollbackAlarmOfEndpoint", "DeploymentConfig.AutoRollbackConfiguration.Alarms", "Stack/Errors")
    ]
