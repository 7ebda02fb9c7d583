"""The updates of endpoints that are under way in one account and Region."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from moto.cloudwatch.models import cloudwatch_backends

from inference_recommender_sandbox.sagemaker.errors import ValidationException
from inference_recommender_sandbox.sagemaker.execution_role import role_may

from .deployment import ROLLBACK_SECONDS, Deployment
from .deployment_admission import refuse_deployment, refuse_malformed_deployment

if TYPE_CHECKING:
    from collections.abc import Mapping

    from moto.sagemaker.models import FakeEndpoint

    from inference_recommender_sandbox.sagemaker.endpoint_backend import EndpointBackend


class EndpointDeployments:
    """Starts updates, and brings them to where they are by now whenever an endpoint is looked at."""

    def __init__(self, backend: EndpointBackend) -> None:
        self._backend: Final = backend
        self._under_way: Final[dict[str, Deployment]] = {}

    def start(
        self,
        endpoint: FakeEndpoint,
        configuration_name: str,
        variants: list[dict[str, Any]],
        config: Mapping[str, Any],
        *,
        provisioning: float,
    ) -> None:
        """Begin to update an endpoint, which is Updating until then.

        Args:
            endpoint: The endpoint.
            configuration_name: Name of the new configuration.
            variants: The new variants at run time.
            config: The deployment configuration; empty for all at once.
            provisioning: Virtual seconds until the new fleet is there.

        Raises:
            ValidationException: If the deployment configuration doesn't fit.
        """
        if config:
            self.refuse(config, configuration_name)
            refuse_deployment(config, old=endpoint.production_variants, new=variants)
        endpoint.last_deployment_config = config or None
        endpoint.failure_reason = None
        self._under_way[endpoint.endpoint_name] = Deployment(
            configuration_name=configuration_name,
            variants=variants,
            config=config,
            started=self._backend.service.clock.now(),
            provisioning=provisioning,
        )
        endpoint.endpoint_status = "Updating"

    def is_under_way(self, endpoint_name: str) -> bool:
        """Return whether an endpoint is being updated or rolled back."""
        return endpoint_name in self._under_way

    def description(self, endpoint_name: str) -> dict[str, Any]:
        """Return what an endpoint's description shows of an update that is under way."""
        deployment = self._under_way.get(endpoint_name)
        if deployment is None or deployment.rolled_back_at is not None:
            return {}
        configured = self._backend.describe_endpoint_config(deployment.configuration_name)["ProductionVariants"]
        return {"PendingDeploymentSummary": deployment.summary(self._backend.service.clock.now(), configured)}

    def refuse(self, config: Mapping[str, Any], endpoint_config_name: str) -> None:
        """Refuse a deployment configuration that no endpoint can have here.

        Raises:
            ValidationException: If it is malformed, an alarm doesn't exist, or a model's role may not read it
                (developer guide, auto-rollback configuration and monitoring).
        """
        backend = self._backend
        refuse_malformed_deployment(config)
        alarms = self._alarms()
        names = [alarm["AlarmName"] for alarm in (config.get("AutoRollbackConfiguration") or {}).get("Alarms") or ()]
        unknown = [name for name in names if name not in alarms]
        if unknown:
            raise ValidationException(f"The alarm(s) {', '.join(unknown)} don't exist.")
        variants = backend.describe_endpoint_config(endpoint_config_name)["ProductionVariants"]
        for role_arn in {backend._models[variant["ModelName"]].execution_role_arn for variant in variants}:  # noqa: SLF001 - moto's
            for name in names:
                arn = f"arn:{backend.partition}:cloudwatch:{backend.region_name}:{backend.account_id}:alarm:{name}"
                if not role_may(
                    "cloudwatch:DescribeAlarms",
                    arn,
                    account_id=backend.account_id,
                    role_arn=role_arn,
                    partition=backend.partition,
                ):
                    raise ValidationException(
                        f"The role {role_arn} may not perform cloudwatch:DescribeAlarms on {arn}."
                    )

    def advance(self, endpoint: FakeEndpoint) -> None:
        """Bring an update to where it is by now."""
        deployment, now = self._under_way.get(endpoint.endpoint_name), self._backend.service.clock.now()
        if deployment is None:
            return
        if deployment.rolled_back_at is None:
            if now >= deployment.first_step_at:
                self._watch(deployment)
            reason = _failure(deployment, now)
            if reason is not None:
                deployment.rolled_back_at = now
                endpoint.endpoint_status, endpoint.failure_reason = "RollingBack", reason
            elif now >= deployment.ends_at:
                endpoint.endpoint_config_name = deployment.configuration_name
                endpoint.production_variants = deployment.variants
                del self._under_way[endpoint.endpoint_name]
        elif now >= deployment.rolled_back_at + ROLLBACK_SECONDS:
            if deployment.ordered and deployment.tripped is not None:
                self._set_alarm(deployment.tripped, "OK", "The old instances serve again.")
            del self._under_way[endpoint.endpoint_name]

    def _watch(self, deployment: Deployment) -> None:
        ordered = self._backend.service.faults.take_tripped_alarm(deployment.alarm_names)
        if ordered is not None:
            self._set_alarm(ordered, "ALARM", "Ordered as a fault.")
            deployment.ordered = True
        alarms = self._alarms()
        for name in deployment.alarm_names:
            if name in alarms and _was_in_alarm(alarms[name], since=deployment.wall_started):
                deployment.tripped = name
                return

    def _set_alarm(self, name: str, state: str, reason: str) -> None:
        self._alarms()[name].update_state(reason, "{}", state)

    def _alarms(self) -> dict[str, Any]:
        alarms: dict[str, Any] = cloudwatch_backends[self._backend.account_id][self._backend.region_name].alarms
        return alarms


def _failure(deployment: Deployment, now: float) -> str | None:
    if deployment.tripped is not None:
        return f"One or more configured alarm(s) went into ALARM state during deployment: {deployment.tripped}"
    if now >= deployment.times_out_at and deployment.ends_at > deployment.times_out_at:
        return "The deployment took longer than MaximumExecutionTimeoutInSeconds."
    return None


def _was_in_alarm(alarm: Any, *, since: datetime) -> bool:
    """Return whether an alarm is in ALARM, or has been since then; moto's history has the states that were left."""
    if alarm.state_value == "ALARM":
        return True
    return any(state == "ALARM" and left.replace(tzinfo=UTC) >= since for _, _, _, state, left in alarm.history)
