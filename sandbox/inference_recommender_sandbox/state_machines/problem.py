"""What is wrong with a state machine's definition."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

SCHEMA: Final = "SCHEMA_VALIDATION_FAILED"
TRANSITION: Final = "MISSING_TRANSITION_TARGET"


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One problem of a definition.

    Attributes:
        message: AWS's wording where a public source has it.
        path: Where it stands, for example `/States/Poll/Retry[0]/BackoffRate`.
        code: AWS's code. Source: the API reference, ValidateStateMachineDefinitionDiagnostic.
        is_sandbox_limit: Whether AWS accepts it and only the sandbox doesn't have it.
    """

    message: str
    path: str
    code: str = SCHEMA
    is_sandbox_limit: bool = False


def sandbox_limit(feature: str, path: str) -> Problem:
    """Return the problem that the sandbox doesn't have a feature of AWS."""
    return Problem(message=feature, path=path, is_sandbox_limit=True)
