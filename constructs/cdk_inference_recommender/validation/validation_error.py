"""What is raised where a value can't be built at all."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from constructs import Construct


class ValidationError(ValueError):
    """A prop holds a value that no job can be built from; the message names the field, the value and the remedy.

    Everything that can be said later, with the construct's path and together with all other problems, is reported by
    `app.synth()` instead.
    """


@contextmanager
def naming(construct: Construct, id: str | None = None) -> Iterator[None]:  # noqa: A002 -- the CDK's name for it
    """Put a construct's path before what is raised within, since a value by itself doesn't know whose it is.

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
