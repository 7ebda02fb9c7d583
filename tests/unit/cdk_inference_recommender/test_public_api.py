"""Everything that an app can name, so that the public API changes by decision only.

To accept a change: `python -m tests.unit.cdk_inference_recommender.test_public_api`.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from dataclasses import MISSING, fields, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import cdk_inference_recommender

if TYPE_CHECKING:
    from collections.abc import Iterator

PUBLIC_API: Final = Path(__file__).with_name("public_api.txt")
OURS: Final = "cdk_inference_recommender"


class _WithoutModules(ast.NodeTransformer):
    """Leaves `IRole` of `iam.IRole`, since which import a module uses is no part of the API."""

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        return ast.Name(node.attr) if isinstance(node.value, ast.Name) and node.value.id.islower() else node


def type_of(annotation: object) -> str:
    if annotation is inspect.Signature.empty:
        return ""
    text = annotation if isinstance(annotation, str) else getattr(annotation, "__name__", repr(annotation))
    return ast.unparse(_WithoutModules().visit(ast.parse(text, mode="eval")))


def default_of(value: object) -> str:
    kind = type(value)
    names = [name for name, member in vars(kind).items() if name.isupper() and member is value]
    if names:
        return f"{kind.__name__}.{names[0]}"
    return f"{kind.__name__}()" if is_dataclass(value) and value == kind() else repr(value)


def parameters(function: Any) -> Iterator[str]:
    """The parameters as they are written, one by one, without `self` and `cls`."""
    is_keyword_only = False
    for each in inspect.signature(function).parameters.values():
        if each.name in {"self", "cls"}:
            continue
        if each.kind is each.VAR_POSITIONAL:
            is_keyword_only = True
        elif each.kind is each.KEYWORD_ONLY and not is_keyword_only:
            is_keyword_only = True
            yield "*"
        stars = {each.VAR_POSITIONAL: "*", each.VAR_KEYWORD: "**"}.get(each.kind, "")  # type: ignore[call-overload]
        default = "" if each.default is each.empty else f" = {default_of(each.default)}"
        yield f"{stars}{each.name}: {type_of(each.annotation)}{default}"


def called(head: str, function: Any) -> Iterator[str]:
    yield head
    yield from (f"    {parameter}" for parameter in parameters(function))
    returned = type_of(inspect.signature(function).return_annotation)
    yield f"    -> {returned}"


def set_in_constructor(owner: type) -> Iterator[str]:
    """Public attributes that a constructor sets, by what it annotates them with."""
    init = vars(owner).get("__init__")
    if not inspect.isfunction(init) or is_dataclass(owner):
        return
    for node in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(init)))):
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        for target in targets:
            match target:
                case ast.Attribute(value=ast.Name(id="self"), attr=name) if not name.startswith("_"):
                    annotation = ast.unparse(node.annotation) if isinstance(node, ast.AnnAssign) else "?"
                    yield f"{name}: {type_of(annotation)}"


def owners(public: type) -> list[type]:
    return [owner for owner in public.__mro__ if owner.__module__.partition(".")[0] == OURS]


def members(public: type) -> Iterator[tuple[str, list[str]]]:
    seen: set[str] = set()
    for owner in owners(public):
        for line in set_in_constructor(owner):
            yield line.partition(":")[0], [line]
        for name, member in vars(owner).items():
            if name.startswith("_") or name in seen:
                continue
            seen.add(name)
            if isinstance(member, property):
                settable = " (settable)" if member.fset else ""
                yield name, [f"{name}: {type_of(inspect.signature(member.fget).return_annotation)}{settable}"]  # type: ignore[arg-type]
            elif isinstance(member, classmethod | staticmethod):
                yield name, list(called(f"{type(member).__name__} {name}", member.__wrapped__))
            elif inspect.isfunction(member):
                yield name, list(called(f"def {name}", member))
            elif isinstance(member, public):
                yield name, [f"{name} = {getattr(member, 'value', member)!r}"]


def constructor(public: type) -> Iterator[str]:
    if getattr(public, "_is_protocol", False):
        yield "protocol"
    elif is_dataclass(public):
        for field in fields(public):
            default = "" if field.default is MISSING else f" = {default_of(field.default)}"
            factory = "" if field.default_factory is MISSING else " = ..."
            keyword = "" if field.kw_only else " (positional)"
            if not field.name.startswith("_"):
                yield f"field {field.name}: {type_of(field.type)}{default}{factory}{keyword}"
    elif owners(public) and any("__init__" in vars(owner) for owner in owners(public)):
        yield from called("__init__", public.__init__)  # type: ignore[misc]


def described(name: str, public: object) -> Iterator[str]:
    if not isinstance(public, type):
        yield f"{name} = {public!r}"
        return
    bases = [base.__name__ for base in public.__mro__[1:] if base.__module__.partition(".")[0] != OURS]
    kept = [base for base in bases if base not in {"object", "Protocol", "Generic"}]
    interfaces = sorted(interface.__name__ for interface in getattr(public, "__jsii_ifaces__", []))
    yield f"class {name}({', '.join(kept)})"
    yield from (f"    implements {interface}" for interface in interfaces)
    yield from (f"    {line}" for line in constructor(public))
    for _, lines in sorted(members(public)):
        yield from (f"    {line}" for line in lines)


def public_api() -> str:
    """Names, signatures with types and defaults, and members, as text."""
    names = sorted(cdk_inference_recommender.__all__)
    return "\n\n".join("\n".join(described(name, getattr(cdk_inference_recommender, name))) for name in names) + "\n"


def test_the_public_api_stays_as_it_is() -> None:
    assert public_api() == PUBLIC_API.read_text(encoding="utf-8"), __doc__


def test_the_snapshot_says_what_an_app_depends_on() -> None:
    text = PUBLIC_API.read_text(encoding="utf-8")
    assert "COST_PER_INFERENCE = 'CostPerInference'" in text
    assert "    implements IEndpoint" in text
    assert " at 0x" not in text


if __name__ == "__main__":
    PUBLIC_API.write_text(public_api(), encoding="utf-8")
