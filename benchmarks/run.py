"""Runs the benchmarks: `python -m benchmarks.run`, or `make bench`.

Each contender runs in processes of its own, in turn with the others, so that whatever else the machine does slows all
of them. The figures go to `benchmarks/results.json`, and as tables to `docs/performance.md`.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any, Final

from benchmarks.benchmark import OURS, Figures
from benchmarks.tables import replace_tables

if TYPE_CHECKING:
    from benchmarks.benchmark import Benchmark

ROOT: Final = Path(__file__).parent.parent
BENCHMARKS: Final = ("construction", "synthesis", "importing", "cold_start")
"""Modules of this folder, each with a `BENCHMARK`."""
RESULTS: Final = ROOT / "benchmarks" / "results.json"
DOCUMENT: Final = ROOT / "docs" / "performance.md"


def benchmark_of(name: str) -> Benchmark:
    """Return the benchmark of a module."""
    benchmark: Benchmark = import_module(f"benchmarks.{name}").BENCHMARK
    return benchmark


def in_own_process(name: str, contender: str) -> Figures:
    """Let a contender do its task where nothing is loaded yet."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    output = subprocess.run(  # noqa: S603 -- this module
        [sys.executable, "-m", "benchmarks.run", "--measure", name, contender],
        check=True,
        capture_output=True,
        cwd=ROOT,
        # The CDK's own validation of templates takes the same time for everybody.
        env=environment | {"CDK_VALIDATION": "false"},
        text=True,
    ).stdout
    figures: Figures = json.loads(output.splitlines()[-1])
    return figures


def measured(name: str, rounds: int) -> dict[str, Any]:
    """Return the medians of all contenders, and the ratios of this library to each peer with their spread."""
    benchmark = benchmark_of(name)
    # The first round writes bytecode and fills the machine's caches.
    runs = [
        {contender: in_own_process(name, contender) for contender in benchmark.contenders} for _ in range(rounds + 1)
    ][1:]
    figures = {
        contender: {figure: median(run[contender][figure] for run in runs) for figure in runs[0][contender]}
        for contender in benchmark.contenders
    }
    ratios = {}
    for peer in benchmark.contenders:
        if peer != OURS:
            of_peer = sorted(run[OURS][benchmark.time] / run[peer][benchmark.time] for run in runs)
            ratios[peer] = {
                "median": median(of_peer),
                "least": of_peer[0],
                "greatest": of_peer[-1],
                "aim": benchmark.most.get(peer),
            }
    return {
        "title": benchmark.title,
        "what": benchmark.what,
        "time": benchmark.time,
        "unit": benchmark.unit,
        "counts": benchmark.counts,
        "figures": figures,
        "ratios": ratios,
    }


def main() -> int:
    """Run the benchmarks; 1 where an aim is missed."""
    parser = argparse.ArgumentParser(description="Measure this library against its peers.")
    parser.add_argument("--rounds", type=int, default=9, help="processes for each contender; default: 9")
    parser.add_argument("--only", choices=BENCHMARKS, help="print one benchmark, and write nothing")
    parser.add_argument("--measure", nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure:
        name, contender = arguments.measure
        print(json.dumps(benchmark_of(name).contenders[contender]()))
        return 0
    chosen = [arguments.only] if arguments.only else BENCHMARKS
    results = {name: measured(name, arguments.rounds) for name in chosen}
    missed = [
        f"{result['title']}: {ratio['median']:.2f} x {peer}, the aim is {ratio['aim']}"
        for result in results.values()
        for peer, ratio in result["ratios"].items()
        if ratio["aim"] is not None and ratio["median"] > ratio["aim"]
    ]
    if arguments.only:
        print(json.dumps(results, indent=2))
    else:
        environment = {
            "python": platform.python_version(),
            "aws-cdk-lib": version("aws-cdk-lib"),
            "processors": os.cpu_count(),
            "rounds": arguments.rounds,
        }
        RESULTS.write_text(json.dumps({"environment": environment, "benchmarks": results}, indent=2) + "\n")
        DOCUMENT.write_text(replace_tables(DOCUMENT.read_text(), environment, results))
        print(f"{DOCUMENT.relative_to(ROOT)} and {RESULTS.relative_to(ROOT)} are written.")
    for miss in missed:
        print(miss, file=sys.stderr)
    return int(bool(missed))


if __name__ == "__main__":
    sys.exit(main())
