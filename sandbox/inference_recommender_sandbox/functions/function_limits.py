"""Quotas of a function's configuration.

Source: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_ENVIRONMENT_BYTES: Final = 4096
RANGES: Final[Mapping[str, tuple[int, int]]] = {"Timeout": (1, 900), "MemorySize": (128, 10_240)}
"""The smallest and the largest value: seconds, and megabytes."""
_RESERVED: Final = frozenset(
    {
        "AWS_ACCESS_KEY",
        "AWS_ACCESS_KEY_ID",
        "AWS_DEFAULT_REGION",
        "AWS_EXECUTION_ENV",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
        "AWS_LAMBDA_FUNCTION_NAME",
        "AWS_LAMBDA_FUNCTION_VERSION",
        "AWS_LAMBDA_INITIALIZATION_TYPE",
        "AWS_LAMBDA_LOG_GROUP_NAME",
        "AWS_LAMBDA_LOG_STREAM_NAME",
        "AWS_LAMBDA_RUNTIME_API",
        "AWS_REGION",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "LAMBDA_RUNTIME_DIR",
        "LAMBDA_TASK_ROOT",
        "_HANDLER",
        "_X_AMZN_TRACE_ID",
    }
)
"""Source: https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html"""


class FunctionLimitError(Exception):
    """A function's configuration breaks a quota; the text is AWS's."""


def check_function_limits(configuration: Mapping[str, Any]) -> None:
    """Refuse a timeout, a memory size or an environment that Lambda doesn't take.

    Args:
        configuration: `Timeout`, `MemorySize` and `Environment`, as far as they are given.

    Raises:
        FunctionLimitError: If one is out of range.
    """
    for name, (least, most) in RANGES.items():
        value = int(configuration.get(name, least))
        if not least <= value <= most:
            rule = f"less than or equal to {most}" if value > most else f"greater than or equal to {least}"
            raise FunctionLimitError(
                f"1 validation error detected: Value '{value}' at '{name[0].lower()}{name[1:]}' failed to satisfy "
                f"constraint: Member must have value {rule}"
            )
    variables = (configuration.get("Environment") or {}).get("Variables") or {}
    reserved = sorted(_RESERVED & variables.keys())
    if reserved:
        raise FunctionLimitError(
            "Lambda was unable to configure your environment variables because the environment variables you have "
            "provided contains reserved keys that are currently not supported for modification. Reserved keys used in "
            f"this request: {', '.join(reserved)}"
        )
    measured = json.dumps(variables, separators=(",", ":"), ensure_ascii=False)
    if len(measured.encode()) > MAX_ENVIRONMENT_BYTES:
        names = ", ".join(sorted(variables))
        raise FunctionLimitError(
            "Lambda was unable to configure your environment variables because the environment variables you have "
            f"provided exceeded the 4KB limit. String measured: {len(measured.encode())} bytes of {names}"
        )
