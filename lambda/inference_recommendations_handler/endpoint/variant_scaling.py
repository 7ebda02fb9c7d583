"""Application Auto Scaling of an endpoint variant."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from inference_recommendations_handler.aws.errors import AWS_ERRORS, is_missing
from inference_recommendations_handler.protocol.log import log
from inference_recommendations_handler.recommendation.scaling import POLICY_NAME_PREFIX

from .hosting_name import HOSTING_NAME

if TYPE_CHECKING:
    from inference_recommendations_handler.aws.clients import Clients
    from inference_recommendations_handler.aws.deadline_budget import DeadlineBudget
    from inference_recommendations_handler.recommendation.scaling import Scaling

_DIMENSION: Final = "sagemaker:variant:DesiredInstanceCount"
_RESOURCE_ID: Final = re.compile(rf"endpoint/({HOSTING_NAME})/variant/({HOSTING_NAME})")
_MISSING: Final = "no scalable target found"
"""The API reference documents ObjectNotFoundException; users report ValidationException with this message."""
_VISIBLE_RETRIES_SECONDS: Final = (1, 2, 4)
"""A registration is eventually consistent (API reference, RegisterScalableTarget)."""


@dataclass(frozen=True, kw_only=True)
class VariantScaling:
    """Scalable target of a variant. All methods raise what boto3 raises."""

    client: Any
    budget: DeadlineBudget
    endpoint_name: str
    variant_name: str

    @classmethod
    def parse(cls, resource_id: str, clients: Clients) -> VariantScaling | None:
        """Return the target of a resource id, or None if it isn't the id of an endpoint variant."""
        found = _RESOURCE_ID.fullmatch(resource_id)
        return cls.of(clients, endpoint_name=found[1], variant_name=found[2]) if found else None

    @classmethod
    def of(cls, clients: Clients, *, endpoint_name: str, variant_name: str) -> VariantScaling:
        """Return the target of a variant."""
        return cls(
            client=clients.autoscaling,
            budget=clients.default_budget,
            endpoint_name=endpoint_name,
            variant_name=variant_name,
        )

    @property
    def resource_id(self) -> str:
        """Resource id in Application Auto Scaling."""
        return f"endpoint/{self.endpoint_name}/variant/{self.variant_name}"

    def registered(self) -> bool:
        """Return whether the variant is registered as a scalable target."""
        response = self.client.describe_scalable_targets(
            ServiceNamespace="sagemaker",
            ResourceIds=[self.resource_id],
            ScalableDimension=_DIMENSION,
        )
        return bool(response["ScalableTargets"])

    def register(self, scaling: Scaling) -> None:
        """Register the variant, or update its registration. Delete policies of an earlier registration."""
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
        """Deregister the variant with its policies, unless it isn't registered."""
        try:
            self.client.deregister_scalable_target(**self._target)
        except AWS_ERRORS as error:
            if not is_missing(error, _MISSING):
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
        for seconds in (*_VISIBLE_RETRIES_SECONDS, None):
            try:
                self.client.put_scaling_policy(
                    **self._target,
                    PolicyName=name,
                    PolicyType="TargetTrackingScaling",
                    TargetTrackingScalingPolicyConfiguration=configuration,
                )
            except AWS_ERRORS as error:
                if seconds is None or not is_missing(error, _MISSING) or not self.budget.pause(seconds):
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
            if not is_missing(error, _MISSING):
                raise
