"""Calls into the CDK's JavaScript, which decide how long a synthesis takes."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

# jsii offers no other place that every request to its Node.js process goes through.
from jsii._kernel.providers import process
from jsii._kernel.types import CompleteRequest

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass
class Calls:
    """Requests to the Node.js process.

    Attributes:
        made: Calls of Python.
        answered: Answers to calls of JavaScript, for example for a property that a Python class overrides.
    """

    made: int = 0
    answered: int = 0


@contextmanager
def counted_calls() -> Iterator[Calls]:
    """Count the requests that are sent in a `with` block."""
    calls = Calls()
    node: Any = process._NodeProcess  # noqa: SLF001 -- see above
    send = node.send

    def counting_send(self: Any, request: Any, *arguments: Any) -> Any:
        if type(request).__name__.endswith(CompleteRequest.__name__):
            calls.answered += 1
        else:
            calls.made += 1
        return send(self, request, *arguments)

    node.send = counting_send
    try:
        yield calls
    finally:
        node.send = send
