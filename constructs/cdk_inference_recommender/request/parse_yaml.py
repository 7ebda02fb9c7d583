"""The parser of a request document in YAML, as for the AWS CLI's `--cli-input-yaml`.

The AWS CLI reads YAML 1.2, most other tools 1.1. What the two read differently is rejected, so that a document means
the same to everyone: `yes`, `2026-01-01`, `010`, `1_000`, `1:30`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import yaml
from yaml.composer import ComposerError
from yaml.reader import ReaderError

from .parse_document import MAX_DEPTH, UnreadableDocumentError, finite_number

if TYPE_CHECKING:
    from collections.abc import Mapping

_MAX_VALUES: Final = 100_000
"""Far more than a request has. Nested aliases can expand a few lines to millions of values."""
_MERGE: Final = "merge"

_CORE_SCHEMA: Final[Mapping[str, re.Pattern[str]]] = {
    "null": re.compile(r"null|Null|NULL|~|"),
    "bool": re.compile(r"true|True|TRUE|false|False|FALSE"),
    "int": re.compile(r"[-+]?(0|[1-9][0-9]*)|0o[0-7]+|0x[0-9a-fA-F]+"),
    "leading zero": re.compile(r"[-+]?0[0-9]+"),
    "float": re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)"),
}
"""Patterns of unquoted scalars in YAML 1.2 (specification, 10.3.2); any other scalar is text."""
_KINDS: Final[Mapping[str, str]] = {
    "null": "null",
    "bool": "true or false",
    "int": "a number",
    "leading zero": "another number",
    "float": "a number",
    "str": "text",
    "timestamp": "a date",
    "merge": "a merge key",
    "value": "a default value",
}


def parse_yaml(text: str, *, name: str) -> object:
    """Parse a document strictly: without tags, with each member once, and of JSON's types only.

    Args:
        text: The YAML text.
        name: What the text is called in messages, such as the file's name.

    Raises:
        UnreadableDocumentError: It isn't YAML, has a tag, a member twice, a value that YAML 1.1 and 1.2 read
            differently or that JSON doesn't have, or its aliases expand to too many values.
        RecursionError: It is nested too deeply.
    """
    try:
        node = _Loader(text).get_single_node()
        return None if node is None else _Construction(name).value(node, 0)
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise UnreadableDocumentError(
            f"{name}, line {line}: this isn't YAML: the character U+{ord(text[error.position]):04X} isn't allowed. "
            "Write it as an escape in double quotes."
        ) from None
    except yaml.MarkedYAMLError as error:
        place = f"{name}{_position(error.problem_mark)}"
        raise UnreadableDocumentError(f"{place}: this isn't YAML: {error.problem}. Correct it there.") from None


class _Loader(yaml.SafeLoader):
    """Composes nodes, and rejects tags and depths that no request has."""

    _depth = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if getattr(event, "tag", None) is not None:
            raise ComposerError(None, None, "a request has no tags, such as !!str or !Ref", event.start_mark)
        if self._depth > MAX_DEPTH:
            raise RecursionError
        self._depth += 1
        node: yaml.Node | None = super().compose_node(parent, index)
        self._depth -= 1
        return node

    def fetch_flow_collection_start(self, TokenClass: type[yaml.Token]) -> None:  # noqa: N803 - the parent's name
        # The scanner reads ahead of the composer, in quadratic time.
        if self.flow_level > MAX_DEPTH:
            raise RecursionError
        super().fetch_flow_collection_start(TokenClass)


class _Construction:
    """Constructs values from nodes; each use of an alias counts like its expansion."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._values = 0

    def value(self, node: yaml.Node, depth: int) -> object:
        self._values += 1
        if depth > MAX_DEPTH:
            raise RecursionError
        if self._values > _MAX_VALUES:
            raise UnreadableDocumentError(
                f"{self._name}: it has more than {_MAX_VALUES} values once its aliases are written out. Use fewer."
            )
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, depth)
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node)
        return [self.value(item, depth + 1) for item in node.value]

    def _mapping(self, node: yaml.MappingNode, depth: int) -> dict[str, object]:
        members: dict[str, object] = {}
        merged: list[dict[str, object]] = []
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise self._error(key, "a member's name must be text. Write a name")
            if _kind(key) == _MERGE:
                merged += self._merged(value, depth)
            elif key.value in members:
                raise self._error(key, f"the member {key.value} stands twice in one mapping. Remove all but one")
            else:
                members[key.value] = self.value(value, depth + 1)
        for other in merged:
            members = {**other, **members}
        return members

    def _merged(self, node: yaml.Node, depth: int) -> list[dict[str, object]]:
        """Return the members that `<<` merges from one or more mappings; the first mapping takes precedence."""
        sources = node.value if isinstance(node, yaml.SequenceNode) else [node]
        found = [self.value(source, depth + 1) for source in sources]
        if not all(isinstance(each, dict) for each in found):
            raise self._error(node, "<< takes a mapping or a list of mappings. Write an alias of one")
        return [each for each in found if isinstance(each, dict)]

    def _scalar(self, node: yaml.ScalarNode) -> object:
        text = str(node.value)
        if node.style is not None:  # in quotes, or a block
            return text
        kind = next((kind for kind, pattern in _CORE_SCHEMA.items() if pattern.fullmatch(text)), "str")
        older = _kind(node)
        if kind != older:
            raise self._error(
                node,
                f"{text} is {_KINDS.get(older, older)} in YAML 1.1 and {_KINDS[kind]} in YAML 1.2. Put it in quotes "
                "if it is text, or write it in another way",
            )
        match kind:
            case "null":
                return None
            case "bool":
                return text.lower() == "true"
            case "int":
                return int(text, 0)
            case "float":
                return self._number(node, text)
            case _:
                return text

    def _number(self, node: yaml.Node, text: str) -> float:
        if not text[-1].isdigit() and text[-1] != ".":
            raise self._error(node, f"{text} is no JSON. Write a number")
        return finite_number(text)

    def _error(self, node: yaml.Node, problem: str) -> UnreadableDocumentError:
        return UnreadableDocumentError(f"{self._name}{_position(node.start_mark)}: {problem}.")


def _kind(node: yaml.Node) -> str:
    """Return the tag of a scalar in YAML 1.1, without `tag:yaml.org,2002:`."""
    return str(node.tag).rpartition(":")[2]


def _position(mark: yaml.Mark | None) -> str:
    return "" if mark is None else f", line {mark.line + 1}, column {mark.column + 1}"
