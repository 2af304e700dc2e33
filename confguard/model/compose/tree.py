"""The tree that the Compose model is computed on: values with their trails, never changed in place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from confguard.model.value import Trail
from confguard.source import Span

T = TypeVar("T")

LeafValue = str | int | float | bool | None
Path = tuple[str, ...]

ITEM = "[]"
"""The part of a path that stands for any item of a sequence."""


@dataclass(slots=True, eq=False)
class Leaf:
    """A scalar after interpolation."""

    value: LeafValue
    trail: Trail = ()


@dataclass(slots=True, eq=False)
class Map:
    """A mapping; ``keys`` has the places where each key stands, newest first."""

    entries: dict[str, Tree]
    trail: Trail = ()
    keys: dict[str, tuple[Span, ...]] = field(default_factory=dict)

    def get(self, name: str) -> Tree | None:
        """Return the value of a key, or None."""
        return self.entries.get(name)

    def with_entries(self, changed: Mapping[str, Tree]) -> Map:
        """Return the same mapping with some entries set."""
        return Map({**self.entries, **changed}, self.trail, self.keys)

    def without(self, *names: str) -> Map:
        """Return the same mapping without some entries."""
        kept = {name: value for name, value in self.entries.items() if name not in names}
        return Map(kept, self.trail, self.keys)


@dataclass(slots=True, eq=False)
class Seq:
    """A sequence."""

    items: list[Tree]
    trail: Trail = ()


Tree = Leaf | Map | Seq


def place(node: Tree | None) -> Span | None:
    """Return where a value stands: the newest place of its trail."""
    if node is None:
        return None
    return next((step.span for step in node.trail if step.span is not None), None)


def as_map(node: Tree | None) -> Map:
    """Return the node if it is a mapping, else an empty one."""
    return node if isinstance(node, Map) else Map({})


def text_of(node: Tree | None) -> str | None:
    """Return a string leaf's text, or None for anything else."""
    return node.value if isinstance(node, Leaf) and isinstance(node.value, str) else None


def plain(node: Tree | None) -> object:
    """Return the bare value, for comparing."""
    if isinstance(node, Map):
        return {key: plain(value) for key, value in node.entries.items()}
    if isinstance(node, Seq):
        return [plain(item) for item in node.items]
    return node.value if node is not None else None


def sprint(value: LeafValue) -> str:
    """Return a value as Go's ``fmt.Sprint`` prints it."""
    if value is None:
        return "<nil>"
    if isinstance(value, bool):
        return "true" if value else "false"
    return go_float(value) if isinstance(value, float) else str(value)


def go_float(number: float) -> str:
    """Return a float64 as Go's ``%v`` prints it: shortest form, exponent below 1e-4 and from 1e21 on."""
    if number != number:
        return "NaN"
    if number in (float("inf"), float("-inf")):
        return "+Inf" if number > 0 else "-Inf"
    digits = repr(number)
    mantissa, _, exponent = digits.partition("e")
    if not number or 1e-4 <= abs(number) < 1e21:
        if exponent:
            return f"{number:.0f}"
        return mantissa.removesuffix(".0")
    if not exponent:
        mantissa, _, exponent = f"{number:.17e}".partition("e")
    sign = "-" if exponent.startswith("-") else "+"
    return f"{mantissa.rstrip('0').removesuffix('.')}e{sign}{exponent.lstrip('+-').zfill(2)}"


class Patterns(Generic[T]):
    """What applies at which paths; a part ``*`` of a pattern matches any key."""

    __slots__ = ("_root",)

    def __init__(self, patterns: Mapping[str, T]) -> None:
        self._root: PatternNode[T] = PatternNode()
        for pattern, value in patterns.items():
            node = self._root
            for part in pattern.split("."):
                node = node.children.setdefault(part, PatternNode())
            node.value = value

    def start(self, path: Iterable[str] = ()) -> tuple[PatternNode[T], ...]:
        """Return the state at a path."""
        state: tuple[PatternNode[T], ...] = (self._root,)
        for part in path:
            state = advance(state, part)
        return state


@dataclass(slots=True)
class PatternNode(Generic[T]):
    """A part of the patterns that a path has matched so far."""

    children: dict[str, PatternNode[T]] = field(default_factory=dict)
    value: T | None = None


def advance(state: tuple[PatternNode[T], ...], part: str) -> tuple[PatternNode[T], ...]:
    """Return the state one key further; it is empty where no pattern can match any more."""
    found: list[PatternNode[T]] = []
    for node in state:
        exact = node.children.get(part)
        if exact is not None:
            found.append(exact)
        if part != "*":
            wild = node.children.get("*")
            if wild is not None:
                found.append(wild)
    return tuple(found)


def matched(state: tuple[PatternNode[T], ...]) -> T | None:
    """Return what applies at a state, or None."""
    return next((node.value for node in state if node.value is not None), None)
