"""Refuses a request that breaks a constraint of Step Functions' service model, as the service does."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from botocore.session import get_session
from moto.stepfunctions.exceptions import ValidationException

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from botocore.model import Shape, StructureShape


@cache
def input_shape(operation: str) -> StructureShape:
    """Return the service model's description of an operation's request; loaded once."""
    shape = get_session().get_service_model("stepfunctions").operation_model(operation).input_shape
    if shape is None:
        raise LookupError(f"{operation} takes nothing")
    return shape


def check_constraints(operation: str, request: Mapping[str, Any]) -> None:
    """Check the required members, lengths, ranges and values of a request's own members.

    Args:
        operation: Its name.
        request: Its members; None for one that is missing.

    Raises:
        ValidationException: If a constraint is broken; the message names every one.
    """
    shape = input_shape(operation)
    broken = [
        f"Value{value} at '{name}' failed to satisfy constraint: {constraint}"
        for name, member in shape.members.items()
        for value, constraint in _broken(request.get(name), member, is_required=name in shape.required_members)
    ]
    if broken:
        noun = "validation error" if len(broken) == 1 else "validation errors"
        raise ValidationException(f"{len(broken)} {noun} detected: {'; '.join(broken)}")


def _broken(value: Any, shape: Shape, *, is_required: bool) -> Iterator[tuple[str, str]]:
    if value is None:
        if is_required:
            yield " null", "Member must not be null"
        return
    limits = shape.metadata
    shown = "" if shape.serialization.get("sensitive") or limits.get("sensitive") else f" '{value}'"
    if shape.type_name == "string":
        # Step Functions counts bytes of UTF-8 (API reference, StartExecution: input).
        size, noun = len(str(value).encode(errors="surrogatepass")), "length"
    elif shape.type_name == "integer":
        size, noun = int(value), "value"
    else:
        return
    if size < limits.get("min", size):
        yield shown, f"Member must have {noun} greater than or equal to {limits['min']}"
    if size > limits.get("max", size):
        yield shown, f"Member must have {noun} less than or equal to {limits['max']}"
    if value not in limits.get("enum", [value]):
        yield shown, f"Member must satisfy enum value set: [{', '.join(limits['enum'])}]"
