"""The scalable target of one endpoint variant, at Application Auto Scaling."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from inference_recommendations_handler.aws.errors import AWS_ERRORS, ErrorKind, kind_of, says
from inference_recommendations_handler.protocol.log import log
from inference_recommendations_handler.recommendation.scaling import POLICY_NAME_PREFIX

if TYPE_CHECKING:
    from inference_recommendations_handler.aws.clients import Clients
    from inference_recommendations_handler.aws.deadline_budget import DeadlineBudget
    from inference_recommendations_handler.recommendation.scaling import Scaling

_DIMENSION: Final = "sagemaker:variant:DesiredInstanceCount"
_NAME: Final = r"[a-zA-Z0-9](?:[-a-zA-Z0-9]{0,61}[a-zA-Z0-9])?"
"""Of an endpoint and of a variant (botocore, `EndpointName`, `VariantName`)."""
_RESOURCE_ID: Final = re.compile(rf"endpoint/({_NAME})/variant/({_NAME})")
_UNSEEN_RETRIES_SECONDS: Final = (1, 2, 4)
"""A registration is eventually consistent (API reference, RegisterScalableTarget)."""


@dataclass(frozen=True, kw_only=True)
class VariantScaling:
    """Its operations; every method raises what boto3 raises."""

    client: Any
    budget: DeadlineBudget
    endpoint_name: str
    variant_name: str

    @classmethod
    def parse(cls, resource_id: str, clients: Clients) -> VariantScaling | None:
        """The target of a resource id; None where it isn't one of an endpoint variant."""
        found = _RESOURCE_ID.fullmatch(resource_id)
        return cls.of(clients, endpoint_name=found[1], variant_name=found[2]) if found else None

    @classmethod
    def of(cls, clients: Clients, *, endpoint_name: str, variant_name: str) -> VariantScaling:
        """The target of a variant."""
        return cls(
            client=clients.autoscaling,
            budget=clients.default_budget,
            endpoint_name=endpoint_name,
            variant_name=variant_name,
        )

    @property
    def resource_id(self) -> str:
        """As Application Auto Scaling names it."""
        return f"endpoint/{self.endpoint_name}/variant/{self.variant_name}"

    def registered(self) -> bool:
        """Whether it is a scalable target."""
        answer = self.client.describe_scalable_targets(
            ServiceNamespace="sagemaker",
            ResourceIds=[self.resource_id],
            ScalableDimension=_DIMENSION,
        )
        return bool(answer["ScalableTargets"])

    def register(self, scaling: Scaling) -> None:
        """Register it, or update what it is registered with; policies of an earlier scaling are deleted."""
        self.client.register_scalable_target(
            **self._target, MinCapacity=scaling.min_capacity, MaxCapacity=scaling.max_capacity
        )
        wanted = scaling.configurations(endpoint_name=self.endpoint_name, variant_name=self.variant_name)
        for name, configuration in wanted.items():
            self._put_policy(name, configuration)
        for name in self._own_policies():
            if name not in wanted:
                self._delete_policy(name)
        log("scaling registered", physicalResourceId=self.resource_id)

    def deregister(self) -> None:
        """Deregister it, and its policies with it; one that isn't registered is left as it is."""
        try:
            self.client.deregister_scalable_target(**self._target)
        except AWS_ERRORS as error:
            if not _is_missing(error):
                raise
        else:
            log("scaling deregistered", physicalResourceId=self.resource_id)

    @property
    def _target(self) -> dict[str, str]:
        return {
            "ServiceNamespace": "sagemaker",
            "ResourceId": self.resource_id,
            "ScalableDimension": _DIMENSION,
        }

    def _put_policy(self, name: str, configuration: dict[str, Any]) -> None:
        for seconds in (*_UNSEEN_RETRIES_SECONDS, None):
            try:
                self.client.put_scaling_policy(
                    **self._target,
                    PolicyName=name,
                    PolicyType="TargetTrackingScaling",
                    TargetTrackingScalingPolicyConfiguration=configuration,
                )
            except AWS_ERRORS as error:
                if seconds is None or not _is_missing(error) or not self.budget.pause(seconds):
                    raise
            else:
                return

    def _own_policies(self) -> list[str]:
        pages = self.client.get_paginator("describe_scaling_policies").paginate(**self._target)
        names = [str(policy["PolicyName"]) for page in pages for policy in page["ScalingPolicies"]]
        return [name for name in names if name.startswith(POLICY_NAME_PREFIX)]

    def _delete_policy(self, name: str) -> None:
        try:
            self.client.delete_scaling_policy(**self._target, PolicyName=name)
        except AWS_ERRORS as error:
            if not _is_missing(error):
                raise


def _is_missing(error: Exception) -> bool:
    # The API reference says ObjectNotFoundException, and others have met the same words under ValidationException.
    return kind_of(error) is ErrorKind.NOT_FOUND or says(error, "no scalable target found")
