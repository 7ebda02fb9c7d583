"""What to do about a job that has no results."""

from __future__ import annotations

from typing import Final

RUN_AGAIN: Final = "Change `rerun_nonce` to run it again."
NAME_ANOTHER: Final = "This stack only refers to the job: name one that has completed."


def missing(name: str, noun: str, *, existing: bool = False) -> str:
    """Return the reason where there is no job of that name and no request for it.

    Args:
        name: The job's.
        noun: Of the job's kind.
        existing: Whether the stack only refers to the job.
    """
    if existing:
        return f"There is no {noun} {name} in this account and Region. {NAME_ANOTHER}"
    return f"There is no {noun} {name}, and no request for it is queued. {RUN_AGAIN}"
