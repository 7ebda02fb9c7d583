"""A SageMaker endpoint as it is now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from inference_recommendations_handler.aws.errors import AWS_ERRORS, ErrorKind, kind_of, says

if TYPE_CHECKING:
    from collections.abc import Mapping

    from types_boto3_sagemaker import SageMakerClient

_SETTLED: Final = frozenset({"InService", "OutOfService", "Failed", "UpdateRollbackFailed"})
"""In any other status, also one that is newer than this handler, it is taken to be being changed."""
_IN_PROGRESS: Final = "in-progress endpoint"
"""SageMaker's words, under ValidationException, for an endpoint that is being changed."""


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """The endpoint, and what its variants run on."""

    name: str
    status: str
    """The API's `EndpointStatus`."""
    instance_types: Mapping[str, str]
    """By variant, of the configuration in force; during an update that is still the old one."""
    desired_instance_counts: Mapping[str, int]
    """By variant, as last requested; serverless variants have none."""
    failure_reason: str
    """Of the last change; empty where it didn't fail."""

    @classmethod
    def find(cls, name: str, client: SageMakerClient) -> Endpoint | None:
        """Look it up; None where there is none. Raises what boto3 raises otherwise."""
        try:
            described = client.describe_endpoint(EndpointName=name)
        except AWS_ERRORS as error:
            if _is_missing(error):
                return None
            raise
        try:
            configuration = client.describe_endpoint_config(EndpointConfigName=described["EndpointConfigName"])
        except AWS_ERRORS as error:
            if not _is_missing(error):
                raise
            variants = []
        else:
            variants = configuration["ProductionVariants"]
        return cls(
            name=name,
            status=described["EndpointStatus"],
            instance_types={variant["VariantName"]: variant.get("InstanceType", "") for variant in variants},
            desired_instance_counts={
                variant["VariantName"]: variant["DesiredInstanceCount"]
                for variant in described.get("ProductionVariants", [])
                if "DesiredInstanceCount" in variant
            },
            failure_reason=described.get("FailureReason", ""),
        )

    def set_instance_count(self, client: SageMakerClient, *, variant_name: str, count: int) -> bool:
        """Begin to change a variant's number of instances; its weight stays. Raises what boto3 raises otherwise.

        Returns:
            False where the endpoint is being changed otherwise, and can't be now.
        """
        try:
            client.update_endpoint_weights_and_capacities(
                EndpointName=self.name,
                DesiredWeightsAndCapacities=[{"VariantName": variant_name, "DesiredInstanceCount": count}],
            )
        except AWS_ERRORS as error:
            if says(error, _IN_PROGRESS):
                return False
            raise
        return True

    @property
    def settled(self) -> bool:
        """Whether it isn't being changed, so that it can be."""
        return self.status in _SETTLED

    def serves(self, *, variant_name: str, instance_type: str) -> bool:
        """Whether it is in service with this variant on this instance type."""
        return self.status == "InService" and self.instance_types.get(variant_name) == instance_type


def _is_missing(error: Exception) -> bool:
    # SageMaker's words for it, under ValidationException.
    return kind_of(error) is ErrorKind.NOT_FOUND or says(error, "could not find")
