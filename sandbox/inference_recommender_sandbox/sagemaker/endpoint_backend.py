"""Endpoints that take their time, and that refuse what the service refuses; moto's are there at once, unchangeable."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final

from moto.applicationautoscaling.models import applicationautoscaling_backends
from moto.sagemaker.models import FakeEndpoint, SageMakerModelBackend

from .endpoints.endpoint_deployments import EndpointDeployments
from .errors import ValidationException
from .taken_names import is_taken

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .service import Service

CREATING_SECONDS: Final = 240.0
"""Virtual seconds from Creating, or Updating, to InService; the service takes minutes."""
SCALING_SECONDS: Final = 120.0
"""Virtual seconds that a change of the number of instances takes; the endpoint is Updating meanwhile."""
_RUN_TIME_PROPERTIES: Final = frozenset({"DesiredInstanceCount", "DesiredWeight"})
"""What a variant's run time can change, and an update can retain."""


class EndpointBackend(SageMakerModelBackend):
    """SageMaker's endpoints of one account in one Region."""

    service: ClassVar[Service]

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self._endpoints_ready_at: dict[str, float] = {}
        self.deployments: Final = EndpointDeployments(self)

    def create_endpoint(
        self, endpoint_name: str, endpoint_config_name: str, tags: list[dict[str, str]]
    ) -> FakeEndpoint:
        """Create an endpoint, which is Creating for a while.

        Raises:
            ValidationException: If the name is taken or the configuration doesn't exist.
        """
        if is_taken(endpoint_name, self.endpoints):
            arn = FakeEndpoint.arn_formatter(endpoint_name.lower(), self.account_id, self.region_name)
            raise ValidationException(f'Cannot create already existing endpoint "{arn}".')
        self._refuse_unknown_configuration(endpoint_config_name)
        endpoint = super().create_endpoint(endpoint_name, endpoint_config_name, tags)
        self._begin(endpoint, "Creating")
        return endpoint

    def update_endpoint(
        self,
        endpoint_name: str,
        endpoint_config_name: str,
        *,
        retained_properties: frozenset[str] = frozenset(),
        deployment_config: Mapping[str, Any] | None = None,
        retain_deployment_config: bool = False,
    ) -> str:
        """Give an endpoint another configuration, which takes a while; return its ARN.

        Args:
            endpoint_name: Its name.
            endpoint_config_name: The configuration's.
            retained_properties: `DesiredInstanceCount` and `DesiredWeight`, where variants keep what was set at run
                time. Otherwise they start with what the configuration says.
            deployment_config: How the traffic shifts, and what rolls it back. Default: all at once.
            retain_deployment_config: Whether the last one counts where none is given.

        Raises:
            ValidationException: If either doesn't exist, the endpoint is at work, a variant that is a scalable target
                would go or change its instance type, or the deployment configuration doesn't fit.
        """
        endpoint = self._endpoint_in_service(endpoint_name)
        self._refuse_unknown_configuration(endpoint_config_name)
        new = self.describe_endpoint_config(endpoint_config_name)["ProductionVariants"]
        self._refuse_changed_scalable_targets(endpoint, new)
        variants = endpoint._process_production_variants(new)  # noqa: SLF001 - as moto makes them
        _retain(retained_properties, old=endpoint.production_variants, new=variants)
        last = getattr(endpoint, "last_deployment_config", None) if retain_deployment_config else None
        self.deployments.start(
            endpoint, endpoint_config_name, variants, deployment_config or last or {}, provisioning=CREATING_SECONDS
        )
        return str(endpoint.arn)

    def update_endpoint_weights_and_capacities(
        self, endpoint_name: str, desired_weights_and_capacities: list[dict[str, Any]]
    ) -> str:
        """Change weights of variants, or the number of instances of one, which takes a while; return the ARN.

        What a change leaves out stays as it is.

        Raises:
            ValidationException: If the endpoint doesn't exist or is at work, or a variant doesn't exist, is named twice
                or can't have what is desired.
        """
        endpoint = self._endpoint_in_service(endpoint_name)
        variants = {variant["VariantName"]: variant for variant in endpoint.production_variants}
        names = [change["VariantName"] for change in desired_weights_and_capacities]
        for name in names:
            if names.count(name) > 1:
                raise ValidationException(f'The variant name "{name}" was non-unique within the request.')
            if name not in variants:
                raise ValidationException(
                    f'The variant name(s) "{name}" is/are not present within endpoint configuration '
                    f'"{endpoint.endpoint_config_name}".'
                )
        _refuse_capacities(desired_weights_and_capacities, variants)
        for change in desired_weights_and_capacities:
            variants[change["VariantName"]].update(
                {name: change[name] for name in _RUN_TIME_PROPERTIES if change.get(name) is not None}
            )
        self._begin(endpoint, "Updating", seconds=SCALING_SECONDS)
        return str(endpoint.arn)

    def describe_endpoint(self, endpoint_name: str) -> dict[str, Any]:
        """Describe an endpoint as it is by now."""
        if endpoint_name in self.endpoints:
            self._settled_endpoint(endpoint_name)
        described: dict[str, Any] = super().describe_endpoint(endpoint_name)
        return described | self.deployments.description(endpoint_name)

    def delete_endpoint(self, endpoint_name: str) -> None:
        """Delete an endpoint; Application Auto Scaling deregisters its variants (developer guide).

        Raises:
            ValidationException: If it is at work.
        """
        if endpoint_name in self.endpoints:
            endpoint = self._settled_endpoint(endpoint_name)
            if endpoint.endpoint_status in ("Creating", "Updating", "RollingBack"):
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
            if variant["VariantName"] != variant_name or endpoint.endpoint_status != "InService":
                continue
            wanted = min(max(variant["DesiredInstanceCount"], low), high)
            if wanted != variant["DesiredInstanceCount"]:
                variant["DesiredInstanceCount"] = wanted
                self._begin(endpoint, "Updating", seconds=SCALING_SECONDS)

    def _begin(self, endpoint: FakeEndpoint, status: str, *, seconds: float = CREATING_SECONDS) -> None:
        endpoint.endpoint_status = status
        self._endpoints_ready_at[endpoint.endpoint_name] = self.service.clock.now() + seconds

    def _settled_endpoint(self, name: str) -> FakeEndpoint:
        endpoint = self.endpoints.get(name)
        if endpoint is None:
            arn = FakeEndpoint.arn_formatter(name, self.account_id, self.region_name)
            raise ValidationException(f'Could not find endpoint "{arn}".')
        self.deployments.advance(endpoint)
        if not self.deployments.is_under_way(name) and self.service.clock.now() >= self._endpoints_ready_at.get(
            name, 0
        ):
            endpoint.endpoint_status = "InService"
            for variant in endpoint.production_variants:
                for desired in _RUN_TIME_PROPERTIES & variant.keys():
                    variant[desired.replace("Desired", "Current")] = variant[desired]
        return endpoint

    def _endpoint_in_service(self, name: str) -> FakeEndpoint:
        endpoint = self._settled_endpoint(name)
        if endpoint.endpoint_status != "InService":
            raise ValidationException(f'Cannot update in-progress endpoint "{endpoint.arn}".')
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


def retained_properties(request: Mapping[str, Any]) -> frozenset[str]:
    """Return what an `UpdateEndpoint` request lets variants keep."""
    if not request.get("RetainAllVariantProperties"):
        return frozenset()
    excluded = request.get("ExcludeRetainedVariantProperties") or []
    return _RUN_TIME_PROPERTIES - {each["VariantPropertyType"] for each in excluded}


def _retain(names: frozenset[str], *, old: list[dict[str, Any]], new: list[dict[str, Any]]) -> None:
    """Let variants of the same name keep what was set at run time, whatever they run on.

    The API reference leaves open what happens to the number of instances when their type changes. The developer guide
    retains it by the variant's name in an update that autoscaling had to be taken away for, which is one of the type.
    """
    before = {variant["VariantName"]: variant for variant in old}
    for variant in new:
        former = before.get(variant["VariantName"], {})
        for name in names & variant.keys() & former.keys():
            variant[name] = former[name]


def _refuse_capacities(changes: list[dict[str, Any]], variants: Mapping[str, dict[str, Any]]) -> None:
    counted = [change for change in changes if change.get("DesiredInstanceCount") is not None]
    if len(counted) > 1:
        raise ValidationException("The capacity of one variant can be updated at a time.")
    for change in counted:
        name, count = change["VariantName"], change["DesiredInstanceCount"]
        if "DesiredInstanceCount" not in variants[name]:
            raise ValidationException(f"The variant {name} is serverless and has no DesiredInstanceCount.")
        if count < 1:
            raise ValidationException(f"The variant {name} can't have a DesiredInstanceCount of {count}.")
