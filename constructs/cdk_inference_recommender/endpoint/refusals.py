"""What no endpoint can be made of, whatever else is wrong with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cdk_inference_recommender.validation.validation_error import ValidationError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from constructs import Construct

_INSTANCES_ONLY: Final = ("vpc", "volume_encryption_key", "network_isolation")


def refuse_serverless_props(endpoint: Construct, props: Mapping[str, object]) -> None:
    """Reject props that a serverless endpoint can't have.

    Args:
        endpoint: Whose props they are.
        props: By name.

    Raises:
        ValidationError: Names all of them.
    """
    stray = [name for name in _INSTANCES_ONLY if props[name] is not None and props[name] is not False]
    if stray:
        raise ValidationError(
            f"{endpoint.node.path}: a serverless endpoint takes no {' and no '.join(stray)} (developer guide, "
            "serverless inference, feature exclusions). Leave it out, or use a real-time recommendation."
        )
