"""What the paths of a state read: its data and the context object."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from .reference_path import read

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .execution import Execution


@dataclass(frozen=True, kw_only=True)
class StateScope:
    """The data that a state's paths read at one point.

    Attributes:
        data: What `$` is.
        context: What `$$` is.
    """

    data: Any
    context: Mapping[str, Any]

    def read(self, path: str) -> Any:
        """Return what a path leads to.

        Raises:
            PathNotFoundError: If there is nothing.
        """
        return read(path[1:], self.context) if path.startswith("$$") else read(path, self.data)

    def filtered(self, path: str | None) -> Any:
        """Return what an InputPath or OutputPath selects; null selects an empty object.

        Raises:
            PathNotFoundError: If there is nothing.
        """
        return {} if path is None else self.read(path)

    def text(self, state: Mapping[str, Any], name: str) -> Any:
        """Return a field, or what its Path variant leads to; empty if the state has neither.

        Raises:
            PathNotFoundError: If there is nothing.
        """
        return self.read(state[f"{name}Path"]) if f"{name}Path" in state else state.get(name, "")

    def filled(self, template: Any) -> Any:
        """Return a payload template with its paths replaced by what they lead to.

        Raises:
            PathNotFoundError: If there is nothing.
        """
        if isinstance(template, dict):
            return {
                key.removesuffix(".$"): self.read(item) if key.endswith(".$") else self.filled(item)
                for key, item in template.items()
            }
        return [self.filled(item) for item in template] if isinstance(template, list) else template


def context_of(execution: Execution, *, state: str, entered_at: float) -> dict[str, Any]:
    """Return the context object; `reference_path.CONTEXT_FIELDS` lists what it has."""
    return {
        "Execution": {
            "Id": execution.arn,
            "Input": json.loads(execution.input),
            "Name": execution.name,
            "RoleArn": execution.role_arn,
            "StartTime": _iso(execution.started_at),
        },
        "State": {"Name": state, "EnteredTime": _iso(entered_at)},
        "StateMachine": {"Id": execution.state_machine_arn, "Name": execution.state_machine_arn.split(":")[-1]},
    }


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
