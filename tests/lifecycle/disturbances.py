"""Disturbances in an account, as values that change a world."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import hypothesis.strategies as st

from inference_recommendations_handler.protocol.contract import WAIT_STAGE_SECONDS

from .invocation_thread import Pause
from .lambda_outage import LambdaOutage
from .retriers import REFUSED_BY_LAMBDA
from .service import RESULT, SECONDS_STOPPING, ConnectionLostError, ServiceError

if TYPE_CHECKING:
    from .world import World

LONG = "\N{SNOWMAN}" * 3000
NOT_A_NUMBER = RESULT | {"Metrics": {"CostPerHour": float("nan"), "CostPerInference": 1e-05, "ModelLatency": "NaN"}}
CREATE = "CreateInferenceRecommendationsJob"
STOP = "StopInferenceRecommendationsJob"
SLOWEST_STOP = 1200.0
BETWEEN_OUTAGES = 600.0
FOR_EVER = 10.0**12

PASSING = [
    ("ThrottlingException", "Rate exceeded", 400),
    ("AccessDeniedException", "not authorized", 400),
    ("ExpiredTokenException", "The security token included in the request is expired", 400),
    ("UnrecognizedClientException", "The security token included in the request is invalid.", 400),
    ("InternalFailure", "oops", 500),
    ("", "connection lost", 0),
]
INVALID = ("ValidationException", "Could not find model package", 400)


@dataclass(frozen=True)
class Refusal:
    """The next call of an operation fails."""

    operation: str
    error: tuple[str, str, int]
    done: bool = False
    """Whether the call takes effect nevertheless."""

    def __call__(self, world: World) -> None:
        code, message, status = self.error
        fault: Exception = ServiceError(code, message, status=status) if code else ConnectionLostError()
        target = world.machine if "Execution" in self.operation else world.service
        faults = target.takes_effect_despite_error if self.done else target.faults
        faults.setdefault(self.operation, []).append(fault)


@dataclass(frozen=True)
class StopsRefused:
    """Stops of jobs fail for a while: with two calls in each poll of a deletion for up to its end, and longer."""

    error: tuple[str, str, int]
    times: int

    def __call__(self, world: World) -> None:
        for _ in range(self.times):
            Refusal(STOP, self.error)(world)


@dataclass(frozen=True)
class Denied:
    """A policy denies an operation from now on. An existing denial isn't prolonged."""

    operation: str
    seconds: float

    def __call__(self, world: World) -> None:
        world.service.denied_until.setdefault(self.operation, world.clock.now + self.seconds)


@dataclass(frozen=True)
class Delivery:
    """Delivery of the next event."""

    lost: int = 0
    again_after: tuple[float, ...] = ()
    pause: Pause | None = None

    def __call__(self, world: World) -> None:
        if self.lost:
            world.lost_deliveries = self.lost
        if self.again_after:
            world.extra_deliveries = list(self.again_after)
        if self.pause is not None:
            world.pauses = [self.pause]


@dataclass(frozen=True)
class BucketRefusal:
    """The bucket rejects the next responses."""

    status: int
    times: int

    def __call__(self, world: World) -> None:
        world.put_faults += [self.status] * self.times


@dataclass(frozen=True)
class Broken:
    """The function can't be imported."""

    def __call__(self, world: World) -> None:
        world.function_works = False


@dataclass(frozen=True)
class LambdaRefuses:
    """Lambda rejects all calls for a while. The next outage starts ten minutes later at the earliest."""

    after: float
    """Seconds from now."""
    seconds: float
    code: str

    def __call__(self, world: World) -> None:
        begins, last = world.clock.now + self.after, world.outage
        if last is None or begins > last.ends + BETWEEN_OUTAGES:
            world.outage = LambdaOutage(begins=begins, ends=begins + self.seconds, code=self.code)


@dataclass(frozen=True)
class CreateCutOff:
    """The caller of the next create gets no response."""

    lands_after: float | None
    """Seconds until the job exists; None for a job that exists at once, and a function that is killed."""

    def __call__(self, world: World) -> None:
        world.service.late_create_seconds = self.lands_after
        if self.lands_after is None:
            world.service.kills_the_caller_after = CREATE


@dataclass(frozen=True)
class Account:
    """Changes of the service; None for no change."""

    quota: int | None = None
    role_usable_after: float | None = None
    visible_after: float | None = None
    tags_visible_after: float | None = None
    runs_as: str | None = None
    seconds_stopping: float | None = None
    ignores_stops: bool | None = None

    def __call__(self, world: World) -> None:
        service = world.service
        service.quota = service.quota if self.quota is None else self.quota
        service.visible_after = service.visible_after if self.visible_after is None else self.visible_after
        service.runs_as = self.runs_as or service.runs_as
        if self.tags_visible_after is not None:
            service.tags_visible_after = self.tags_visible_after
        if self.ignores_stops is not None:
            service.ignores_stops = self.ignores_stops
        if self.seconds_stopping is not None:
            service.seconds_stopping = self.seconds_stopping
        if self.role_usable_after is not None:
            service.role_usable_at = world.clock.now + self.role_usable_after


@dataclass(frozen=True)
class NextJobs:
    """Outcome of jobs that are created from now on."""

    runs_for: float
    ends_as: str
    reason: str | None
    results: tuple[dict[str, Any], ...]

    def __call__(self, world: World) -> None:
        service = world.service
        service.runs_for, service.ends_as, service.reason = self.runs_for, self.ends_as, self.reason
        service.results = list(self.results)


Disturbance = (
    Refusal
    | StopsRefused
    | Denied
    | Delivery
    | BucketRefusal
    | Broken
    | LambdaRefuses
    | CreateCutOff
    | Account
    | NextJobs
)

_READS = [
    "DescribeInferenceRecommendationsJob",
    "ListInferenceRecommendationsJobs",
    "ListInferenceRecommendationsJobSteps",
    "ListTags",
    "DescribeExecution",
    "ListExecutions",
]
_SAGEMAKERS = [each for each in _READS if "Execution" not in each] + ["AddTags", "DeleteTags"]
_WRITES = [CREATE, STOP, "AddTags", "DeleteTags", "StartExecution", "StopExecution"]
DISTURBANCES: st.SearchStrategy[Disturbance] = st.one_of(
    st.builds(Refusal, st.sampled_from(_READS), st.sampled_from(PASSING)),
    st.builds(Refusal, st.sampled_from([CREATE, *_WRITES]), st.sampled_from(PASSING), st.booleans()),
    st.just(Refusal(CREATE, INVALID)),
    st.builds(StopsRefused, st.sampled_from(PASSING[:2]), st.sampled_from([2, 10, 90, 250])),
    st.builds(Denied, st.sampled_from(_SAGEMAKERS), st.sampled_from([20, 60, 200])),
    st.just(Denied(STOP, FOR_EVER)),
    st.builds(Delivery, lost=st.sampled_from([1, 2])),
    st.builds(
        Delivery, again_after=st.lists(st.sampled_from([0, 3, 59, 70, 130, 250]), min_size=1, max_size=2).map(tuple)
    ),
    st.builds(
        Delivery,
        pause=st.builds(Pause, st.integers(1, 6), st.sampled_from([1, 20, 45, 59, 60]), st.booleans(), st.just(None)),
    ),
    st.builds(BucketRefusal, st.sampled_from([500, 503]), st.sampled_from([1, 2, 5])),
    st.just(Broken()),
    # At once, in the middle of a wait stage, and about when a wait stage or a deletion ends.
    st.builds(
        LambdaRefuses,
        st.sampled_from(
            [
                0,
                5,
                100,
                240,
                290,
                1000,
                1590,
                WAIT_STAGE_SECONDS - 110,
                WAIT_STAGE_SECONDS - 30,
                WAIT_STAGE_SECONDS + 30,
            ]
        ),
        st.sampled_from([45, 60, 120]),
        st.sampled_from(REFUSED_BY_LAMBDA),
    ),
    st.builds(CreateCutOff, st.sampled_from([None, 5, 50])),
    st.builds(Account, quota=st.sampled_from([0, 3, 100])),
    st.builds(Account, role_usable_after=st.sampled_from([20, 200, 10**6])),
    st.builds(Account, visible_after=st.sampled_from([1, 10])),
    st.builds(Account, tags_visible_after=st.sampled_from([3, 20, 60, 110])),
    st.builds(Account, runs_as=st.sampled_from(["PAUSED", "QUEUED_FOR_CAPACITY"])),
    st.just(Account(ignores_stops=True)),
    st.builds(Account, seconds_stopping=st.sampled_from([3, 30, 600, SLOWEST_STOP])),
    st.builds(
        NextJobs,
        st.sampled_from([100.0, 300.0, 2700.0, 20000.0]),
        st.sampled_from(["COMPLETED", "FAILED"]),
        st.sampled_from([None, LONG]),
        st.sampled_from([(RESULT,), (NOT_A_NUMBER,), ()]),
    ),
)


def calm(world: World) -> None:
    """End all disturbances."""
    world.lost_deliveries, world.extra_deliveries, world.put_faults, world.pauses = 0, [], [], []
    world.function_works = True
    if world.outage is not None and world.clock.now < world.outage.ends:
        world.outage = replace(world.outage, ends=world.clock.now)
    for faults in (world.service.faults, world.service.takes_effect_despite_error):
        faults.clear()
    for faults in (world.machine.faults, world.machine.takes_effect_despite_error):
        faults.clear()
    service = world.service
    service.denied_until.clear()
    service.kills_the_caller_after = service.late_create_seconds = None
    Account(
        quota=100,
        role_usable_after=0,
        visible_after=0,
        tags_visible_after=0,
        runs_as="IN_PROGRESS",
        seconds_stopping=SECONDS_STOPPING,
        ignores_stops=False,
    )(world)
    NextJobs(2700.0, "COMPLETED", None, (RESULT,))(world)
