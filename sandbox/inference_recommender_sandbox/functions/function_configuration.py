"""What a function process is started from: moto's function, read once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self


@dataclass(frozen=True, kw_only=True)
class FunctionConfiguration:
    """A function's code and configuration; a process serves exactly one.

    Attributes:
        timeout: Seconds.
        code: The zip file's bytes.
        code_sha256: Names the code.
    """

    account_id: str
    region: str
    name: str
    arn: str
    handler: str
    runtime: str
    role_arn: str
    timeout: float
    memory_size: int
    environment: tuple[tuple[str, str], ...]
    log_group: str
    code_sha256: str
    code: bytes

    @classmethod
    def of(cls, function: Any) -> Self:
        """Read one of moto's functions."""
        return cls(
            account_id=function.account_id,
            region=function.region,
            name=function.function_name,
            arn=function.function_arn,
            handler=function.handler or "",
            runtime=function.run_time or "",
            role_arn=function.role,
            timeout=float(function.timeout),
            memory_size=int(function.memory_size),
            environment=tuple(sorted((str(k), str(v)) for k, v in (function.environment_vars or {}).items())),
            log_group=function.logs_group_name,
            code_sha256=function.code_sha_256,
            code=function.code_bytes,
        )
