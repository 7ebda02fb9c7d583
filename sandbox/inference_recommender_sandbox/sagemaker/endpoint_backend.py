"""Endpoints that take their time, and that refuse what the service refuses; moto's are there at once, unchangeable."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final

from moto.applicationautoscaling.models import applicationautoscaling_backends
from moto.sagemaker.models import FakeEndpoint, SageMakerModelBackend

from .errors import ValidationException

if TYPE_CHECKING:
    from .service import Service

CREATING_SECONDS: Final = 240.0
"""Virtual seconds from Creating, or Updating, to InService; the service takes minutes."""
SCALING_SECONDS: Final = 120.0
"""Virtual seconds that a change of the number of instances takes; the endpoint is Updating meanwhile."""


class EndpointBackend(SageMakerModelBackend):
    """SageMaker's endpoints of one account in one Region."""

    service: ClassVar[Service]

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self._endpoints_ready_at: dict[str, float] = {}

    def create_endpoint(
        self, endpoint_name: str, endpoint_config_name: str, tags: list[dict[str, str]]
    ) -> FakeEndpoint:
        """Create an endpoint, which is Creating for a while.

        Raises:
            ValidationException: If the name is taken or the configuration doesn't exist.
        """
        if endpoint_name in self.endpoints:
            raise ValidationException(f'Cannot create already existing endpoint "{self.endpoints[endpoint_name].arn}".')
        self._refuse_unknown_configuration(endpoint_config_name)
        endpoint = super().create_endpoint(endpoint_name, endpoint_config_name, tags)
        self._begin(endpoint, "Creating")
        return endpoint

    def update_endpoint(self, endpoint_name: str, endpoint_config_name: str) -> str:
        """Give an endpoint another configuration, which takes a while; return its ARN.

        Raises:
            ValidationException: If either doesn't exist, the endpoint is at work, or a variant that is a scalable
                target would go or change its instance type.
        """
        endpoint = self._settled_endpoint(endpoint_name)
        if endpoint.endpoint_status != "InService":
            raise ValidationException(f'Cannot update in-progress endpoint "{endpoint.arn}".')
        self._refuse_unknown_configuration(endpoint_config_name)
        new = self.describe_endpoint_config(endpoint_config_name)["ProductionVariants"]
        self._refuse_changed_scalable_targets(endpoint, new)
        endpoint.endpoint_config_name = endpoint_config_name
        endpoint.production_variants = endpoint._process_production_variants(new)  # noqa: SLF001 - as moto makes them
        self._begin(endpoint, "Updating")
        return str(endpoint.arn)

    def describe_endpoint(self, endpoint_name: str) -> dict[str, Any]:
        """Describe an endpoint as it is by now."""
        if endpoint_name in self.endpoints:
            self._settled_endpoint(endpoint_name)
        described: dict[str, Any] = super().describe_endpoint(endpoint_name)
        return described

    def delete_endpoint(self, endpoint_name: str) -> None:
        """Delete an endpoint; Application Auto Scaling deregisters its variants (developer guide).

        Raises:
            ValidationException: If it is at work.
        """
        if endpoint_name in self.endpoints:
            endpoint = self._settled_endpoint(endpoint_name)
            if endpoint.endpoint_status in ("Creating", "Updating"):
                raise ValidationException(f'Cannot update in-progress endpoint "{endpoint.arn}".')
        super().delete_endpoint(endpoint_name)
        autoscaling = applicationautoscaling_backends[self.account_id][self.region_name]
        variants = f"endpoint/{endpoint_name}/variant/"
        for target in autoscaling.describe_scalable_targets("sagemaker", None, None):
            if target.resource_id.startswith(variants):
                autoscaling.deregister_scalable_target("sagemaker", target.resource_id, target.scalable_dimension)
        for key in [k for k, policy in autoscaling.policies.items() if policy.resource_id.startswith(variants)]:
            del autoscaling.policies[key]

    def instance_types(self, endpoint_name: str) -> dict[str, str]:
        """What an endpoint's variants run on, by variant: empty text where serverless, nothing without an endpoint."""
        if endpoint_name not in self.endpoints:
            return {}
        configuration = self.describe_endpoint_config(self.endpoints[endpoint_name].endpoint_config_name)
        return {
            variant["VariantName"]: variant.get("InstanceType", "") for variant in configuration["ProductionVariants"]
        }

    def scale_variant(self, endpoint_name: str, variant_name: str, *, low: int, high: int) -> None:
        """Bring a variant's number of instances inside bounds, which takes a while.

        Of an endpoint that isn't in service, nothing changes (API reference, RegisterScalableTarget).
        """
        endpoint = self._settled_endpoint(endpoint_name)
        for variant in endpoint.production_variants:
            wanted = min(max(variant["DesiredInstanceCount"], low), high)
            changes = variant["VariantName"] == variant_name and wanted != variant["DesiredInstanceCount"]
            if changes and endpoint.endpoint_status == "InService":
                variant["CurrentInstanceCount"] = variant["DesiredInstanceCount"] = wanted
                self._begin(endpoint, "Updating", seconds=SCALING_SECONDS)

    def _begin(self, endpoint: FakeEndpoint, status: str, *, seconds: float = CREATING_SECONDS) -> None:
        endpoint.endpoint_status = status
        self._endpoints_ready_at[endpoint.endpoint_name] = self.service.clock.now() + seconds

    def _settled_endpoint(self, name: str) -> FakeEndpoint:
        endpoint = self.endpoints.get(name)
        if endpoint is None:
            arn = FakeEndpoint.arn_formatter(name, self.account_id, self.region_name)
            raise ValidationException(f'Could not find endpoint "{arn}".')
        if self.service.clock.now() >= self._endpoints_ready_at.get(name, 0):
            endpoint.endpoint_status = "InService"
        return endpoint

    def _refuse_unknown_configuration(self, name: str) -> None:
        if name not in self.endpoint_configs:
            arn = f"arn:{self.partition}:sagemaker:{self.region_name}:{self.account_id}:endpoint-config/{name.lower()}"
            raise ValidationException(f'Could not find endpoint configuration "{arn}".')

    def _refuse_changed_scalable_targets(self, endpoint: FakeEndpoint, new: list[dict[str, Any]]) -> None:
        """Autoscaling acts on an instance type, so a variant that it scales must keep its own."""
        old = self.describe_endpoint_config(endpoint.endpoint_config_name)["ProductionVariants"]
        types = {variant["VariantName"]: variant.get("InstanceType") for variant in new}
        changed = {
            f"endpoint/{endpoint.endpoint_name}/variant/{variant['VariantName']}": variant["VariantName"]
            for variant in old
            if types.get(variant["VariantName"]) != variant.get("InstanceType")
        }
        autoscaling = applicationautoscaling_backends[self.account_id][self.region_name]
        registered = autoscaling.describe_scalable_targets("sagemaker", list(changed), None) if changed else []
        names = ", ".join(changed[target.resource_id] for target in registered)
        if names:
            raise ValidationException(
                f'The variant(s) "[{names}]" must be deregistered as scalable targets with AWS Auto Scaling before '
                "they can be removed or have their instance type updated."
            )
