"""The option `--debug`, which logs the AWS SDK's calls to standard error."""

from __future__ import annotations

import logging
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from cdk_inference_recommender.command_line.output.escaping import escape_text

if TYPE_CHECKING:
    from collections.abc import Iterator

LOG: Final = logging.getLogger("cdk_inference_recommender.command_line")
_LOGGERS: Final = (LOG.name, "botocore", "boto3", "urllib3")


@contextmanager
def debug_log(*, enabled: bool) -> Iterator[None]:
    """Write the log while a command runs.

    It has requests and responses whole, as the AWS CLI's has: signatures, environment values and all.

    Args:
        enabled: Whether it is written.
    """
    if not enabled:
        yield
        return
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_EscapingFormatter("%(asctime)s - %(threadName)s - %(name)s - %(levelname)s - %(message)s"))
    loggers = [logging.getLogger(name) for name in _LOGGERS]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.addHandler(handler)
        logger.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.removeHandler(handler)
            logger.setLevel(level)


class _EscapingFormatter(logging.Formatter):
    """A formatter that escapes what isn't printable, line by line."""

    def format(self, record: logging.LogRecord) -> str:
        return "\n".join(map(escape_text, super().format(record).split("\n")))
