"""Remedies for a job that has no results."""

from __future__ import annotations

from typing import Final

RUN_AGAIN: Final = "Change `rerun_nonce` to run it again."
NAME_ANOTHER: Final = "This stack only references the job: name one that has completed."


def not_found_reason(name: str, noun: str, *, existing: bool = False) -> str:
    """Return the failure reason for a job that doesn't exist and isn't queued.

    Args:
        name: Name of the job.
        noun: Name of the job's kind.
        existing: Whether the stack only references the job.
    """
    if existing:
        return f"There is no {noun} {name} in this account and Region. {NAME_ANOTHER}"
    return f"There is no {noun} {name}, and no request for it is queued. {RUN_AGAIN}"
