"""Time that a task takes of the processor, whatever else the machine does."""

from __future__ import annotations

import os
from pathlib import Path
from time import perf_counter

PROCESSES = Path("/proc")


def processor_seconds() -> float:
    """Return the CPU time of this process and of those that it has started, such as the CDK's Node.js.

    Where there is no `/proc`, it is the time of day instead, so that a busy machine shows.
    """
    if not (PROCESSES / "self" / "stat").exists():
        return perf_counter()
    parents: dict[int, int] = {}
    ticks: dict[int, int] = {}
    for process in PROCESSES.glob("[0-9]*/stat"):
        try:
            # The name before the last parenthesis may have spaces.
            fields = process.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it has ended
        number = int(process.parent.name)
        parents[number], ticks[number] = int(fields[1]), int(fields[11]) + int(fields[12])
    own = os.times()
    started = sum(used for number, used in ticks.items() if _is_started_by_this(number, parents))
    return own.user + own.system + started / os.sysconf("SC_CLK_TCK")


def _is_started_by_this(number: int, parents: dict[int, int]) -> bool:
    while number in parents:
        number = parents[number]
        if number == os.getpid():
            return True
    return False
