"""Rules of a recommended endpoint."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from cdk_inference_recommender.request import (
    UNRESOLVED,
    Problem,
    RequestDocument,
    Rule,
    Severity,
    Shape,
    Violation,
    check_rules,
    deduplicate,
    request_shape,
)
from cdk_inference_recommender.request.request_document import ABSENT
from cdk_inference_recommender.request.request_model import member_shape
from cdk_inference_recommender.request.rules.names_network_encryption import NAME_NETWORK_ENCRYPTION_RULES
from cdk_inference_recommender.request.rules.sources import NEO
from cdk_inference_recommender.request.shape_rules import shape_problems
from cdk_inference_recommender.validation.region_rules import check_regions
from inference_recommendations_handler.protocol.contract import RecommendedModelTag

from .configuration_rules import CONFIGURATION_RULES
from .deployment_rules import ALARMS_OF_ENDPOINT, DEPLOYMENT_RULES, FEWEST_INSTANCES
from .props.endpoint_props import VARIANT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

MAX_MODEL_TAGS: Final = 50 - len(RecommendedModelTag)

_MEASURED: Final = "Measured"
_MODELS: Final = ("ModelPackageVersionArn", "ModelName")
_DATA_INPUT_CONFIG: Final = "InputConfig.ContainerConfig.DataInputConfig"


_MAXIMUM_ITEMS: Final = "MaximumItems"
_CAN_READ: Final = "CanRead"
_MODEL_TAGS: Final = "ModelTags"
_VARIANT_MEMBERS: Final = (
    "CapacityReservationConfig",
    "ContainerStartupHealthCheckTimeoutInSeconds",
    "CoreDumpConfig",
    "EnableSSMAccess",
    "InferenceAmiVersion",
    "InitialInstanceCount",
    "ModelDataDownloadTimeoutInSeconds",
    "RoutingConfig",
    "ServerlessConfig.ProvisionedConcurrency",
    "VariantInstanceProvisionTimeoutInSeconds",
    "VolumeSizeInGB",
)
_MEMBERS: Final = {
    "EndpointName": "CreateEndpoint.EndpointName",
    "VariantName": "CreateEndpointConfig.ProductionVariants.VariantName",
    "RoleArn": "CreateModel.ExecutionRoleArn",
    "InputConfig.VolumeKmsKeyId": "CreateEndpointConfig.KmsKeyId",
    "InputConfig.VpcConfig": "CreateModel.VpcConfig",
    "InputConfig.ModelName": "DescribeModel.ModelName",
    "Tags": "CreateModel.Tags",
    "DeploymentConfig": "UpdateEndpoint.DeploymentConfig",
    **{name: f"CreateEndpointConfig.{name}" for name in ("AsyncInferenceConfig", "DataCaptureConfig", "MetricsConfig")},
    **{f"{VARIANT}.{name}": f"CreateEndpointConfig.ProductionVariants.{name}" for name in _VARIANT_MEMBERS},
}
"""What each field of an endpoint is a member of, where the job's request has no such field or another one."""


def check_endpoint(
    document: Mapping[str, object],
    *,
    measured: object,
    can_read: bool,
    region: str,
    number_of_model_tags: int,
    most_tags: int,
    fewest_instances: object,
    alarms_of_endpoint: Sequence[str],
) -> list[Problem]:
    """Check what an endpoint is made of.

    Args:
        document: As `endpoint_document` makes it.
        measured: The job's `InputConfig`; UNRESOLVED where nothing is known of the job.
        can_read: Whether the role is the user's own, or the default one may read something.
        region: The stack's; may be a token.
        number_of_model_tags: The user's own tags of the model.
        most_tags: Of any one of the resources that the endpoint is made of.
        fewest_instances: That an update finds; UNRESOLVED where that is known at deploy time only.
        alarms_of_endpoint: Paths of alarms that roll updates back and refer to the endpoint.

    Returns:
        Every problem; nothing is warned of where the service model refuses the value itself.
    """
    of_model = [
        problem
        for field, shape in _shapes().items()
        for path, value in RequestDocument(document).each(field)
        if value is not ABSENT
        for problem in shape_problems(value, shape, path=path)
        if (problem.rule, path) != (_MAXIMUM_ITEMS, ("Tags",))
    ]
    # The document has the tags of all resources, and the service counts those of one.
    counted = shape_problems([UNRESOLVED] * most_tags, _shapes()["Tags"], path=("Tags",))
    of_model += [replace(problem, value=most_tags) for problem in counted]
    refused = {problem.path for problem in of_model}
    whole = {
        **document,
        _MEASURED: measured,
        _MODEL_TAGS: number_of_model_tags,
        _CAN_READ: can_read,
        FEWEST_INSTANCES: fewest_instances,
        ALARMS_OF_ENDPOINT: list(alarms_of_endpoint),
    }
    of_rules = [
        *check_rules((*NAME_NETWORK_ENCRYPTION_RULES, *ENDPOINT_RULES), RequestDocument(whole)),
        *check_regions(document, region=region),
    ]
    return deduplicate(
        [
            *of_model,
            *(problem for problem in of_rules if problem.severity is Severity.ERROR or problem.path not in refused),
        ]
    )


def _shapes() -> dict[str, Shape]:
    package = request_shape().members["InputConfig"].members["ModelPackageVersionArn"]
    return {field: member_shape(member) for field, member in _MEMBERS.items()} | {
        "InputConfig.ModelPackageVersionArn": package
    }


def _compiled(document: RequestDocument) -> Iterator[Violation]:
    value = document.at(_DATA_INPUT_CONFIG)
    if value is not ABSENT:
        yield Violation(path=tuple(_DATA_INPUT_CONFIG.split(".")), value=value)


def _not_measured(document: RequestDocument) -> Iterator[Violation]:
    for name in _MODELS:
        for path, value in document.strings(f"InputConfig.{name}"):
            if document.at(f"{_MEASURED}.{name}") not in (UNRESOLVED, value):
                yield Violation(path=path, value=value)


def _reads_nothing(document: RequestDocument) -> Iterator[Violation]:
    if document.at(_CAN_READ) is False:
        yield Violation(path=("InputBuckets",))


def _too_many_tags(document: RequestDocument) -> Iterator[Violation]:
    number = document.integer(_MODEL_TAGS)
    if number is not None and number > MAX_MODEL_TAGS:
        yield Violation(path=("Tags",), value=number)


ENDPOINT_RULES: Final = (
    Rule(
        id="EndpointTagCount",
        fields=("Tags",),
        text=(
            f"at most {MAX_MODEL_TAGS} tags: the service allows 50, and {len(RecommendedModelTag)} say whose the "
            "model is"
        ),
        remedy="Remove tags, also those that Tags.of(...) adds, or exclude Custom::RecommendedModel there",
        source="API reference, CreateModel",
        violations=_too_many_tags,
        refines=frozenset({_MAXIMUM_ITEMS}),
    ),
    Rule(
        id="EndpointReadAccess",
        severity=Severity.WARNING,
        fields=("InputBuckets", "ImageRepositories"),
        text="nothing is named, and the default role could read neither the model's artifacts nor its image",
        remedy=(
            "Name their buckets in input_buckets and repositories in image_repositories, give a role of your own, or "
            "acknowledge this where the role is granted access otherwise, as by bucket.grant_read(endpoint)"
        ),
        source="developer guide, SageMaker roles, CreateModel API",
        violations=_reads_nothing,
    ),
    Rule(
        id="NeoCompiledWinner",
        severity=Severity.WARNING,
        fields=(_DATA_INPUT_CONFIG,),
        text="lets SageMaker Neo compile the model, and a winner that was compiled fails the deployment after the job",
        remedy="Leave it out, so that the uncompiled model is measured, which is what the endpoint runs",
        source=NEO,
        violations=_compiled,
    ),
    Rule(
        id="EndpointModelMeasured",
        severity=Severity.WARNING,
        fields=tuple(f"InputConfig.{name}" for name in _MODELS),
        text="isn't the model that the job has measured, so that nothing is known of how it does where it will run",
        remedy="Give the endpoint the job's own ModelSource, or measure this model",
        source="this library",
        violations=_not_measured,
    ),
    *DEPLOYMENT_RULES,
    *CONFIGURATION_RULES,
)
