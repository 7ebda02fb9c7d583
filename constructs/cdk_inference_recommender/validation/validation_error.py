"""The error for props that nothing can be built from."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from constructs import Construct


class ValidationError(ValueError):
    """The error for props that nothing can be built from; its message names the field, the value and the remedy.

    Problems that can be reported later, with the construct's path and all other problems, are reported by
    `app.synth()` instead.
    """


@contextmanager
def prefix_errors_with_path(construct: Construct, id: str | None = None) -> Iterator[None]:  # noqa: A002 -- the CDK's name for it
    """Add a construct's path to the errors raised within, since a value doesn't know its construct.

    Args:
        construct: Whose props are read within.
        id: Of its child whose props they are, where that isn't made yet. Default: they are its own.

    Raises:
        ValidationError: As within, with the path.
    """
    try:
        yield
    except ValidationError as error:
        path = "/".join(part for part in (construct.node.path, id) if part)
        raise ValidationError(f"{path}: {error}") from None
