"""Records: what a frozen dataclass with slots is, for a third of its price.

A run makes hundreds of such classes and hundreds of thousands of their objects. ``@dataclass(frozen=True)``
compiles six methods a class, one by one, and its objects set each field through ``object.__setattr__``: a
tenth of a whole check. The type checker keeps records frozen, and only the constructor is compiled.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from operator import attrgetter
from reprlib import recursive_repr
from typing import Any, TypeVar, dataclass_transform, overload

T = TypeVar("T")


@overload
def record(cls: type[T], /) -> type[T]: ...
@overload
def record(*, eq: bool = True) -> Callable[[type[T]], type[T]]: ...
@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def record(cls: Any = None, /, *, eq: bool = True) -> Any:
    """Make a class a dataclass with slots whose objects never change, equal and hashed by their fields.

    ``eq=False`` leaves each object equal to itself alone. ``dataclasses.replace`` and ``fields`` know
    records.
    """
    if cls is None:
        return lambda cls: record(cls) if eq else _made(cls)
    made = _made(cls)
    if values := [one.name for one in fields(made) if one.compare]:
        _compare(made, attrgetter(*values))
    return made


def _made(cls: Any) -> Any:
    cls.__doc__ = cls.__doc__ or cls.__name__  # dataclass would work out the text of a signature
    made: Any = dataclass(repr=False, eq=False, slots=True)(cls)
    made.__repr__ = _shown
    return made


def _compare(made: Any, values: Callable[[object], object]) -> None:
    def equals(self: object, other: object) -> Any:
        return values(self) == values(other) if other.__class__ is self.__class__ else NotImplemented

    made.__eq__ = equals
    if "__hash__" not in made.__dict__:  # of what is hashed very often, some of the fields tell enough
        made.__hash__ = lambda self: hash(values(self))


@recursive_repr()
def _shown(self: Any) -> str:
    shown = (f"{one.name}={getattr(self, one.name)!r}" for one in fields(self) if one.repr)
    return f"{type(self).__qualname__}({', '.join(shown)})"
