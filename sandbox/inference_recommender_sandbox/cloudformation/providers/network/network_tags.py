"""Tags of EC2's resources."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inference_recommender_sandbox.cloudformation.providers.api_resource import ApiCall, Parameters, fixed, tag_changes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inference_recommender_sandbox.cloudformation.resource_provider import ProvisionedResource


def tag_specification(properties: Parameters, kind: str) -> Parameters:
    """Return the member of a creation that tags what it creates; nothing where there are no tags."""
    tags = properties.get("Tags", [])
    return {"TagSpecifications": [{"ResourceType": kind, "Tags": tags}]} if tags else {}


def network_tag_changes(old: Parameters, new: Parameters, current: ProvisionedResource) -> Iterator[ApiCall]:
    """Yield the calls that change the tags of a resource that EC2 knows by its physical id."""
    return _changes(old, new, current.physical_id)


def address_tag_changes(old: Parameters, new: Parameters, current: ProvisionedResource) -> Iterator[ApiCall]:
    """Yield the calls that change the tags of an Elastic IP address."""
    return _changes(old, new, str(current.attributes["AllocationId"]))


def _changes(old: Parameters, new: Parameters, resource_id: str) -> Iterator[ApiCall]:
    gone, changed = tag_changes(old, new)
    if gone:
        yield fixed("DeleteTags", {"Resources": [resource_id], "Tags": [{"Key": key} for key in gone]})
    if changed:
        yield fixed("CreateTags", {"Resources": [resource_id], "Tags": changed})
