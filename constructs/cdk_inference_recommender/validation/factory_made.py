"""Value objects that only their factory methods make, since their fields exclude each other."""

from __future__ import annotations

from dataclasses import MISSING, fields
from typing import TYPE_CHECKING, Any, ClassVar, Self

from .validation_error import ValidationError

if TYPE_CHECKING:
    from typing import Never


class FactoryMade:
    """A frozen dataclass without a public constructor."""

    _factories: ClassVar[str]
    """How one is made."""

    if TYPE_CHECKING:

        def __init__(self, use_a_factory_method: Never, /) -> None: ...

    else:

        def __init__(self, *_: object, **__: object) -> None:
            raise ValidationError(f"{type(self).__name__} has no public constructor. Use {self._factories}.")

    @classmethod
    def _make(cls, **values: Any) -> Self:
        made = object.__new__(cls)
        for field in fields(cls):  # type: ignore[arg-type]  # every subclass is a dataclass
            default = field.default_factory() if field.default_factory is not MISSING else field.default
            object.__setattr__(made, field.name, values.get(field.name, default))
        return made
