"""What is checked of an update's steps, by its rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from cdk_inference_recommender.endpoint.deployment_rules import ALARMS_OF_ENDPOINT, DEPLOYMENT_RULES, FEWEST_INSTANCES
from cdk_inference_recommender.request import UNRESOLVED, RequestDocument, check_rules

from .found_problems import Found, found

if TYPE_CHECKING:
    from collections.abc import Mapping

CONFIG = "DeploymentConfig"
BLUE_GREEN = f"{CONFIG}.BlueGreenUpdatePolicy"
ROUTING = f"{BLUE_GREEN}.TrafficRoutingConfiguration"
ROLLING = f"{CONFIG}.RollingUpdatePolicy"
CANARY, LINEAR, BATCH = f"{ROUTING}.CanarySize", f"{ROUTING}.LinearStepSize", f"{ROLLING}.MaximumBatchSize"
ROUTING_WAIT, BATCH_WAIT = f"{ROUTING}.WaitIntervalInSeconds", f"{ROLLING}.WaitIntervalInSeconds"
TERMINATION = f"{BLUE_GREEN}.TerminationWaitInSeconds"
TIMEOUT = "MaximumExecutionTimeoutInSeconds"
WATCHED = {f"{CONFIG}.AutoRollbackConfiguration.Alarms": [{"AlarmName": "errors"}]}


def percent(size: object) -> dict[str, object]:
    return {"Type": "CAPACITY_PERCENT", "Value": size}


def instances(size: object) -> dict[str, object]:
    return {"Type": "INSTANCE_COUNT", "Value": size}


def checked(members: Mapping[str, object], *, fewest: object = 10, watched: bool = True) -> list[Found]:
    """Check a document of these members; its steps are watched unless otherwise said."""
    document: dict[str, Any] = {FEWEST_INSTANCES: fewest}
    for field, value in ({**WATCHED, **members} if watched else members).items():
        *parents, name = field.split(".")
        place = document
        for parent in parents:
            place = place.setdefault(parent, {})
        place[name] = value
    return found(check_rules(DEPLOYMENT_RULES, RequestDocument(document)))


@pytest.mark.parametrize(
    ("field", "size", "detail"),
    [
        (CANARY, 51, "1 to 50 percent here"),
        (LINEAR, 9, "10 to 50 percent here"),
        (LINEAR, 51, "10 to 50 percent here"),
        (BATCH, 4, "5 to 50 percent here"),
        (BATCH, 51, "5 to 50 percent here"),
    ],
)
def test_a_step_of_too_many_or_too_few_percent(field: str, size: int, detail: str) -> None:
    assert checked({field: percent(size)}) == [Found("DeploymentStepSize", f"{field}.Value", size, detail)]


@pytest.mark.parametrize(
    ("field", "size"), [(CANARY, 1), (CANARY, 50), (LINEAR, 10), (LINEAR, 50), (BATCH, 5), (BATCH, 50)]
)
def test_a_step_of_so_many_percent(field: str, size: int) -> None:
    assert checked({field: percent(size)}) == []
    assert checked({field: percent(size)}, fewest=2) == []


@pytest.mark.parametrize(
    "step", [percent(0), percent(UNRESOLVED), {"Type": UNRESOLVED, "Value": 99}, {"Value": 99}, {"Type": 1, "Value": 9}]
)
def test_a_step_that_other_rules_report_or_that_isn_t_known(step: dict[str, object]) -> None:
    assert checked({CANARY: step}, fewest=1) == []


@pytest.mark.parametrize(
    ("field", "size", "fewest", "detail"),
    [
        (CANARY, 6, 10, "of 10 instances, at most 50 percent are allowed"),
        (LINEAR, 1, 11, "of 11 instances, 10 to 50 percent are allowed"),
        (LINEAR, 2, 3, "of 3 instances, 10 to 50 percent are allowed"),
        (BATCH, 1, 21, "of 21 instances, 5 to 50 percent are allowed"),
        (BATCH, 2, 2, "of 2 instances, 5 to 50 percent are allowed"),
        (CANARY, 1, 1, "the endpoint may have one instance only"),
    ],
)
def test_a_step_of_too_many_or_too_few_instances(field: str, size: int, fewest: int, detail: str) -> None:
    assert checked({field: instances(size)}, fewest=fewest) == [
        Found("DeploymentInstanceCount", f"{field}.Value", size, detail)
    ]


@pytest.mark.parametrize(
    ("field", "size", "fewest"),
    [(CANARY, 1, 2), (CANARY, 1, 100), (LINEAR, 1, 10), (LINEAR, 5, 10), (BATCH, 1, 20), (BATCH, 1, 2)],
)
def test_a_step_of_so_many_instances(field: str, size: int, fewest: int) -> None:
    assert checked({field: instances(size)}, fewest=fewest) == []


def test_a_step_in_percent_of_one_instance() -> None:
    assert checked({BATCH: percent(50)}, fewest=1) == [
        Found("DeploymentInstanceCount", f"{BATCH}.Value", 50, "the endpoint may have one instance only")
    ]


def test_a_number_of_instances_that_is_recommended() -> None:
    assert checked({CANARY: percent(50)}, fewest=UNRESOLVED) == [
        Found("DeploymentInstanceCountUnknown", f"{CANARY}.Value", 50)
    ]
    assert checked({}, fewest=UNRESOLVED) == []


@pytest.mark.parametrize(
    ("members", "waits"),
    [
        ({CANARY: percent(10), ROUTING_WAIT: 300}, 300),
        ({CANARY: instances(1), ROUTING_WAIT: 300, TERMINATION: 60}, 360),
        ({LINEAR: percent(10), ROUTING_WAIT: 300}, 2700),
        ({LINEAR: percent(30), ROUTING_WAIT: 300, TERMINATION: 60}, 960),
        ({LINEAR: percent(50), ROUTING_WAIT: 300}, 300),
        ({LINEAR: instances(1), ROUTING_WAIT: 300}, 300),
    ],
)
def test_a_timeout_that_the_waits_of_a_blue_green_update_use_up(members: dict[str, object], waits: int) -> None:
    field = f"{BLUE_GREEN}.{TIMEOUT}"
    assert checked({**members, field: waits}) == [
        Found("DeploymentTimeout", field, waits, f"the waits take {waits} seconds")
    ]
    assert checked({**members, field: waits + 1}) == []


@pytest.mark.parametrize(("size", "waits"), [(50, 300), (25, 900), (5, 5700)])
def test_a_timeout_that_the_waits_of_a_rolling_update_use_up(size: int, waits: int) -> None:
    field = f"{ROLLING}.{TIMEOUT}"
    assert checked({BATCH: percent(size), BATCH_WAIT: 300, field: waits - 1}) == [
        Found("DeploymentTimeout", field, waits - 1, f"the waits take {waits} seconds")
    ]
    assert checked({BATCH: percent(size), BATCH_WAIT: 300, field: waits + 1}) == []


@pytest.mark.parametrize(
    "members",
    [
        {ROUTING_WAIT: UNRESOLVED},
        {ROUTING_WAIT: 300, TERMINATION: UNRESOLVED},
        {ROUTING_WAIT: 300, BATCH_WAIT: 300},
        {TERMINATION: 300},
    ],
)
def test_waits_that_aren_t_known(members: dict[str, object]) -> None:
    assert checked({CANARY: percent(10), f"{BLUE_GREEN}.{TIMEOUT}": 1, **members}) == []


@pytest.mark.parametrize("field", [ROUTING_WAIT, BATCH_WAIT, TERMINATION])
def test_waits_in_which_nothing_is_watched(field: str) -> None:
    assert checked({field: 300}, watched=False) == [Found("DeploymentAlarmsMissing", field, 300)]
    assert checked({field: 0}, watched=False) == []
    assert checked({field: 300}) == []


def test_that_nothing_is_watched_is_one_warning() -> None:
    assert checked({ROUTING_WAIT: 300, TERMINATION: 60}, watched=False) == [
        Found("DeploymentAlarmsMissing", ROUTING_WAIT, 300)
    ]


def test_alarms_that_come_after_the_endpoint() -> None:
    assert checked({ALARMS_OF_ENDPOINT: ["Stack/Errors", "Stack/Latency"]}) == [
        Found("RollbackAlarmOfEndpoint", f"{CONFIG}.AutoRollbackConfiguration.Alarms", "Stack/Errors, Stack/Latency")
    ]
    assert checked({ALARMS_OF_ENDPOINT: []}) == []
