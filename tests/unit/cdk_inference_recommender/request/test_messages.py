"""What each rule of a request says, word for word, so that a message changes by decision only.

To accept new wording: `python -m tests.unit.cdk_inference_recommender.request.test_messages`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from cdk_inference_recommender.request import RULES, check_request

from .test_rules import CASES

MESSAGES: Final = Path(__file__).with_name("messages.txt")


def messages() -> str:
    """One broken request for each case of each rule, with the problem as `validate` prints it."""
    lines = (
        f"{problem.rule}: {problem}"
        for case in CASES
        for problem in check_request(case.broken)
        if problem.rule == case.rule
    )
    return "\n".join(dict.fromkeys(lines)) + "\n"


def test_messages_stay_as_they_are() -> None:
    assert messages() == MESSAGES.read_text(encoding="utf-8"), __doc__


def test_every_rule_has_one() -> None:
    assert {line.partition(":")[0] for line in messages().splitlines()} == {rule.id for rule in RULES}


if __name__ == "__main__":
    MESSAGES.write_text(messages(), encoding="utf-8")
