"""Props of another type than their annotation's, which Python itself lets through."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, is_dataclass
from enum import Enum
from typing import TYPE_CHECKING

from .api_member import types_of
from .construct_memo import once
from .enum_like import EnumLike
from .tokens import is_unresolved, is_untyped_token
from .validation_error import ValidationError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from constructs import Construct


@dataclass(frozen=True, kw_only=True)
class Interface:
    """An interface of the CDK, which what implements it in another language is no instance of.

    Attributes:
        name: Its name.
        has: Members by which it is known.
    """

    name: str
    has: tuple[str, ...]

    def is_of(self, value: object) -> bool:
        """Return whether a value has all the members."""
        # The class is checked first: reading an object's property calls into the JavaScript kernel. So an object that
        # many constructs share is checked once.
        if all(hasattr(type(value), member) for member in self.has):
            return True

        def has_members() -> bool:
            return all(hasattr(value, member) for member in self.has)

        can_remember = hasattr(value, "__dict__") and not isinstance(value, type)
        return once(value, f"is_{self.name}", has_members) if can_remember else has_members()


@dataclass(frozen=True, kw_only=True)
class PropType:
    """What a prop holds.

    Attributes:
        of: What it is an instance of; of a list or a mapping, what each value is.
        interface: What it may implement instead. Default: nothing.
        example: How one is written.
        is_list: Whether it takes several.
        is_mapping: Whether it takes several by name.
        is_required: Whether None is wrong. Default: it says that nothing was given.
        within: Types of its attributes that are looked at. Default: those in the metadata of a value object's fields.
    """

    of: type | tuple[type, ...] = ()
    interface: Interface | None = None
    example: str
    is_list: bool = False
    is_mapping: bool = False
    is_required: bool = False
    within: Mapping[str, PropType] = field(default_factory=dict)

    def problems(self, name: str, value: object) -> Iterator[str]:
        """A sentence or two for each value of another type.

        Yields:
            Field, value, rule, remedy.
        """
        if value is None and not self.is_required:
            return
        if self.is_list:
            if str in self._types() and is_untyped_token(value):
                yield f"{name} is a token, but not yet one of a list. Write Token.as_list(...) around it."
                return
            if not isinstance(value, Sequence) or isinstance(value, str):
                yield f"{name} = {shown(value)} isn't a list. Write {self.example}."
                return
            for position, item in enumerate(value):
                yield from self._problems(f"{name}[{position}]", item)
        elif self.is_mapping:
            if not isinstance(value, Mapping):
                yield f"{name} = {shown(value)} isn't a mapping. Write {self.example}."
                return
            for key, item in value.items():
                if isinstance(key, str):
                    yield from self._problems(f"{name}[{key!r}]", item)
                else:
                    yield f"{name}: the key {shown(key)} isn't of type str. Write {self.example}."
        else:
            yield from self._problems(name, value)

    def _problems(self, name: str, value: object) -> Iterator[str]:
        if self._fits(value):
            for attribute, kind in self._within().items():
                yield from kind.problems(f"{name}.{attribute}", getattr(value, attribute))
        elif self.of is bool and _is_token(value):
            yield f"{name} is known only at deploy time, but synthesis decides by it. Write {self.example}."
        elif str in self._types() and is_untyped_token(value):
            yield f"{name} is a token, but not yet one of text. Write Token.as_string(...) around it."
        else:
            kinds = [each.__name__ for each in self._types()]
            wanted = " or ".join([*kinds, *([self.interface.name] if self.interface else [])])
            yield f"{name} = {shown(value)} isn't of type {wanted}. Write {self._remedy(value)}."

    def _remedy(self, value: object) -> str:
        if isinstance(self.of, type) and issubclass(self.of, EnumLike):
            return self.of._nearest(_words_of(value))  # noqa: SLF001 -- not for users of a choice
        return self.example

    def _within(self) -> Mapping[str, PropType]:
        if self.within or not isinstance(self.of, type) or not is_dataclass(self.of):
            return self.within
        return types_of(self.of)

    def _fits(self, value: object) -> bool:
        return isinstance(value, self.of) or (self.interface is not None and self.interface.is_of(value))

    def _types(self) -> tuple[type, ...]:
        return self.of if isinstance(self.of, tuple) else (self.of,)


def shown(value: object) -> str:
    """A value in a message."""
    if isinstance(value, EnumLike | Enum):
        return f"{type(value).__name__}.{_words_of(value)}"
    if isinstance(value, type):
        return f"the class {value.__name__}"
    # An object's own text is long, or an address in memory.
    return repr(value) if value is None or isinstance(value, str | int | float) else f"<{type(value).__name__}>"


def _words_of(value: object) -> str:
    """Return the name of an enum-like value, or a text as it is."""
    if isinstance(value, Enum):
        return value.name
    if isinstance(value, EnumLike):
        names = [name for name, member in vars(type(value)).items() if member is value]
        return names[0] if names else f"of({value.value!r})"
    return value if isinstance(value, str) else ""


def _is_token(value: object) -> bool:
    if isinstance(value, str | float):
        return is_unresolved(value)
    return is_untyped_token(value)


def expect_type(kind: PropType, name: str, value: object) -> None:
    """Reject a value of another type; `prefix_errors_with_path` adds the construct's path.

    Raises:
        ValidationError: It is of another type.
    """
    problems = list(kind.problems(name, value))
    if problems:
        raise ValidationError(" ".join(problems))


def check_types(construct: Construct, types: Mapping[str, PropType], **props: object) -> None:
    """Refuse values that nothing can be rendered from, where a slip would end in an error of Python's.

    Args:
        construct: Whose props they are.
        types: Of each prop that is looked at.
        **props: As given.

    Raises:
        ValidationError: Names all of them.
    """
    problems = [problem for name, value in props.items() for problem in types[name].problems(name, value)]
    if problems:
        raise ValidationError(f"{construct.node.path}: {' '.join(problems)}")
