"""Any history of deployments, cancellations, faults and repeated deliveries keeps the promises below."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import hypothesis.strategies as st
from hypothesis import HealthCheck, Phase, given, note, settings

from .cloudformation import JOB, STACK_ID, Outcome, Stack, Template
from .service import ConnectionLostError, ServiceError

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

    from .world import World

LONGEST_FUNCTION_AND_EVENT = 300 + 60 + 120 + 60
LOG_STREAM_PHRASE = "CloudWatch Log Stream: "

TEMPLATES = st.builds(
    Template,
    package=st.sampled_from(["1", "2", "3"]),
    role=st.sampled_from(["job", "other"]),
    rerun=st.sampled_from([None, "again"]),
    tags=st.sampled_from([(), (("team", "search"),)]),
    timeout=st.just(2 * 3600),
    legs=st.just(3),
    accept_stopped=st.booleans(),
    vpc=st.booleans(),
)
FAULTS = st.sampled_from(
    [
        ServiceError("ThrottlingException", "Rate exceeded"),
        ServiceError("AccessDeniedException", "not authorized"),
        ServiceError("InternalFailure", "oops", status=500),
        ConnectionLostError(),
    ]
)
SERVICE_OPERATIONS = st.sampled_from(
    [
        "CreateInferenceRecommendationsJob",
        "DescribeInferenceRecommendationsJob",
        "StopInferenceRecommendationsJob",
        "ListInferenceRecommendationsJobs",
        "ListInferenceRecommendationsJobSteps",
        "ListTags",
        "AddTags",
        "DeleteTags",
    ]
)
MACHINE_OPERATIONS = st.sampled_from(["StartExecution", "DescribeExecution", "ListExecutions", "StopExecution"])


@st.composite
def disturbances(draw: st.DrawFn) -> dict[str, Any]:
    """What happens around one deployment."""
    return draw(
        st.fixed_dictionaries(
            {
                "cancel_after": st.none() | st.sampled_from([1, 30, 45, 61, 100, 200, 400, 2000]),
                "lost_deliveries": st.sampled_from([0, 0, 0, 1, 2]),
                "extra_deliveries": st.lists(st.sampled_from([0, 3, 59, 70, 130, 250]), max_size=2),
                "put_faults": st.lists(st.just(503), max_size=2),
                "service_faults": st.lists(st.tuples(SERVICE_OPERATIONS, FAULTS), max_size=2),
                "machine_faults": st.lists(st.tuples(MACHINE_OPERATIONS, FAULTS), max_size=1),
                "late_create_seconds": st.sampled_from([None, None, None, 5, 50]),
                "dies_after_create": st.booleans(),
                "quota": st.sampled_from([100, 100, 0]),
                "ends_as": st.sampled_from(["COMPLETED", "COMPLETED", "FAILED"]),
                "runs_for": st.sampled_from([300.0, 2700.0, 20000.0]),
                "role_delay": st.sampled_from([0, 0, 20, 10**6]),
            }
        )
    )


STEPS = st.lists(st.tuples(TEMPLATES, disturbances()), min_size=1, max_size=4)


# Without shrinking: a history takes a tenth of a second, and shrinking one takes minutes.
@settings(
    max_examples=100,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=STEPS)
def test_every_history_keeps_the_promises(
    new_world: Callable[[], World], capsys: pytest.CaptureFixture[str], steps: list[tuple[Template, dict[str, Any]]]
) -> None:
    world = new_world()
    stack = Stack(world)
    foreign = world.service.foreign("somebody-elses-shop-job")
    for template, disturbed in steps:
        _disturb(world, disturbed)
        outcome = stack.deploy(template, cancel_after=disturbed["cancel_after"])
        note(f"{outcome}")
        _calm(world)
        world.settle(LONGEST_FUNCTION_AND_EVENT)
        _check_outcome(stack, outcome)
        _check_nothing_else_runs(stack)
        if not outcome.status.startswith(("CREATE_COMPLETE", "UPDATE")):
            assert stack.resources == {}
    assert stack.delete().status == "DELETE_COMPLETE"
    world.settle(LONGEST_FUNCTION_AND_EVENT)
    assert world.service.active() == [foreign]
    assert world.machine.running() == []
    assert foreign.stopped_at is None
    _check_answers(stack)
    assert "secret-signature" not in capsys.readouterr().out


def _disturb(world: World, disturbed: dict[str, Any]) -> None:
    world.lost_deliveries = disturbed["lost_deliveries"]
    world.extra_deliveries = list(disturbed["extra_deliveries"])
    world.put_faults = list(disturbed["put_faults"])
    for operation, fault in disturbed["service_faults"]:
        world.service.faults.setdefault(operation, []).append(fault)
    for operation, fault in disturbed["machine_faults"]:
        world.machine.faults.setdefault(operation, []).append(fault)
    world.service.late_create_seconds = disturbed["late_create_seconds"]
    if disturbed["dies_after_create"] and disturbed["quota"] and not disturbed["role_delay"]:
        world.service.kills_the_caller_after = "CreateInferenceRecommendationsJob"
    # The foreign job takes a place, too.
    world.service.quota = disturbed["quota"]
    world.service.ends_as, world.service.runs_for = disturbed["ends_as"], disturbed["runs_for"]
    world.service.role_usable_at = world.clock.now + disturbed["role_delay"]


def _calm(world: World) -> None:
    world.lost_deliveries, world.extra_deliveries, world.put_faults = 0, [], []
    world.service.faults.clear()
    world.machine.faults.clear()
    world.service.kills_the_caller_after = None
    world.service.late_create_seconds, world.service.quota, world.service.role_usable_at = None, 100, 0.0


def _check_outcome(stack: Stack, outcome: Outcome) -> None:
    assert outcome.status in {
        "CREATE_COMPLETE",
        "UPDATE_COMPLETE",
        "ROLLBACK_COMPLETE",
        "UPDATE_ROLLBACK_COMPLETE",
    }
    if JOB in stack.resources:
        job = stack.world.service.jobs[stack.job_name]
        expected = {"COMPLETED", "STOPPED"} if "STOPPED" in job.status(stack.world.clock.now) else {"COMPLETED"}
        assert job.status(stack.world.clock.now) in expected


def _check_nothing_else_runs(stack: Stack) -> None:
    """After a deployment nothing of it goes on: neither a job, nor a request for one, nor a wait."""
    active = [job.name for job in stack.world.service.active() if job.tags]
    assert active == []
    assert stack.world.machine.running() == []


def _check_answers(stack: Stack) -> None:
    made = [job.tags["cdk-inference-recommender:request-id"] for job in stack.world.service.jobs.values() if job.tags]
    assert len(made) == len(set(made)), "one request made two jobs"
    for event, received in stack.events:
        if received is None:
            continue
        assert received.size <= 4096
        assert received.body["StackId"] == event["StackId"] == STACK_ID
        assert received.body["LogicalResourceId"] == event["LogicalResourceId"]
        if received.body["Status"] == "FAILED":
            cause, _, log_stream = received.body["Reason"].partition(LOG_STREAM_PHRASE)
            assert len(cause) > 10
            assert log_stream
            assert "\n" not in cause
