"""An update of an endpoint on its way: a new fleet beside the old one, traffic in steps, and a way back.

The old variants serve until the end: an endpoint's description names the old configuration meanwhile. Alarms are
looked at from the first step on. Whether SageMaker waits after the last step isn't documented beyond
`TerminationWaitInSeconds`; here it waits between two steps only, and after the one step of a shift at once.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from .deployment_admission import step_size

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ROLLBACK_SECONDS: Final = 120.0
"""Virtual seconds of a rollback; the old fleet is still there."""
_WHOLE: Final = 100
_DEFAULT_TIMEOUT: Final = 28_800


@dataclass(kw_only=True)
class Deployment:
    """One update of an endpoint.

    Attributes:
        configuration_name: Name of the new configuration.
        variants: The new variants at run time.
        config: The deployment configuration.
        started: When it began, in epoch seconds of the sandbox's clock.
        provisioning: Seconds until the new fleet is there.
        wall_started: When it began by the clock of CloudWatch.
        tripped: The alarm that has rolled it back. Default: none.
        ordered: Whether a fault had tripped it, so that it recovers with the old fleet.
        rolled_back_at: When the rollback began. Default: it hasn't.
    """

    configuration_name: str
    variants: list[dict[str, Any]]
    config: Mapping[str, Any]
    started: float
    provisioning: float
    wall_started: datetime = field(default_factory=lambda: datetime.now(UTC))
    tripped: str | None = None
    ordered: bool = False
    rolled_back_at: float | None = None

    @property
    def alarm_names(self) -> list[str]:
        """The alarms that roll it back."""
        alarms = (self.config.get("AutoRollbackConfiguration") or {}).get("Alarms") or []
        return [alarm["AlarmName"] for alarm in alarms]

    @property
    def first_step_at(self) -> float:
        """When the first traffic reaches the new fleet."""
        return self.started + self.provisioning

    @property
    def ends_at(self) -> float:
        """When the old fleet is gone, if nothing happens."""
        policy = self.config.get("BlueGreenUpdatePolicy") or {}
        return (
            self._last_step_at + (self._wait if self._steps == 1 else 0) + (policy.get("TerminationWaitInSeconds") or 0)
        )

    @property
    def times_out_at(self) -> float:
        """When it is given up."""
        policy = self.config.get("BlueGreenUpdatePolicy") or self.config.get("RollingUpdatePolicy") or {}
        return self.started + (policy.get("MaximumExecutionTimeoutInSeconds") or _DEFAULT_TIMEOUT)

    def share(self, now: float) -> float:
        """Return the part of the traffic that the new fleet has, from 0 to 1."""
        if self.rolled_back_at is not None or now < self.first_step_at:
            return 0.0
        step = self._steps if not self._wait else int((now - self.first_step_at) // self._interval) + 1
        return 1.0 if step >= self._steps else step * self._step_share

    def summary(self, now: float, configured: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """Return what a description shows of it.

        Args:
            now: Epoch seconds of the sandbox's clock.
            configured: The new configuration's variants.
        """
        types = {variant["VariantName"]: variant.get("InstanceType") for variant in configured}
        status = "Creating" if now < self.first_step_at else "Baking"
        variants = [
            {
                **variant,
                "CurrentInstanceCount": variant["DesiredInstanceCount"] if status == "Baking" else 0,
                "CurrentWeight": variant.get("DesiredWeight", 1.0) * self.share(now),
                "InstanceType": types[variant["VariantName"]],
                "VariantStatus": [{"Status": status}],
            }
            if "DesiredInstanceCount" in variant
            else {**variant, "VariantStatus": [{"Status": status}]}
            for variant in self.variants
        ]
        return {
            "EndpointConfigName": self.configuration_name,
            "ProductionVariants": variants,
            "StartTime": self.started,
        }

    @property
    def _wait(self) -> float:
        policy = self.config.get("BlueGreenUpdatePolicy") or {}
        routing = policy.get("TrafficRoutingConfiguration") or self.config.get("RollingUpdatePolicy") or {}
        return float(routing.get("WaitIntervalInSeconds") or 0)

    @property
    def _interval(self) -> float:
        # A batch of a rolling update has its own instances to start.
        return self._wait + (self.provisioning if self.config.get("RollingUpdatePolicy") else 0)

    @property
    def _step_share(self) -> float:
        size = step_size(self.config)
        if size is None:
            return 1.0
        if size["Type"] == "CAPACITY_PERCENT":
            return float(size["Value"]) / _WHOLE
        return float(size["Value"]) / max(variant["DesiredInstanceCount"] for variant in self.variants)

    @property
    def _steps(self) -> int:
        routing = (self.config.get("BlueGreenUpdatePolicy") or {}).get("TrafficRoutingConfiguration") or {}
        if routing.get("Type") == "CANARY":
            return 2
        return math.ceil(1 / self._step_share)

    @property
    def _last_step_at(self) -> float:
        return self.first_step_at + (self._steps - 1) * self._interval
