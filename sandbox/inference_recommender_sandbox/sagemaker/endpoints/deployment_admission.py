"""Deployment configurations that SageMaker refuses (API reference, DeploymentConfig; deployment guardrails).

Which of the documented bounds the service checks in the request, and which only when it starts instances, isn't public:
here all are refused in the request.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from inference_recommender_sandbox.sagemaker.errors import ValidationException

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_STEPS: Final = {"CANARY": ("CanarySize", 1, 50), "LINEAR": ("LinearStepSize", 10, 50)}
_BATCH: Final = (5, 50)
_WHOLE: Final = 100


def refuse_malformed_deployment(config: Mapping[str, Any]) -> None:
    """Refuse a configuration that no endpoint can have.

    Raises:
        ValidationException: Says why.
    """
    blue_green, rolling = config.get("BlueGreenUpdatePolicy"), config.get("RollingUpdatePolicy")
    if blue_green and rolling:
        raise ValidationException("Only one update policy should be used in the deployment configuration.")
    if blue_green:
        routing = blue_green["TrafficRoutingConfiguration"]
        wanted = _STEPS.get(routing["Type"], (None,))[0]
        given = [name for name, _, _ in _STEPS.values() if routing.get(name)]
        if given != ([wanted] if wanted else []):
            raise ValidationException(
                f"Traffic routing of type {routing['Type']} takes {wanted or 'no step size'}, and not "
                f"{' and '.join(given) or 'none'}."
            )
    policy = blue_green or rolling or {}
    timeout, waits = policy.get("MaximumExecutionTimeoutInSeconds"), waiting_seconds(config)
    if timeout is not None and timeout <= waits:
        raise ValidationException(
            f"MaximumExecutionTimeoutInSeconds {timeout} must be larger than the total waiting time of {waits} seconds."
        )


def refuse_deployment(config: Mapping[str, Any], *, old: Sequence[Mapping[str, Any]], new: Sequence[Any]) -> None:
    """Refuse a configuration that doesn't fit an endpoint's variants.

    Args:
        config: The configuration.
        old: The variants at run time.
        new: Those that they become.

    Raises:
        ValidationException: Says why.
    """
    if any("DesiredInstanceCount" not in variant for variant in new):
        raise ValidationException("Deployment configurations aren't supported for serverless endpoints.")
    names = [sorted(variant["VariantName"] for variant in variants) for variants in (old, new)]
    if names[0] != names[1]:
        raise ValidationException("The new endpoint configuration must have the variant names of the old one.")
    if config.get("RollingUpdatePolicy") and len(new) > 1:
        raise ValidationException("Rolling deployments aren't supported for endpoints with several variants.")
    size, bounds = step_size(config), _bounds(config)
    for variant in new:
        count = variant["DesiredInstanceCount"]
        if size is not None and bounds is not None:
            _refuse_step(size, count, *bounds)


def step_size(config: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the size of a step; None where all traffic shifts at once."""
    rolling = config.get("RollingUpdatePolicy")
    if rolling:
        batch: Mapping[str, Any] = rolling["MaximumBatchSize"]
        return batch
    routing = config.get("BlueGreenUpdatePolicy", {}).get("TrafficRoutingConfiguration", {})
    return routing.get("CanarySize") or routing.get("LinearStepSize")


def waiting_seconds(config: Mapping[str, Any]) -> int:
    """Return the seconds that a deployment waits at least: between two steps, and before the end."""
    blue_green, rolling = config.get("BlueGreenUpdatePolicy") or {}, config.get("RollingUpdatePolicy") or {}
    routing = blue_green.get("TrafficRoutingConfiguration") or {}
    wait = routing.get("WaitIntervalInSeconds") or rolling.get("WaitIntervalInSeconds") or 0
    return int(wait + (blue_green.get("TerminationWaitInSeconds") or 0))


def _bounds(config: Mapping[str, Any]) -> tuple[int, int] | None:
    if config.get("RollingUpdatePolicy"):
        return _BATCH
    routing = config.get("BlueGreenUpdatePolicy", {}).get("TrafficRoutingConfiguration", {})
    name, *bounds = _STEPS.get(routing.get("Type"), (None, 0, 0))
    return (bounds[0], bounds[1]) if name else None


def _refuse_step(size: Mapping[str, Any], count: int, low: int, high: int) -> None:
    # One instance at least takes part in a step, which is all of a fleet of one.
    instances = size["Value"] if size["Type"] == "INSTANCE_COUNT" else max(1, count * size["Value"] // _WHOLE)
    share = instances * _WHOLE / count
    percent = size["Value"] if size["Type"] == "CAPACITY_PERCENT" else share
    if share > high or not low <= percent <= high:
        raise ValidationException(
            f"A step of {size['Value']} ({size['Type']}) isn't {low} to {high} percent of the variant's {count} "
            "instances."
        )
