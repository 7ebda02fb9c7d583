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
def naming(construct: Construct) -> Iterator[None]:
    """Put a construct's path before what is raised within, since a value by itself doesn't know whose it is.

    Args:
        construct: Whose props are read within.

    Raises:
        ValidationError: As within, with the path.
    """
    try:
        yield
    except ValidationError as error:
        raise ValidationError(f"{construct.node.path}: {error}") from None
