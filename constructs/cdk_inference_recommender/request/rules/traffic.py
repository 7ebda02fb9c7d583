"""Rules for the traffic of a load test, and for its duration."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

from cdk_inference_recommender.request.problem import Severity

from . import sources
from .integer_bounds import BOUNDS, outside
from .rule import Rule, Violation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cdk_inference_recommender.request.api_path import Path
    from cdk_inference_recommender.request.request_document import RequestDocument

MAX_JOB_DURATION_SECONDS: Final = 18_000
MIN_TRAFFIC_SECONDS: Final = 120
MAX_TRAFFIC_SECONDS: Final = 3600
MAX_FIRST_USERS: Final = 3
MAX_SPAWN_RATE: Final = 3
MAX_USERS_BETWEEN_PHASES: Final = 3

_DURATION: Final = "InputConfig.JobDurationInSeconds"
_PATTERN: Final = "InputConfig.TrafficPattern"
_PHASES: Final = f"{_PATTERN}.Phases"
_STAIRS: Final = f"{_PATTERN}.Stairs"
_MEMBER_OF_TYPE: Final = {"PHASES": "Phases", "STAIRS": "Stairs"}


def _mismatched(request: RequestDocument) -> Iterator[Violation]:
    traffic_type = request.at(f"{_PATTERN}.TrafficType")
    wanted = _MEMBER_OF_TYPE.get(traffic_type) if isinstance(traffic_type, str) else None
    pattern: Path = ("InputConfig", "TrafficPattern")
    if wanted is None and request.is_given(_PHASES) and request.is_given(_STAIRS):
        yield Violation(path=pattern, value=request.at(pattern), remedy="Remove one of the two")
    for member in _MEMBER_OF_TYPE.values() if wanted is not None else ():
        path = (*pattern, member)
        if member == wanted and request.is_absent(path):
            yield Violation(path=path, remedy=f"Add `{_PATTERN}.{member}`, or change `{_PATTERN}.TrafficType`")
        elif member != wanted and request.is_given(path):
            yield Violation(path=path, value=request.at(path), remedy=f"Remove it, or change `{_PATTERN}.TrafficType`")


def _untyped(request: RequestDocument) -> Iterator[Violation]:
    given = [
        traffic_type for traffic_type, member in _MEMBER_OF_TYPE.items() if request.is_given(f"{_PATTERN}.{member}")
    ]
    if given and request.is_absent(f"{_PATTERN}.TrafficType"):
        remedy = f"Add {given[0]}" if len(given) == 1 else None
        yield Violation(path=("InputConfig", "TrafficPattern", "TrafficType"), remedy=remedy)


def _first_phase(request: RequestDocument) -> Iterator[Violation]:
    path = ("InputConfig", "TrafficPattern", "Phases", 0, "InitialNumberOfUsers")
    users = request.integer(path)
    if users is not None and users > MAX_FIRST_USERS:
        yield Violation(path=path, value=users)


def _users_at_end(request: RequestDocument, phase: Path) -> float | None:
    users = request.integer((*phase, "InitialNumberOfUsers"))
    rate = request.integer((*phase, "SpawnRate"))
    seconds = request.integer((*phase, "DurationInSeconds"))
    return None if users is None or rate is None or seconds is None else users + rate * seconds / 60


def _discontinuous(request: RequestDocument) -> Iterator[Violation]:
    phases = [path for path, _ in request.each(f"{_PHASES}[]")]
    for before, phase in pairwise(phases):
        ended = _users_at_end(request, before)
        starts = request.integer((*phase, "InitialNumberOfUsers"))
        if ended is not None and starts is not None and abs(starts - ended) > MAX_USERS_BETWEEN_PHASES:
            yield Violation(
                path=(*phase, "InitialNumberOfUsers"),
                value=starts,
                detail=f"the phase before ends with {ended:g} users, this one starts with {starts}",
            )


def _uneven_stairs(request: RequestDocument) -> Iterator[Violation]:
    seconds, steps = request.integer(f"{_STAIRS}.DurationInSeconds"), request.integer(f"{_STAIRS}.NumberOfSteps")
    if seconds is not None and steps is not None and steps > 0 and seconds % steps:
        yield Violation(
            path=("InputConfig", "TrafficPattern", "Stairs", "NumberOfSteps"),
            value=steps,
            detail=f"{seconds} s in {steps} steps",
        )


def _traffic_seconds(request: RequestDocument) -> Iterator[tuple[Path, int]]:
    lengths = [request.integer((*path, "DurationInSeconds")) for path, _ in request.each(f"{_PHASES}[]")]
    known = [length for length in lengths if length is not None]
    if known and len(known) == len(lengths):
        yield ("InputConfig", "TrafficPattern", "Phases"), sum(known)
    yield from request.integers(f"{_STAIRS}.DurationInSeconds")


def _longer_than_job(request: RequestDocument) -> Iterator[Violation]:
    job = request.integer(_DURATION)
    if job is None:
        return
    for path, seconds in _traffic_seconds(request):
        if seconds > job:
            yield Violation(path=path, value=seconds, detail=f"the traffic takes {seconds} s, the job {job} s")


TRAFFIC_RULES: Final = (
    Rule(
        id="TrafficTypeMatchesPattern",
        fields=(f"{_PATTERN}.TrafficType", _PHASES, _STAIRS),
        text="traffic is either phases (PHASES) or stairs (STAIRS), and its type names the one that is given",
        remedy="Give the one that the type names, and only that one",
        source=f"{sources.API_REFERENCE}, TrafficPattern; {sources.LOAD_TEST}",
        violations=_mismatched,
    ),
    Rule(
        id="TrafficTypeGiven",
        severity=Severity.WARNING,
        fields=(f"{_PATTERN}.TrafficType", _PHASES, _STAIRS),
        text="phases or stairs need their type beside them",
        remedy="Add PHASES or STAIRS",
        source=f"{sources.INFERRED}; every example in {sources.LOAD_TEST} has it, yet the model doesn't require it",
        violations=_untyped,
    ),
    Rule(
        id="FirstPhaseUsers",
        fields=(f"{_PHASES}[].InitialNumberOfUsers",),
        text=f"the first phase starts with 1 to {MAX_FIRST_USERS} users",
        remedy=f"Start with at most {MAX_FIRST_USERS} users and let the spawn rate add the rest",
        source=f"{sources.CLI_REFERENCE}; {sources.LOAD_TEST}",
        violations=_first_phase,
    ),
    Rule(
        id="PhaseContinuity",
        severity=Severity.WARNING,
        fields=tuple(f"{_PHASES}[].{member}" for member in ("InitialNumberOfUsers", "SpawnRate", "DurationInSeconds")),
        text=f"a phase starts within {MAX_USERS_BETWEEN_PHASES} users of where the one before ended",
        remedy="Start with what the phase before reaches: its users + spawn rate x minutes",
        source=f"{sources.TROUBLESHOOTING}; how many users a phase ends with is inferred",
        violations=_discontinuous,
    ),
    Rule(
        id="SpawnRateMaximum",
        severity=Severity.WARNING,
        fields=(f"{_PHASES}[].SpawnRate",),
        text=f"the spawn rate is 0 to {MAX_SPAWN_RATE} new users a minute",
        remedy=f"Use {MAX_SPAWN_RATE} or less",
        source=f"{sources.LOAD_TEST}, whose own example uses 60",
        violations=outside(f"{_PHASES}[].SpawnRate", high=MAX_SPAWN_RATE),
    ),
    Rule(
        id="PhaseDuration",
        fields=(f"{_PHASES}[].DurationInSeconds",),
        text=f"a phase lasts {MIN_TRAFFIC_SECONDS} to {MAX_TRAFFIC_SECONDS} s",
        remedy="Lengthen, shorten or split the phase",
        source=f"{sources.CLI_REFERENCE}; {sources.LOAD_TEST}",
        violations=outside(f"{_PHASES}[].DurationInSeconds", low=MIN_TRAFFIC_SECONDS, high=MAX_TRAFFIC_SECONDS),
        refines=BOUNDS,
    ),
    Rule(
        id="StairsDuration",
        fields=(f"{_STAIRS}.DurationInSeconds",),
        text=f"stairs last {MIN_TRAFFIC_SECONDS} to {MAX_TRAFFIC_SECONDS} s in all",
        remedy="Lengthen or shorten the stairs",
        source=sources.LOAD_TEST,
        violations=outside(f"{_STAIRS}.DurationInSeconds", low=MIN_TRAFFIC_SECONDS, high=MAX_TRAFFIC_SECONDS),
        refines=BOUNDS,
    ),
    Rule(
        id="StairsStepLength",
        severity=Severity.WARNING,
        fields=(f"{_STAIRS}.DurationInSeconds", f"{_STAIRS}.NumberOfSteps"),
        text="a step lasts the duration divided by the number of steps, which should be whole seconds",
        remedy="Choose a number of steps that divides the duration",
        source=f"{sources.LOAD_TEST}, by its example; the API Reference takes DurationInSeconds for one step",
        violations=_uneven_stairs,
    ),
    Rule(
        id="TrafficWithinJobDuration",
        fields=(_DURATION, f"{_PHASES}[].DurationInSeconds", f"{_STAIRS}.DurationInSeconds"),
        text=f"the traffic may not last longer than `{_DURATION}`",
        remedy="Lengthen the job or shorten the traffic",
        source=sources.TROUBLESHOOTING,
        violations=_longer_than_job,
    ),
    Rule(
        id="JobDurationMaximum",
        fields=(_DURATION,),
        text=f"a job lasts at most {MAX_JOB_DURATION_SECONDS} s",
        remedy=f"Use {MAX_JOB_DURATION_SECONDS} or less",
        source=f"{sources.API_REFERENCE}; an older {sources.CLI_REFERENCE} says 7200",
        violations=outside(_DURATION, high=MAX_JOB_DURATION_SECONDS),
    ),
)
