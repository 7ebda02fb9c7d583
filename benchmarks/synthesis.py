"""What synthesising a stack with jobs costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.benchmark import Benchmark, Figures
from benchmarks.javascript_calls import counted_calls
from benchmarks.processor_time import processor_seconds
from benchmarks.stacks import DECLARATIONS, PROVIDER_EACH, new_stack

if TYPE_CHECKING:
    from collections.abc import Callable

    import aws_cdk as cdk

JOBS = 40


def _contender(declarations: Callable[[cdk.Stack], Callable[[int], object]]) -> Callable[[], Figures]:
    def synthesise() -> Figures:
        stack = new_stack()
        declare = declarations(stack)
        for number in range(JOBS):
            declare(number)
        app = stack.node.root
        with counted_calls() as calls:
            begin = processor_seconds()
            assembly = app.synth()  # type: ignore[attr-defined] # the root is an app
            seconds = processor_seconds() - begin
        resources = assembly.get_stack_artifact(stack.artifact_id).template["Resources"]
        return {
            "milliseconds": 1000 * seconds,
            "calls": calls.made,
            "callbacks": calls.answered,
            "resources": len(resources),
        }

    return synthesise


BENCHMARK = Benchmark(
    title="Synthesising",
    what=f"`app.synth()` of one stack with {JOBS} such jobs, without the CDK's own validation of templates.",
    contenders={name: _contender(declarations) for name, declarations in DECLARATIONS.items()},
    time="milliseconds",
    unit="ms",
    most={PROVIDER_EACH: 1.0},
    counts=("calls", "callbacks", "resources"),
)
