"""Application Auto Scaling's API: moto's, with AWS's rules for endpoint variants."""

from __future__ import annotations

import re
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, cast

from botocore.session import Session
from moto.applicationautoscaling.responses import ApplicationAutoScalingResponse
from moto.sagemaker.models import sagemaker_backends

from inference_recommender_sandbox.iam.authorization import AccessDenied

from .caller_permissions import own_permission, validated_permissions
from .errors import AccessDeniedException, ObjectNotFoundException, ValidationException

if TYPE_CHECKING:
    from collections.abc import Mapping

    from botocore.model import StringShape

    from inference_recommender_sandbox.iam.authorization import Authorizer

    from .caller_permissions import NeededPermission

_VARIANT: Final = re.compile(r"endpoint/([^/]+)/variant/([^/]+)")
_INSTANCE_COUNT: Final = "sagemaker:variant:DesiredInstanceCount"
_BURSTABLE: Final = ("ml.t2.", "ml.t3.")
_VIA_THIS_SERVICE: Final[Mapping[str, str]] = MappingProxyType(
    {"aws:ViaAWSService": "true", "aws:CalledViaLast": "application-autoscaling.amazonaws.com"}
)
"""What a service's call for its caller has (IAM user guide, global condition keys; that this service is named: AWS's
own policy AmazonSageMakerCanvasFullAccess)."""
_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})


class ApplicationAutoScalingService(ApplicationAutoScalingResponse):
    """Application Auto Scaling's operations.

    Args:
        authorizer: Asked what a function's session may do.
        linked_accounts: Accounts with a service-linked role for endpoints; the first registration makes it.
    """

    def __init__(self, authorizer: Authorizer, linked_accounts: set[str]) -> None:
        super().__init__()
        self._authorizer = authorizer
        self._linked_accounts = linked_accounts

    def call_action(self) -> Any:
        """Authorise each call before it is handled."""
        try:
            self._authorize(self._get_action())
        except (AccessDeniedException, ValidationException) as refusal:
            return 400, {**self.response_headers, **dict(refusal.get_headers())}, refusal.description
        return super().call_action()

    def register_scalable_target(self) -> str:
        """Register a target, or update one; a variant's number of instances is brought inside the bounds.

        Raises:
            ValidationException: The variant doesn't exist or can't be scaled, or the bounds are none.
        """
        variant = self._variant()
        low, high = self._bounds()
        if low > high:
            raise ValidationException("Maximum capacity cannot be less than minimum capacity")
        if variant is not None:
            self._refuse_unscalable(*variant)
        answer = super().register_scalable_target()
        self._linked_accounts.add(self.current_account)
        if variant is not None:
            self._sagemaker.scale_variant(*variant, low=low, high=high)
        return answer

    def deregister_scalable_target(self) -> str:
        """Deregister a target, and its policies with it.

        Raises:
            ObjectNotFoundException: It isn't registered.
        """
        self._require_target()
        answer = super().deregister_scalable_target()
        policies = self.applicationautoscaling_backend.policies
        for key in [key for key, policy in policies.items() if policy.resource_id == self._get_param("ResourceId")]:
            del policies[key]
        return answer

    def put_scaling_policy(self) -> str:
        """Put a policy on a registered target.

        Raises:
            ObjectNotFoundException: The target isn't registered.
            ValidationException: The policy has no target above 0, or a metric that the service doesn't know.
        """
        self._require_target()
        configuration = self._get_param("TargetTrackingScalingPolicyConfiguration")
        if configuration is not None:
            _check_tracking(configuration)
        return super().put_scaling_policy()

    def delete_scaling_policy(self) -> str:
        """Delete a policy.

        Raises:
            ObjectNotFoundException: There is none of that name.
        """
        name, resource_id = self._get_param("PolicyName"), self._get_param("ResourceId")
        known = self.applicationautoscaling_backend.policies.values()
        if not any(policy.policy_name == name and policy.resource_id == resource_id for policy in known):
            raise ObjectNotFoundException(f"No scaling policy found for {self._named_target()}, policy name: {name}")
        return super().delete_scaling_policy()

    @property
    def _sagemaker(self) -> Any:
        return sagemaker_backends[self.current_account][self.region]

    def _variant(self) -> tuple[str, str] | None:
        """Endpoint and variant that the request is about; None for another service's target."""
        if self._get_param("ServiceNamespace") != "sagemaker":
            return None
        found = _VARIANT.fullmatch(str(self._get_param("ResourceId")))
        return (found[1], found[2]) if found and self._get_param("ScalableDimension") == _INSTANCE_COUNT else None

    def _bounds(self) -> tuple[int, int]:
        target = self._target()
        low, high = self._get_param("MinCapacity"), self._get_param("MaxCapacity")
        if target is None and (low is None or high is None):
            raise ValidationException("Both minimum and maximum capacity are required to register a scalable target")
        return (
            int(low if low is not None or target is None else target.min_capacity),
            int(high if high is not None or target is None else target.max_capacity),
        )

    def _refuse_unscalable(self, endpoint_name: str, variant_name: str) -> None:
        instance_type = self._sagemaker.instance_types(endpoint_name).get(variant_name)
        if instance_type is None:
            raise ValidationException(f"SageMaker endpoint variant doesn't exist: {self._get_param('ResourceId')}")
        if not instance_type or instance_type.startswith(_BURSTABLE):
            raise ValidationException(
                f"The variant {variant_name} runs on {instance_type or 'no instances'}, which can't be scaled"
            )

    def _target(self) -> Any:
        targets = self.applicationautoscaling_backend.targets.get(self._get_param("ScalableDimension"), {})
        return targets.get(self._get_param("ResourceId"))

    def _require_target(self) -> None:
        if self._target() is None:
            raise ObjectNotFoundException(f"No scalable target found for {self._named_target()}")

    def _named_target(self) -> str:
        return (
            f"service namespace: {self._get_param('ServiceNamespace')}, resource ID: {self._get_param('ResourceId')}, "
            f"scalable dimension: {self._get_param('ScalableDimension')}"
        )

    def _authorize(self, operation: str) -> None:
        target, variant = self._target(), self._variant()
        region, account = self.region, self.current_account
        own = own_permission(
            operation,
            namespace=str(self._get_param("ServiceNamespace")),
            dimension=str(self._get_param("ScalableDimension")),
            target_arn=target.arn
            if target
            else f"arn:{self.partition}:application-autoscaling:{region}:{account}:scalable-target/new",
        )
        try:
            self._check(own)
        except AccessDenied as denied:
            raise AccessDeniedException(str(denied)) from denied
        if variant is None:
            return
        try:
            for needed in validated_permissions(
                operation,
                partition=self.partition,
                region=region,
                account_id=account,
                endpoint_name=variant[0],
                is_first=account not in self._linked_accounts,
            ):
                self._check(needed, _VIA_THIS_SERVICE)
        except AccessDenied as denied:
            raise ValidationException(str(denied)) from denied

    def _check(self, needed: NeededPermission, context: Mapping[str, str] = _NOTHING) -> None:
        self._authorizer.authorize(
            account_id=self.current_account,
            access_key_id=self.access_key,
            action=needed.action,
            resource=needed.resource,
            context={**needed.context, **context},
            partition=self.partition,
        )


def _check_tracking(configuration: dict[str, Any]) -> None:
    if not float(configuration.get("TargetValue", 0)) > 0:
        raise ValidationException("Target value must be greater than 0")
    predefined = configuration.get("PredefinedMetricSpecification")
    if (predefined is None) is (configuration.get("CustomizedMetricSpecification") is None):
        raise ValidationException("Specify exactly one of a predefined and a customized metric specification")
    if predefined is not None and predefined.get("PredefinedMetricType") not in _metric_types():
        raise ValidationException(
            f"1 validation error detected: Value '{predefined.get('PredefinedMetricType')}' at "
            "'targetTrackingScalingPolicyConfiguration.predefinedMetricSpecification.predefinedMetricType' failed to "
            "satisfy constraint: Member must satisfy enum value set of the API reference, MetricType"
        )


@cache
def _metric_types() -> frozenset[str]:
    shape = Session().get_service_model("application-autoscaling").shape_for("MetricType")
    return frozenset(cast("StringShape", shape).enum)
