"""Tags of a custom resource: its own, and those of `Tags.of(...)` of any ancestor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import jsii
from aws_cdk import IResolvable, IStableAnyProducer, Lazy, TagManager, TagType

from inference_recommendations_handler.protocol.contract import ResourceType

if TYPE_CHECKING:
    from collections.abc import Mapping


def tags_of(manager: TagManager) -> list[dict[str, str]]:
    """All tags that a manager knows by now, as the API wants them."""
    # Through jsii the members' names come in lower case.
    tags: list[dict[str, str]] = manager.render_tags() or []
    return [{"Key": tag["key"], "Value": tag["value"]} for tag in tags]


@jsii.implements(IStableAnyProducer)
class JobTags:
    """Collects the tags until the template is written; an ancestor's arrive after the job was made."""

    def __init__(self, own: Mapping[str, str] | None, resource_type: ResourceType = ResourceType.JOB) -> None:
        """Begin with the construct's own tags.

        Args:
            own: The job's own.
            resource_type: Default: a job.
        """
        self.manager: Final = TagManager(TagType.STANDARD, resource_type)
        for key, value in (own or {}).items():
            self.manager.set_tag(key, value)

    def produce(self) -> list[dict[str, str]]:
        """All tags known by now, as the API wants them."""
        return tags_of(self.manager)

    def property(self) -> IResolvable:
        """All tags, as the template will hold them."""
        return Lazy.any(self, omit_empty_array=True)
