"""What waiting for a job costs in AWS: `python -m benchmarks.polls` prints it as a table.

The handler runs in the tests' model of AWS, whose clock jumps. What is counted there depends on no machine.
"""

from __future__ import annotations

from collections import Counter
from typing import Final

import pytest

from inference_recommendations_handler.protocol.contract import WAIT_STAGE_SECONDS
from tests.lifecycle.cloudformation import Stack
from tests.lifecycle.surroundings import live_in
from tests.lifecycle.template import Template
from tests.lifecycle.wiring import unconnected_clients
from tests.lifecycle.world import World

POLL_SECONDS: Final = 30
"""The construct's default."""
TRANSITIONS_A_POLL: Final = 3
"""The states Wait, Poll, and Choice of the stack's state machine."""
DOLLARS_A_TRANSITION: Final = 0.025 / 1000
"""Standard workflows in us-east-1 (AWS Step Functions pricing), beyond the free 4,000 a month."""


def measure(seconds: int) -> dict[str, float]:
    """Return the counts of a deployment whose job runs that long."""
    with pytest.MonkeyPatch.context() as patch:
        world = World(unconnected_clients(), light=True)
        live_in(world, patch)
        world.service.runs_for = seconds
        outcome = Stack(world).deploy(Template(timeout=seconds + WAIT_STAGE_SECONDS, poll_interval=POLL_SECONDS))
        if outcome.status != "CREATE_COMPLETE":
            raise RuntimeError(str(outcome))
        sagemaker = Counter(operation for operation, _ in world.service.calls)
        polls = sagemaker["DescribeInferenceRecommendationsJob"]
        transitions = polls * TRANSITIONS_A_POLL
        return {
            "polls": polls,
            "calls of SageMaker": sum(sagemaker.values()),
            "calls of Step Functions": len(world.machine.calls),
            "transitions": transitions,
            "dollars": transitions * DOLLARS_A_TRANSITION,
        }


def main() -> None:
    """Print the table."""
    rows = {"45 minutes": measure(45 * 60), "5 hours": measure(5 * 3600)}
    names = list(next(iter(rows.values())))
    print(f"| Job runs for | {' | '.join(names)} |")
    print(f"|{'---|' * (len(names) + 1)}")
    for title, row in rows.items():
        cells = [f"{value:.4f}" if name == "dollars" else f"{value:.0f}" for name, value in row.items()]
        print(f"| {title} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
