"""Rules of how an endpoint is updated."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from cdk_inference_recommender.request import UNRESOLVED, RequestDocument, Rule, Severity, Violation
from cdk_inference_recommender.request.request_document import ABSENT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cdk_inference_recommender.request import Path

FEWEST_INSTANCES: Final = "FewestInstances"
"""The least number of instances that an update finds; `UNRESOLVED` where that is recommended."""
ALARMS_OF_ENDPOINT: Final = "AlarmsOfEndpoint"
"""Paths of alarms that come after the endpoint."""

_CONFIG: Final = "DeploymentConfig"
_ALARMS: Final = f"{_CONFIG}.AutoRollbackConfiguration.Alarms"
_BLUE_GREEN: Final = f"{_CONFIG}.BlueGreenUpdatePolicy"
_ROUTING: Final = f"{_BLUE_GREEN}.TrafficRoutingConfiguration"
_ROLLING: Final = f"{_CONFIG}.RollingUpdatePolicy"
_PERCENT: Final = {
    f"{_ROUTING}.CanarySize": (1, 50),
    f"{_ROUTING}.LinearStepSize": (10, 50),
    f"{_ROLLING}.MaximumBatchSize": (5, 50),
}
"""The least and the greatest size of a step, in percent."""
_WAITS: Final = (f"{_ROUTING}.WaitIntervalInSeconds", f"{_ROLLING}.WaitIntervalInSeconds")
_TERMINATION_WAIT: Final = f"{_BLUE_GREEN}.TerminationWaitInSeconds"
_TIMEOUTS: Final = (
    f"{_BLUE_GREEN}.MaximumExecutionTimeoutInSeconds",
    f"{_ROLLING}.MaximumExecutionTimeoutInSeconds",
)
_WHOLE: Final = 100
_FEWEST_FOR_STEPS: Final = 2


def _sizes(document: RequestDocument) -> Iterator[tuple[Path, str, int, int, int]]:
    for field, (low, high) in _PERCENT.items():
        kind, size = document.at(f"{field}.Type"), document.integer(f"{field}.Value")
        if isinstance(kind, str) and size is not None and size >= 1:
            yield (*field.split("."), "Value"), kind, size, low, high


def _step_size(document: RequestDocument) -> Iterator[Violation]:
    for path, kind, size, low, high in _sizes(document):
        if kind == "CAPACITY_PERCENT" and not low <= size <= high:
            yield Violation(path=path, value=size, detail=f"{low} to {high} percent here")


def _instance_count(document: RequestDocument) -> Iterator[Violation]:
    fewest = document.integer(FEWEST_INSTANCES)
    for path, kind, size, low, high in _sizes(document):
        if fewest is None:
            continue
        if fewest < _FEWEST_FOR_STEPS:
            yield Violation(path=path, value=size, detail="the endpoint may have one instance only")
        elif kind == "INSTANCE_COUNT" and not low <= size / fewest * _WHOLE <= high:
            share = f"{low} to {high} percent" if low > 1 else f"at most {high} percent"
            yield Violation(path=path, value=size, detail=f"of {fewest} instances, {share} are allowed")


def _unknown_count(document: RequestDocument) -> Iterator[Violation]:
    if document.at(FEWEST_INSTANCES) is UNRESOLVED:
        for path, _, size, _, _ in _sizes(document):
            yield Violation(path=path, value=size)


def _short_timeout(document: RequestDocument) -> Iterator[Violation]:
    for field in _TIMEOUTS:
        timeout, waits = document.integer(field), _waits(document)
        if timeout is not None and waits is not None and timeout <= waits:
            yield Violation(path=tuple(field.split(".")), value=timeout, detail=f"the waits take {waits} seconds")


def _waits(document: RequestDocument) -> int | None:
    """Return the seconds that an update waits at least; None where they aren't known."""
    termination = document.at(_TERMINATION_WAIT)
    waits = [document.integer(field) for field in _WAITS if document.at(field) is not ABSENT]
    known = [wait for wait in waits if wait is not None]
    if len(known) != 1 or termination is UNRESOLVED:
        return None
    steps = 1
    for _, kind, size, low, _ in _sizes(document):
        # Of a canary's two steps the second one needn't be followed by a wait.
        if kind == "CAPACITY_PERCENT" and low > 1:
            steps = max(math.ceil(_WHOLE / size) - 1, 1)
    return known[0] * steps + (termination if isinstance(termination, int) else 0)


def _unwatched(document: RequestDocument) -> Iterator[Violation]:
    if not document.is_absent(_ALARMS):
        return
    for field in (*_WAITS, _TERMINATION_WAIT):
        wait = document.integer(field)
        if wait:
            yield Violation(path=tuple(field.split(".")), value=wait)
            return


def _of_endpoint(document: RequestDocument) -> Iterator[Violation]:
    alarms = document.at(ALARMS_OF_ENDPOINT)
    if isinstance(alarms, list) and alarms:
        yield Violation(path=tuple(_ALARMS.split(".")), value=", ".join(alarms))


DEPLOYMENT_RULES: Final = (
    Rule(
        id="DeploymentStepSize",
        fields=tuple(f"{field}.Value" for field in _PERCENT),
        text=(
            "a canary has at most 50 percent of the variant's instances, a linear step 10 to 50, and a batch of a "
            "rolling update 5 to 50"
        ),
        remedy="Give a size within these bounds",
        source="API reference, TrafficRoutingConfig and RollingUpdatePolicy",
        violations=_step_size,
    ),
    Rule(
        id="DeploymentInstanceCount",
        fields=tuple(f"{field}.Value" for field in _PERCENT),
        text="a step of an update has at most half of the variant's instances, and so it needs two instances or more",
        remedy=(
            "Give initial_instance_count and, where the endpoint is scaled, min_capacity such a number, or use "
            "DeploymentConfig.all_at_once(...)"
        ),
        source="API reference, TrafficRoutingConfig and RollingUpdatePolicy",
        violations=_instance_count,
    ),
    Rule(
        id="DeploymentInstanceCountUnknown",
        severity=Severity.WARNING,
        fields=tuple(f"{field}.Value" for field in _PERCENT),
        text=(
            "a step of an update needs two instances or more, and the recommended number, which is known only at "
            "deploy time, may be one"
        ),
        remedy="Give initial_instance_count=2 or more, or auto_scale_instance_count(min_capacity=2, ...)",
        source="API reference, TrafficRoutingConfig and RollingUpdatePolicy",
        violations=_unknown_count,
    ),
    Rule(
        id="DeploymentTimeout",
        fields=_TIMEOUTS,
        text="is at most what the update's waits take, so that no update could succeed",
        remedy="Give more than the waits together, and the time that instances need to start",
        source="API reference, BlueGreenUpdatePolicy",
        violations=_short_timeout,
        refines=frozenset({"MinimumValue"}),
    ),
    Rule(
        id="DeploymentAlarmsMissing",
        severity=Severity.WARNING,
        fields=(_ALARMS, *_WAITS, _TERMINATION_WAIT),
        text="nothing is watched meanwhile, since no alarm is named, and no update is rolled back",
        remedy="Name alarms in alarms=[...] or with add_rollback_alarms(...)",
        source="developer guide, deployment guardrails, auto-rollback configuration and monitoring",
        violations=_unwatched,
    ),
    Rule(
        id="RollbackAlarmOfEndpoint",
        fields=(_ALARMS,),
        text=(
            "these alarms watch the endpoint by a reference to it, so that each would have to be created before the "
            "other"
        ),
        remedy=(
            "Give the endpoint an endpoint_name, which its metrics then use; an endpoint that is deployed without one "
            "is replaced"
        ),
        source="CloudFormation user guide, circular dependencies",
        violations=_of_endpoint,
    ),
)
