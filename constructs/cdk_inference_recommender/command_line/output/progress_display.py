"""Shows how far a job is, while a person waits."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Self

from rich.text import Text

from cdk_inference_recommender.command_line.job_progress import JobProgress

from .escaping import escape_text
from .terminal_color import colored_console

if TYPE_CHECKING:
    from types import TracebackType

    from cdk_inference_recommender.command_line.recommendations_job import RecommendationsJob


class ProgressDisplay:
    """One line on standard error: rewritten in a terminal, a new one for each change elsewhere.

    Use it as a context manager; nothing stays of the line in a terminal.
    """

    def __init__(self, color: str = "auto") -> None:
        self._console = colored_console(color, file=sys.stderr)
        self._status = self._console.status("", spinner="line")
        self._last: tuple[str, int, int] | None = None

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._status.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._status.stop()

    def show(self, job: RecommendationsJob) -> None:
        """Show a state of the job; the last one isn't shown, as the report follows."""
        if job.has_ended:
            return
        progress = JobProgress.of(job, now=datetime.now(UTC))
        line = escape_text(f"{job.name} {job.status}: {progress}")
        seen = (job.status, progress.done, progress.failed)
        if self._console.is_terminal:
            self._status.update(Text(line))
        elif seen != self._last:
            print(line, file=sys.stderr)
        self._last = seen
