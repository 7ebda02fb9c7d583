"""Props of another type than their annotation's, which Python itself lets through."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cdk_inference_recommender.validation_error import ValidationError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from constructs import Construct


@dataclass(frozen=True, kw_only=True)
class PropType:
    """What a prop holds.

    Attributes:
        of: What it is an instance of; of a list, what each item is.
        example: How one is written.
        is_list: Whether it takes several.
        is_required: Whether None is wrong. Default: it says that nothing was given.
    """

    of: type | tuple[type, ...]
    example: str
    is_list: bool = False
    is_required: bool = False

    def problems(self, name: str, value: object) -> Iterator[str]:
        """A sentence or two for each value of another type.

        Yields:
            Field, value, rule, remedy.
        """
        if not self.is_list:
            if self.is_required or value is not None:
                yield from self._problem(name, value)
        elif not isinstance(value, Sequence) or isinstance(value, str):
            yield f"{name} = {_shown(value)} isn't a list. Write {self.example}."
        else:
            for position, item in enumerate(value):
                yield from self._problem(f"{name}[{position}]", item)

    def _problem(self, name: str, value: object) -> Iterator[str]:
        if not isinstance(value, self.of):
            types = self.of if isinstance(self.of, tuple) else (self.of,)
            wanted = " or ".join(each.__name__ for each in types)
            yield f"{name} = {_shown(value)} isn't of type {wanted}. Write {self.example}."


def _shown(value: object) -> str:
    # An object's own text is long, or an address in memory.
    return repr(value) if value is None or isinstance(value, str | int | float) else f"<{type(value).__name__}>"


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
