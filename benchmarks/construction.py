"""What declaring a job costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.benchmark import Benchmark, Figures
from benchmarks.javascript_calls import counted_calls
from benchmarks.processor_time import processor_seconds
from benchmarks.stacks import DECLARATIONS, PROVIDER_EACH, RAW, new_stack

if TYPE_CHECKING:
    from collections.abc import Callable

    import aws_cdk as cdk

JOBS = 200
COUNTED_JOBS = 5


def _contender(declarations: Callable[[cdk.Stack], Callable[[int], object]]) -> Callable[[], Figures]:
    def construct() -> Figures:
        declare = declarations(new_stack())
        # Also creates what all of them share.
        declare(0)
        begin = processor_seconds()
        for number in range(1, JOBS + 1):
            declare(number)
        seconds = processor_seconds() - begin
        with counted_calls() as calls:
            for number in range(JOBS + 1, JOBS + COUNTED_JOBS + 1):
                declare(number)
        return {"milliseconds": 1000 * seconds / JOBS, "calls": calls.made / COUNTED_JOBS}

    return construct


BENCHMARK = Benchmark(
    title="Declaring a job",
    what=f"A Default job whose role is given, the first of {JOBS + 1} left out; calls are those into the JavaScript.",
    contenders={name: _contender(declarations) for name, declarations in DECLARATIONS.items()},
    time="milliseconds",
    unit="ms a job",
    most={RAW: 1.4, PROVIDER_EACH: 0.5},
    counts=("calls",),
)
