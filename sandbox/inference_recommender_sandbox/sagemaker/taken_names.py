"""Names that resources of SageMaker can't have, since others have them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def is_taken(name: str, names: Iterable[str]) -> bool:
    """Return whether a name is among those of other resources, whatever its capitals.

    The API reference of CreateEndpoint says so of endpoints, and other resources with such names would share an ARN.
    """
    return any(other.lower() == name.lower() for other in names)
