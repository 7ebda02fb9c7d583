"""What depending on a job means."""

from __future__ import annotations

from typing import TYPE_CHECKING

from constructs import Dependable

if TYPE_CHECKING:
    from constructs import IConstruct


class FinishedJob(Dependable):
    """The job's end: neither its start, nor what is chosen of its results."""

    def __init__(self, last_leg: IConstruct) -> None:
        super().__init__()
        self._roots = [last_leg]

    @property
    def dependency_roots(self) -> list[IConstruct]:
        """The last leg of the wait."""
        return self._roots
