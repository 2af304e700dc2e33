"""What the evaluator computes with: the objects of the evaluated Python program.

A value is ``Known(payload, trail)`` or ``Unknown(reason, trail)``. Payloads are plain immutable Python
values (``str``, ``int``, ``PurePosixPath``, ``timedelta``, ...) or the objects of this module, which keep
values inside, so that a container stays useful when some of its parts are unknown.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from confguard.model.value import Known, Step, Unknown
from confguard.source import SourceFile, Span

if TYPE_CHECKING:
    from confguard.model.django.machine import Run

V: TypeAlias = Known[Any] | Unknown
"""A value of the evaluated program."""


class Mutable:
    """Something that the program can change in place; the journal takes it back where that is needed."""

    __slots__ = ("born",)

    def __init__(self, born: int) -> None:
        self.born = born

    def snapshot(self) -> Any:
        """Return a copy of the state."""
        raise NotImplementedError

    def restore(self, state: Any) -> None:
        """Take over a state that ``snapshot`` gave."""
        raise NotImplementedError


class ListObject(Mutable):
    """A list: its items, and whether these are all of them (else unknown ones may follow)."""

    __slots__ = ("complete", "items")

    def __init__(self, born: int, items: list[V], complete: bool = True) -> None:
        super().__init__(born)
        self.items = items
        self.complete = complete

    def snapshot(self) -> Any:
        """Return a copy of the state."""
        return list(self.items), self.complete

    def restore(self, state: Any) -> None:
        """Take over a state that ``snapshot`` gave."""
        self.items, self.complete = list(state[0]), state[1]


class DictObject(Mutable):
    """A dict, or a set (whose values are its keys): entries by key, whether these are all of them.

    ``maybe`` are keys of which it is not known whether they are there.
    """

    __slots__ = ("complete", "entries", "kind", "maybe")

    def __init__(self, born: int, kind: str = "dict", complete: bool = True) -> None:
        super().__init__(born)
        self.entries: dict[Any, tuple[V, V]] = {}
        self.maybe: frozenset[Any] = frozenset()
        self.complete = complete
        self.kind = kind
        """``"dict"``, ``"set"`` or ``"frozenset"``."""

    def snapshot(self) -> Any:
        """Return a copy of the state."""
        return dict(self.entries), self.complete, self.maybe

    def restore(self, state: Any) -> None:
        """Take over a state that ``snapshot`` gave."""
        self.entries, self.complete, self.maybe = dict(state[0]), state[1], state[2]


class Namespace(Mutable):
    """Names of a module, function, class or instance; incomplete after an unknown star import."""

    __slots__ = ("complete", "names")

    def __init__(self, born: int) -> None:
        super().__init__(born)
        self.names: dict[str, V] = {}
        self.complete = True

    def snapshot(self) -> Any:
        """Return a copy of the state."""
        return dict(self.names), self.complete

    def restore(self, state: Any) -> None:
        """Take over a state that ``snapshot`` gave."""
        self.names, self.complete = dict(state[0]), state[1]


@dataclass(frozen=True, slots=True)
class TupleObject:
    """A tuple; ``names`` are the fields of a named one."""

    items: tuple[V, ...]
    complete: bool = True
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Text:
    """A string of which only some parts are known."""

    parts: tuple[str | Unknown, ...]


@dataclass(frozen=True, slots=True, eq=False)
class ModuleObject:
    """A module of the repository."""

    name: str
    namespace: Namespace
    source: SourceFile
    package: bool


@dataclass(slots=True, eq=False)
class Scope:
    """Where code runs: its names, those around it, and the file it stands in."""

    module: ModuleObject
    names: Namespace
    parent: Scope | None
    kind: str
    """``"module"``, ``"class"`` or ``"function"``."""
    outer: dict[str, Namespace] = field(default_factory=dict)
    """Names declared ``global`` or ``nonlocal``, and where they live."""
    conditions: list[V] = field(default_factory=list)
    """The conditions of the branches that are being run, outermost first."""
    owner: ClassObject | None = None
    receiver: V | None = None
    handling: list[Raised] = field(default_factory=list)
    """The exceptions that are being handled, the newest last."""

    @property
    def source(self) -> SourceFile:
        """The file that the code stands in."""
        return self.module.source

    def span(self, node: ast.AST) -> Span:
        """Return the place of a node of this scope's file.

        The node keeps it: a module is evaluated under one environment after the other, and each asks again.
        """
        located: Any = node
        span: Span
        try:
            span = located.span
        except AttributeError:
            span = located.span = Span(self.module.source, located.start, located.end)
        return span


@dataclass(frozen=True, slots=True, eq=False)
class FunctionObject:
    """A function or lambda of the repository."""

    name: str
    node: ast.FunctionDef | ast.Lambda
    scope: Scope
    defaults: tuple[V, ...]
    keyword_defaults: tuple[V | None, ...]
    owner: ClassObject | None = None
    kind: str = ""
    """``"static"``, ``"class"``, ``"property"`` or ``""``."""


@dataclass(frozen=True, slots=True, eq=False)
class ClassObject:
    """A class of the repository: bases may be unknown or of a library."""

    name: str
    bases: tuple[V, ...]
    namespace: Namespace
    module: ModuleObject
    keywords: tuple[tuple[str, V], ...] = ()
    node: ast.ClassDef | None = None


@dataclass(frozen=True, slots=True, eq=False)
class InstanceObject:
    """An instance of a class of the repository."""

    cls: ClassObject
    namespace: Namespace


@dataclass(frozen=True, slots=True, eq=False)
class BoundMethod:
    """A function of the repository with the object it was taken from."""

    function: FunctionObject
    receiver: V


@dataclass(frozen=True, slots=True)
class External:
    """A module, class, function or constant of Python or a library, by its dotted name."""

    path: str


@dataclass(frozen=True, slots=True, eq=False)
class Native:
    """A function or method that the evaluator itself provides."""

    name: str
    function: Callable[[Run, Call], V]


class NativeObject:
    """An object of a modelled library, with attributes and calls of its own."""

    __slots__ = ()

    def attribute(self, run: Run, name: str, span: Span) -> V | None:
        """Return an attribute, or None if there is no such one."""
        return None

    def call(self, run: Run, call: Call) -> V:
        """Return what calling the object gives."""
        return Unknown(f"{type(self).__name__} cannot be called", call.trail)


@dataclass(frozen=True, slots=True, eq=False)
class ExceptionObject:
    """An exception: its class (External or ClassObject), its arguments, and where it was made."""

    cls: External | ClassObject
    args: tuple[V, ...]
    span: Span | None = None
    variables: tuple[str, ...] = ()
    """The environment variables whose lack or value made it."""


@dataclass(slots=True, eq=False)
class Call:
    """The arguments of one call; ``complete`` is false if an unknown ``*x`` or ``**x`` was passed."""

    args: list[V]
    keywords: dict[str, V]
    span: Span
    complete: bool = True
    scope: Scope | None = None

    def get(self, index: int, name: str, default: V | None = None) -> V | None:
        """Return an argument by position or name, or the default."""
        if 0 <= index < len(self.args):
            return self.args[index]
        return self.keywords.get(name, default)

    @property
    def trail(self) -> tuple[Step, ...]:
        """The first step of the result: the call itself."""
        return (Step("called here", self.span),)

    def step(self, text: str) -> Step:
        """Return a step at this call."""
        return Step(text, self.span)


class Raised(Exception):
    """The evaluated program raised an exception."""

    def __init__(self, error: ExceptionObject, trail: tuple[Step, ...] = ()) -> None:
        super().__init__()
        self.error = error
        self.trail = trail


class Returned(Exception):
    """The evaluated function returned."""

    def __init__(self, value: V) -> None:
        super().__init__()
        self.value = value


class Broke(Exception):
    """``break``."""


class Continued(Exception):
    """``continue``."""


class LimitReached(Exception):
    """The evaluated program does more than is followed."""


class Member(str):
    """A member of a library's enumeration of texts: a text that has a name."""

    __slots__ = ("name",)
    name: str

    def __new__(cls, value: str, name: str) -> Member:
        """Make a member of a value, under a name."""
        made = super().__new__(cls, value)
        made.name = name
        return made


OBJECT_REASON = "is an object of the program"

SCALARS = (str, int, float, bool, bytes, type(None), complex)


def is_scalar(value: V) -> bool:
    """Say whether a value is known and plain."""
    return isinstance(value, Known) and isinstance(value.value, SCALARS)
