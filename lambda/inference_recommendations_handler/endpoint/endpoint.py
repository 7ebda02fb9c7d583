"""Current state of a SageMaker endpoint."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from inference_recommendations_handler.aws.errors import AWS_ERRORS, is_missing, says

if TYPE_CHECKING:
    from collections.abc import Mapping

    from types_boto3_sagemaker import SageMakerClient

_SETTLED: Final = frozenset({"InService", "OutOfService", "Failed", "UpdateRollbackFailed"})
"""In any other status, also an unknown one, the endpoint is treated as being updated."""
_MISSING: Final = "could not find"
"""Part of SageMaker's message, in a ValidationException, like the next."""
_IN_PROGRESS: Final = "in-progress endpoint"
"""For an endpoint that is being updated."""


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """Endpoint with its variants."""

    name: str
    status: str
    """`EndpointStatus` of the API."""
    configuration_name: str
    """Name of the current configuration; during an update still the old one."""
    instance_types: Mapping[str, str]
    """Instance types by variant, of the current configuration; during an update still the old one."""
    desired_instance_counts: Mapping[str, int]
    """Last requested instance counts by variant, without serverless variants."""
    failure_reason: str
    """Reason why the last update failed; empty if it didn't."""

    @classmethod
    def find(cls, name: str, client: SageMakerClient) -> Endpoint | None:
        """Return the endpoint, or None if it doesn't exist. Raise what boto3 raises otherwise."""
        try:
            described = client.describe_endpoint(EndpointName=name)
        except AWS_ERRORS as error:
            if is_missing(error, _MISSING):
                return None
            raise
        try:
            configuration = client.describe_endpoint_config(EndpointConfigName=described["EndpointConfigName"])
        except AWS_ERRORS as error:
            if not is_missing(error, _MISSING):
                raise
            variants = []
        else:
            variants = configuration["ProductionVariants"]
        return cls(
            name=name,
            status=described["EndpointStatus"],
            configuration_name=described["EndpointConfigName"],
            instance_types={variant["VariantName"]: variant.get("InstanceType", "") for variant in variants},
            desired_instance_counts={
                variant["VariantName"]: variant["DesiredInstanceCount"]
                for variant in described.get("ProductionVariants", [])
                if "DesiredInstanceCount" in variant
            },
            failure_reason=described.get("FailureReason", ""),
        )

    def set_instance_count(self, client: SageMakerClient, *, variant_name: str, count: int) -> bool:
        """Start to change a variant's instance count, without changing its weight. Raise what boto3 raises otherwise.

        Returns:
            False if another update of the endpoint is in progress.
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
        """Return whether no update is in progress."""
        return self.status in _SETTLED

    def is_serving(self, *, variant_name: str, instance_type: str) -> bool:
        """Return whether the endpoint is in service with the variant on the instance type."""
        return self.status == "InService" and self.instance_types.get(variant_name) == instance_type
