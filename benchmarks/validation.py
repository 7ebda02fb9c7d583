"""What validation costs at synth: `python benchmarks/validation.py`.

Compares, in one run and each in processes of its own, the ways to come by the service model, and measures what
checking adds to a synthesis: to its first job, and to each further one.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

Measured = dict[str, float]

JOBS: Final = 21
"""A first one and 20 further ones."""
AIM_FIRST_MS: Final = 60.0
AIM_FURTHER_MS: Final = 2.0


def milliseconds(action: Callable[[], object]) -> float:
    """How long an action takes."""
    begin = perf_counter()
    action()
    return (perf_counter() - begin) * 1000


def extract() -> Measured:
    """Read the checked-in extract, as the library does."""
    from cdk_inference_recommender.request import request_shape  # noqa: PLC0415 -- it is there in any case

    return {"ms": milliseconds(request_shape)}


def whole_model() -> Measured:
    """Import botocore and let its loader read the whole model of SageMaker."""

    def load() -> None:
        from botocore.loaders import Loader  # noqa: PLC0415 -- its import is measured
        from botocore.model import ServiceModel  # noqa: PLC0415

        description = Loader().load_service_model("sagemaker", "service-2")
        operation = ServiceModel(description, "sagemaker").operation_model("CreateInferenceRecommendationsJob")
        assert operation.input_shape is not None  # noqa: S101 -- reading it is what is measured

    return {"ms": milliseconds(load)}


def whole_file() -> Measured:
    """Read the model's file without botocore's loader: no import of botocore's machinery, plain dictionaries."""

    def load() -> None:
        import gzip  # noqa: PLC0415 -- its import is measured

        import botocore  # noqa: PLC0415 -- the package alone, to find its data

        (file,) = Path(botocore.__file__).parent.glob("data/sagemaker/*/service-2.json.gz")
        json.loads(gzip.decompress(file.read_bytes()))

    return {"ms": milliseconds(load)}


def synthesis() -> Measured:
    """Time what checking adds to the synthesis of each job of an app."""
    from aws_cdk import App, Duration, Stack  # noqa: PLC0415 -- only this process needs the CDK
    from aws_cdk import aws_iam as iam  # noqa: PLC0415

    from cdk_inference_recommender import (  # noqa: PLC0415 -- what is measured
        EndpointInputConfiguration,
        InferenceRecommendationsJob,
        JobType,
        ModelSource,
        Phase,
        StoppingConditions,
        TrafficPattern,
    )
    from cdk_inference_recommender.validation import reported_problems  # noqa: PLC0415 -- what is measured

    spent: list[float] = []
    problems: Any = reported_problems._Problems  # noqa: SLF001 -- measured from outside
    find = problems.errors

    def timed_find(self: Any) -> Any:
        begin = perf_counter()
        found = find(self)
        if isinstance(self.construct, InferenceRecommendationsJob):
            spent.append((perf_counter() - begin) * 1000)
        return found

    problems.errors = timed_find
    app = App()
    stack = Stack(app, "Stack")
    role = iam.Role.from_role_arn(stack, "Role", "arn:aws:iam::123456789012:role/sagemaker")
    begin = perf_counter()
    for number in range(JOBS):
        InferenceRecommendationsJob(
            stack,
            f"Job{number}",
            job_type=JobType.ADVANCED,
            model=ModelSource.from_model_package("arn:aws:sagemaker:eu-west-1:123456789012:model-package/bert/1"),
            role=role,
            job_duration=Duration.hours(1),
            traffic_pattern=TrafficPattern.phases(
                Phase(initial_number_of_users=1, spawn_rate=1, duration=Duration.minutes(2))
            ),
            endpoint_configurations=[EndpointInputConfiguration.real_time("ml.c5.xlarge")],
            max_number_of_tests=1,
            max_parallel_of_tests=1,
            stopping_conditions=StoppingConditions(max_invocations=100),
        )
    app.synth()
    everything = (perf_counter() - begin) * 1000
    return {"first": spent[0], "further": median(spent[1:]), "share": 100 * sum(spent) / everything}


MEASUREMENTS: Final[dict[str, Callable[[], Measured]]] = {
    "extract": extract,
    "whole file": whole_file,
    "whole model": whole_model,
    "synthesis": synthesis,
}


def in_own_process(measurement: str) -> Measured:
    """Run one measurement where nothing is loaded yet."""
    command = [sys.executable, __file__, "--measure", measurement]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603 -- this file
    measured: Measured = json.loads(output)
    return measured


def medians(measurement: str, runs: int) -> Measured:
    """Repeat a measurement."""
    results = [in_own_process(measurement) for _ in range(runs)]
    return {name: median(result[name] for result in results) for name in results[0]}


def main() -> int:
    """Print the figures; 1 where an aim is missed."""
    parser = argparse.ArgumentParser(description="Measure what validation costs at synth.")
    parser.add_argument("--runs", type=int, default=5, help="processes for each measurement; default: 5")
    parser.add_argument("--measure", choices=list(MEASUREMENTS), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure:
        print(json.dumps(MEASUREMENTS[arguments.measure]()))
        return 0
    ways = {way: medians(way, arguments.runs)["ms"] for way in ("extract", "whole file", "whole model")}
    print(f"To come by the service model, with what has to be imported for it (medians of {arguments.runs} processes):")
    for way, cost in ways.items():
        print(f"  {way:12} {cost:7.1f} ms  {cost / ways['extract']:5.1f} x the extract")
    synth = medians("synthesis", arguments.runs)
    print(f"Checking adds to a synthesis of {JOBS} jobs (medians of {arguments.runs} processes):")
    print(f"  first job    {synth['first']:7.1f} ms  (aim: {AIM_FIRST_MS:.0f})")
    print(f"  further job  {synth['further']:7.2f} ms  (aim: {AIM_FURTHER_MS:.0f})")
    print(f"  all jobs     {synth['share']:7.1f} % of constructing and synthesising them")
    return int(synth["first"] > AIM_FIRST_MS or synth["further"] > AIM_FURTHER_MS)


if __name__ == "__main__":
    sys.exit(main())
