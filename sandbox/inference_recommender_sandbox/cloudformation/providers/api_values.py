"""Gives values of a template the type that an API wants."""

from __future__ import annotations

from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape


def api_values(value: Any, shape: Shape | None) -> Any:
    """Give every scalar the type of its shape; CloudFormation takes `"1"` where a number is wanted."""
    if shape is None:
        return value
    if isinstance(shape, StructureShape) and isinstance(value, dict):
        return {name: api_values(item, shape.members.get(name)) for name, item in value.items()}
    if isinstance(shape, ListShape) and isinstance(value, list):
        return [api_values(item, shape.member) for item in value]
    if isinstance(shape, MapShape) and isinstance(value, dict):
        return {name: api_values(item, shape.value) for name, item in value.items()}
    if isinstance(value, str):
        if shape.type_name in ("integer", "long") and value.lstrip("-").isdigit():
            return int(value)
        if shape.type_name in ("float", "double"):
            try:
                return float(value)
            except ValueError:
                return value
        if shape.type_name == "boolean" and value in ("true", "false"):
            return value == "true"
    if shape.type_name == "string" and isinstance(value, (int, float)):
        return str(value).lower() if isinstance(value, bool) else str(value)
    return value
