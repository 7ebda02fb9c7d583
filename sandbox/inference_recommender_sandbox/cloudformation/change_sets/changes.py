"""What a template would change in a stack."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inference_recommender_sandbox.cloudformation.errors import ResourceError, ValidationError
from inference_recommender_sandbox.cloudformation.providers.supported_types import check_supported
from inference_recommender_sandbox.cloudformation.template.dependencies import dependencies, in_order
from inference_recommender_sandbox.cloudformation.template.intrinsics import Resolver
from inference_recommender_sandbox.cloudformation.template.stack_scope import StackScope

from .change_set import ResourceChange

if TYPE_CHECKING:
    from collections.abc import Mapping

    from inference_recommender_sandbox.cloudformation.providers.registry import ProviderRegistry
    from inference_recommender_sandbox.cloudformation.stack import Stack, StackResource
    from inference_recommender_sandbox.cloudformation.stack_store import StackStore
    from inference_recommender_sandbox.cloudformation.template.template import Template


def resource_changes(
    stack: Stack,
    template: Template,
    *,
    resolved_parameters: Mapping[str, Any],
    store: StackStore,
    providers: ProviderRegistry,
) -> list[ResourceChange]:
    """Return the resources that deploying the template would add, modify or remove.

    A resource that refers to one that changes may change too, as in CloudFormation's own change sets.

    Raises:
        ValidationError: If a resource changes its type, or the sandbox doesn't have what the template names.
    """
    scope = StackScope(stack, parameters=resolved_parameters, store=store, attribute=providers.attribute)
    resolver = Resolver(template, scope)
    active = {name: item for name, item in template.resources.items() if resolver.has(item)}
    check_supported(active, [item for item in template.outputs.values() if resolver.has(item)])
    graph = dependencies(active)
    existing = stack.resources if stack.status != "REVIEW_IN_PROGRESS" else {}
    retyped = [name for name, item in active.items() if name in existing and existing[name].type != item["Type"]]
    if retyped:
        raise ValidationError(
            "Update of resource type is not permitted. The new template modifies resource type of the following "
            f"resources: {retyped}"
        )
    changes: dict[str, ResourceChange] = {}
    for name in in_order(graph):
        definition = active[name]
        if name not in existing:
            changes[name] = ResourceChange(action="Add", logical_id=name, physical_id=None, type=definition["Type"])
            continue
        change = _modification(existing[name], definition, resolver, providers)
        if change is not None:
            changes[name] = change
    removed = [
        ResourceChange(action="Remove", logical_id=name, physical_id=resource.physical_id, type=resource.type)
        for name, resource in existing.items()
        if name not in active
    ]
    return [*changes.values(), *removed]


def _modification(
    resource: StackResource, definition: Mapping[str, Any], resolver: Resolver, providers: ProviderRegistry
) -> ResourceChange | None:
    try:
        properties = resolver.resolve(definition.get("Properties", {}))
    except (ResourceError, ValidationError):
        # It refers to what doesn't exist yet.
        changed, replacement = sorted(definition.get("Properties", {})), "Conditional"
    else:
        old = resource.properties
        changed = sorted(name for name in old.keys() | properties.keys() if old.get(name) != properties.get(name))
        if not changed:
            return None
        try:
            replaces = providers.of(resource.type).replaces(old, properties)
        except ResourceError:
            replaces = False
        replacement = "True" if replaces else "False"
    return ResourceChange(
        action="Modify",
        logical_id=resource.logical_id,
        physical_id=resource.physical_id,
        type=resource.type,
        replacement=replacement,
        changed_properties=tuple(changed),
    )
