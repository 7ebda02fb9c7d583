"""A stack's outputs, and the exports that others hold on to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inference_recommender_sandbox.cloudformation.errors import ResourceError
from inference_recommender_sandbox.cloudformation.stack import Stack, StackOutput

if TYPE_CHECKING:
    from inference_recommender_sandbox.cloudformation.stack_store import StackStore

    from .intrinsics import Resolver
    from .template import Template


def stack_outputs(template: Template, resolver: Resolver) -> list[StackOutput]:
    """Resolve a template's outputs.

    Raises:
        ResourceError: If one is empty or no text; the text is AWS's.
    """
    return [
        _output(key, definition, resolver) for key, definition in template.outputs.items() if resolver.has(definition)
    ]


def refuse_changed_exports(stack: Stack, outputs: list[StackOutput], store: StackStore) -> None:
    """Refuse to change or remove an export that another stack uses, and to export a name twice.

    Raises:
        ResourceError: If there is one; the text is AWS's.
    """
    new = {output.export_name: output.value for output in outputs if output.export_name}
    for output in stack.outputs:
        name = output.export_name
        if name is None:
            continue
        users = ", ".join(sorted(user.name for user in store.importers(name) if user is not stack))
        if users and name not in new:
            raise ResourceError(f"Export {name} cannot be deleted as it is in use by {users}")
        if users and new[name] != output.value:
            raise ResourceError(f"Export {name} cannot be updated as it is in use by {users}")
    for name in new:
        found = store.export(name)
        if found is not None and found[0] is not stack:
            raise ResourceError(f"Export with name {name} is already exported by stack {found[0].name}. ")


def _output(key: str, definition: dict[str, Any], resolver: Resolver) -> StackOutput:
    value = resolver.resolve(definition["Value"])
    if isinstance(value, bool):
        value = str(value).lower()
    if isinstance(value, (dict, list)):
        raise ResourceError(
            f"Template format error: The Value field of every Outputs member must evaluate to a String (output {key})."
        )
    export_name = resolver.resolve(definition["Export"]["Name"]) if "Export" in definition else None
    if export_name and not str(value):
        raise ResourceError(f"Cannot export output {key}. Exported values must not be empty or whitespace-only.")
    return StackOutput(key=key, value=str(value), description=definition.get("Description"), export_name=export_name)
