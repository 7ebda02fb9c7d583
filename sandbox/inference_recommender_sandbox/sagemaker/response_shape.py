"""Checks every response against botocore's model: a member that the API requires must be there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from botocore.model import ListShape, Shape, StructureShape

from .request_validation import operation_model


def checked_response(operation: str, document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the response without members that the service model doesn't know.

    Args:
        operation: Name of the operation.
        document: Its answer.

    Raises:
        LookupError: A required member is missing, which is a mistake of the sandbox.
    """
    shape = operation_model(operation).output_shape
    shaped: dict[str, Any] = _shaped(document, shape, operation) if shape else {}
    return shaped


def _shaped(value: Any, shape: Shape, place: str) -> Any:
    if isinstance(shape, StructureShape) and isinstance(value, Mapping):
        missing = [name for name in shape.required_members if value.get(name) is None]
        if missing:
            raise LookupError(f"the sandbox's answer lacks {', '.join(missing)} at {place}; this is a bug of it")
        return {
            name: _shaped(value[name], member, f"{place}.{name}")
            for name, member in shape.members.items()
            if value.get(name) is not None
        }
    if isinstance(shape, ListShape) and isinstance(value, list):
        return [_shaped(item, shape.member, f"{place}[{index}]") for index, item in enumerate(value)]
    return value
