"""Tags of a custom resource: its own, and those of `Tags.of(...)` of any ancestor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aws_cdk import TagManager, TagType

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_cdk import CfnResource

_PROPERTY: Final = "Tags"


def tags_of(manager: TagManager) -> list[dict[str, str]]:
    """Return all tags that a manager knows by now, as the API takes them."""
    return _as_list(manager.tag_values())


class JobTags:
    """Tags of a job or a model, which an ancestor's `Tags.of(...)` may add to while the app is synthesised.

    A tag manager is a call into the CDK's JavaScript or three, so that there is one only where somebody uses it.

    Args:
        own: The construct's own tags.
        resource_type: Type of its resource.
    """

    def __init__(self, own: Mapping[str, str] | None, resource_type: str) -> None:
        self._own: Final = dict(own or {})
        self._resource_type = resource_type
        self._manager: TagManager | None = None
        self._resource: CfnResource | None = None

    @property
    def manager(self) -> TagManager:
        """The tag manager; its tags replace the resource's own from now on."""
        if self._manager is None:
            self._manager = TagManager(TagType.KEY_VALUE, self._resource_type)
            for key, value in self._own.items():
                self._manager.set_tag(key, value)
            self._render()
        return self._manager

    def known(self) -> list[dict[str, str]]:
        """Return all tags known by now, as the API takes them."""
        return _as_list(self._own) if self._manager is None else tags_of(self._manager)

    def of(self, resource: CfnResource) -> None:
        """Let the template have the tags that are known when it is written.

        Args:
            resource: The custom resource, whose properties hold what `known` returned.
        """
        self._resource = resource
        self._render()

    def _render(self) -> None:
        if self._manager is not None and self._resource is not None:
            self._resource.add_property_override(_PROPERTY, self._manager.rendered_tags)


def _as_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in sorted(tags.items())]
