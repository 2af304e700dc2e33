"""The tree that the Compose model is computed on: values with their trails, never changed in place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Generic, Protocol, TypeVar

from confguard.model.value import Origin, Step, Trail
from confguard.source import Span

T = TypeVar("T")

LeafValue = str | int | float | bool | None
Path = tuple[str, ...]

ITEM = "[]"
"""The part of a path that stands for any item of a sequence."""


class Located(Protocol):
    """Something that knows where it stands (a node of a parsed file)."""

    @property
    def span(self) -> Span:
        """Where it stands."""


class Written:
    """The trail of a value that stands in a file as it is. Few trails are ever asked for, so it is made then.

    ``path`` is the value's path as people write it.
    """

    __slots__ = ("node", "path")

    def __init__(self, path: str, node: Located) -> None:
        self.path = path
        self.node = node

    def trail(self) -> Trail:
        """Return the trail."""
        return (Step(self.path, self.node.span),)


class Joined:
    """The trail of two collections that were merged, made when it is asked for."""

    __slots__ = ("base", "over")

    def __init__(self, over: Map | Seq, base: Map | Seq) -> None:
        self.over = over
        self.base = base

    def trail(self) -> Trail:
        """Return the trail, the newest first; without recursion, as hundreds of files may be merged."""
        found: list[Step] = []
        pending: list[Map | Seq] = [self.base, self.over]
        while pending:
            source = pending.pop().source
            if isinstance(source, Joined):
                pending += (source.base, source.over)
            else:
                found.extend(source if isinstance(source, tuple) else source.trail())
        return tuple(found)


LinkedPath = tuple["LinkedPath", str] | None
"""A path as its last part and what is before it: a part more costs the same at any depth."""

Source = Trail | Written | Joined


def dotted(path: LinkedPath) -> str:
    """Return a linked path as people write it."""
    return ".".join(parts(path))


def parts(path: LinkedPath) -> Path:
    """Return the parts of a linked path, in order."""
    found: list[str] = []
    while path is not None:
        path, part = path
        found.append(part)
    return tuple(reversed(found))


class _Node:
    __slots__ = ("source",)

    source: Source

    @property
    def trail(self) -> Trail:
        """The steps that made the value, newest first."""
        source = self.source
        if not isinstance(source, tuple):
            source = self.source = source.trail()
        return source


class Leaf(_Node):
    """A scalar after interpolation."""

    __slots__ = ("value",)

    def __init__(self, value: LeafValue, source: Source = ()) -> None:
        self.value = value
        self.source = source


class Map(_Node):
    """A mapping; ``keys`` has the places where each key stands, newest first."""

    __slots__ = ("entries", "keys")

    def __init__(
        self,
        entries: dict[str, Tree],
        source: Source = (),
        keys: Mapping[str, tuple[Span | Located, ...]] | None = None,
    ) -> None:
        self.entries = entries
        self.source = source
        self.keys: Mapping[str, tuple[Span | Located, ...]] = {} if keys is None else keys

    def get(self, name: str) -> Tree | None:
        """Return the value of a key, or None."""
        return self.entries.get(name)

    def key_spans(self, name: str) -> tuple[Span, ...]:
        """Return where a key stands in each file that writes it, newest first."""
        return tuple(key if isinstance(key, Span) else key.span for key in self.keys.get(name, ()))

    def key_span(self, name: str) -> Span | None:
        """Return where a key stands in the newest file that writes it, or None."""
        keys = self.keys.get(name)
        if not keys:
            return None
        return keys[0] if isinstance(keys[0], Span) else keys[0].span

    def with_entries(self, changed: Mapping[str, Tree]) -> Map:
        """Return the same mapping with some entries set."""
        return Map({**self.entries, **changed}, self.source, self.keys)

    def without(self, *names: str) -> Map:
        """Return the same mapping without some entries."""
        kept = {name: value for name, value in self.entries.items() if name not in names}
        return Map(kept, self.source, self.keys)


class Seq(_Node):
    """A sequence."""

    __slots__ = ("items",)

    def __init__(self, items: list[Tree], source: Source = ()) -> None:
        self.items = items
        self.source = source


Tree = Leaf | Map | Seq


def place(node: Tree | None) -> Span | None:
    """Return where a value stands: the newest place of its trail."""
    if node is None:
        return None
    source = node.source
    while isinstance(source, Joined):
        source = source.over.source
    if isinstance(source, Written):
        return source.node.span
    for step in node.trail:
        if step.span is not None:
            return step.span
    return None


def may_change(trail: Trail) -> bool:
    """Say whether an operator may make a value another one.

    So it is where a template's text took part, or a default because nothing was delivered.
    """
    return any(step.origin is not Origin.WRITTEN and step.span is not None for step in trail)


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


def same(left: Tree | None, right: Tree | None) -> bool:
    """Say whether two trees hold equal values, as ``plain(left) == plain(right)`` would."""
    if left is right:
        return True
    if isinstance(left, Map):
        if not isinstance(right, Map) or len(left.entries) != len(right.entries):
            return False
        others = right.entries
        return all(name in others and same(value, others[name]) for name, value in left.entries.items())
    if isinstance(left, Seq):
        if not isinstance(right, Seq) or len(left.items) != len(right.items):
            return False
        return all(map(same, left.items, right.items))
    return not isinstance(right, Map | Seq) and plain(left) == plain(right)


class State(Generic[T]):
    """How far a path has matched some patterns: ``value`` is what applies there, or None."""

    __slots__ = ("exact", "other", "value")

    def __init__(self, patterns: Sequence[tuple[Path, T]]) -> None:
        self.value: T | None = next((value for path, value in patterns if not path), None)
        wild = [(path[1:], value) for path, value in patterns if path and path[0] == "*"]
        self.other: State[T] | None = State(wild) if wild else None
        self.exact: dict[str, State[T]] = {}
        for name in {path[0] for path, _ in patterns if path} - {"*"}:
            own = [(path[1:], value) for path, value in patterns if path and path[0] == name]
            self.exact[name] = State(own + wild)


def patterns(values: Mapping[str, T]) -> State[T]:
    """Return the state before any key; a part ``*`` of a pattern matches any key."""
    return State([(tuple(pattern.split(".")), value) for pattern, value in values.items()])


def advance(state: State[T] | None, part: str) -> State[T] | None:
    """Return the state one key further; None where no pattern can match any more."""
    return None if state is None else state.exact.get(part, state.other)


def advanced(state: State[T] | None, path: Iterable[str]) -> State[T] | None:
    """Return the state at the end of a path."""
    for part in path:
        state = advance(state, part)
    return state
