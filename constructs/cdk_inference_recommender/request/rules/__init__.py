"""The rules beyond the service model, in the order in which they are reported."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from .rule import Rule

RULES: Final[tuple[Rule, ...]] = ()
"""Every rule, by topic."""
