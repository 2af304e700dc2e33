"""Kinds of nodes, to write a schema with: each prunes what does not fit and says what was wrong."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from confguard.model.compose.interpolation import Marks
from confguard.model.compose.tree import Leaf, LeafValue, Map, Seq, Tree, may_change, place, plain
from confguard.source import Problem, SourceFile, Span

_WORDS = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "null",
    "array": "a list",
    "object": "a mapping",
}


@dataclass(slots=True)
class Context:
    """Where problems go; ``path`` is the place in the model, for their words."""

    problems: list[Problem] = field(default_factory=list)
    refusals: list[Problem] = field(default_factory=list)
    """Those that an operator may mend, by what he delivers."""
    path: list[str | int] = field(default_factory=list)

    def report(self, span: Span | None, message: str, help_text: str = "", node: Tree | None = None) -> None:
        """Keep a problem at a place; ``node`` is the scalar that is wrong, if it is one."""
        place_or_none = span if span is not None else SourceFile("", "").span(0)
        soft = isinstance(node, Leaf) and may_change(node.trail)
        (self.refusals if soft else self.problems).append(Problem(place_or_none, message, help_text))

    @property
    def where(self) -> str:
        """The path as people write it."""
        shown = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in self.path)
        return "".join(shown).removeprefix(".")


_PYTHON: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
}


@dataclass(frozen=True, slots=True)
class Scalar:
    """A scalar of some types, perhaps one of some texts, perhaps of a pattern or in a range.

    ``python`` are the types of values that surely fit, ``narrow`` says whether not every value does.
    """

    types: frozenset[str]
    values: frozenset[str] = frozenset()
    pattern: re.Pattern[str] | None = None
    low: float | None = None
    high: float | None = None
    python: frozenset[type] = field(init=False)
    narrow: bool = field(init=False)

    def __post_init__(self) -> None:
        kinds = frozenset(kind for name in self.types for kind in _PYTHON[name])
        object.__setattr__(self, "python", kinds)
        ranged = self.low is not None or self.high is not None
        object.__setattr__(self, "narrow", bool(self.values) or self.pattern is not None or ranged)


@dataclass(frozen=True, slots=True)
class Array:
    """A list whose items are all of one shape."""

    item: Shape
    unique: bool = False


@dataclass(frozen=True, slots=True)
class Object:
    """A mapping: known keys, or any keys of a pattern (``names``) with one shape (``other``)."""

    fields: Mapping[str, Shape] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    names: re.Pattern[str] | None = None
    other: Shape | None = None
    closed: bool = True
    extensions: bool = True


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several shapes, told apart by the type of the node."""

    options: tuple[Shape, ...]


Shape = Scalar | Array | Object | Choice


def scalar(*types: str) -> Scalar:
    """Return the shape of a scalar of these JSON schema types."""
    return Scalar(frozenset(types))


def words(*values: str) -> Scalar:
    """Return the shape of a text that is one of these."""
    return Scalar(frozenset({"string"}), frozenset(values))


def fit(node: Tree, shape: Shape, context: Context, settled: Tree | None = None) -> Tree | None:
    """Return the node without what does not fit, None where it does not fit itself.

    ``settled`` is a tree that fits, at the same place: parts that the node shares with it are passed over.
    """
    if isinstance(shape, Choice):
        found = next((option for option in shape.options if _is_of(node, option)), None)
        if found is None:
            _wrong(node, shape, context)
            return None
        shape = found
        if isinstance(shape, Choice):
            return fit(node, shape, context, settled)
    elif not _is_of(node, shape):
        _wrong(node, shape, context)
        return None
    if isinstance(shape, Scalar):
        return _scalar(node, shape, context) if shape.narrow and isinstance(node, Leaf) else node
    if isinstance(shape, Object) and isinstance(node, Map):
        return _object(node, shape, context, settled)
    return _array(node, shape, context) if isinstance(shape, Array) and isinstance(node, Seq) else node


def _is_of(node: Tree, shape: Shape) -> bool:
    if isinstance(node, Leaf):
        if isinstance(shape, Scalar):
            return type(node.value) in shape.python or _is_whole(node.value, shape)
    elif isinstance(shape, Object):
        return isinstance(node, Map)
    elif isinstance(shape, Array):
        return isinstance(node, Seq)
    return isinstance(shape, Choice) and any(_is_of(node, option) for option in shape.options)


def _is_whole(value: LeafValue, shape: Scalar) -> bool:
    return isinstance(value, float) and "integer" in shape.types and value.is_integer()


def _names(shape: Shape) -> list[str]:
    if isinstance(shape, Choice):
        return [name for option in shape.options for name in _names(option)]
    if isinstance(shape, Scalar):
        return sorted(shape.types)
    return ["array"] if isinstance(shape, Array) else ["object"]


def _wrong(node: Tree, shape: Shape, context: Context) -> None:
    wanted = " or ".join(dict.fromkeys(_WORDS[name] for name in _names(shape)))
    span = place(node)
    help_text = ""
    if isinstance(node, Leaf) and "string" in _names(shape) and node.value is not None and span is not None:
        help_text = f'quote it: "{span.first_line().text}"'
    context.report(
        span.first_line() if span else None, f"has {context.where}, which must be {wanted}", help_text, node
    )


def _scalar(node: Leaf, shape: Scalar, context: Context) -> Leaf | None:
    value = node.value
    if isinstance(value, str) and Marks.shown(value) == value:
        if shape.values and value not in shape.values:
            allowed = ", ".join(sorted(shape.values))
            context.report(
                place(node), f"has {value!r} for {context.where}, which must be one of {allowed}", "", node
            )
            return None
        if shape.pattern is not None and not shape.pattern.search(value):
            context.report(
                place(node), f"has {value!r} for {context.where}, which docker compose refuses", "", node
            )
            return None
    elif isinstance(value, int | float) and not isinstance(value, bool):
        low, high = shape.low, shape.high
        if (low is not None and value < low) or (high is not None and value > high):
            context.report(place(node), f"has {value} for {context.where}, which is out of range", "", node)
            return None
    return node


def _array(node: Seq, shape: Array, context: Context) -> Seq:
    items: list[Tree] = []
    seen: set[object] = set()
    changed = False
    for index, item in enumerate(node.items):
        context.path.append(index)
        fitted = fit(item, shape.item, context)
        if shape.unique and fitted is not None:
            key = _identity(fitted)
            if key in seen:
                context.report(place(item), f"has the same item twice in {context.where}", "", item)
                fitted = None
            seen.add(key)
        context.path.pop()
        changed = changed or fitted is not item
        if fitted is not None:
            items.append(fitted)
    return Seq(items, node.source) if changed else node


def _identity(item: Tree) -> object:
    """Return what makes an item equal to another one; inside of mappings 80 and "80" are equal."""
    if isinstance(item, Map):
        leaves = item.entries.items()
        return repr(sorted((name, str(plain(value))) for name, value in leaves))
    if isinstance(item, Leaf):
        return type(item.value), item.value
    return repr(plain(item))


def _object(node: Map, shape: Object, context: Context, settled: Tree | None) -> Map:
    done = settled.entries if isinstance(settled, Map) else {}
    fields, other, path = shape.fields, shape.other, context.path
    dropped: list[str] = []
    replaced: dict[str, Tree] = {}
    for name, value in node.entries.items():
        earlier = done.get(name)
        if earlier is value:
            continue
        inner = fields.get(name)
        if inner is None and other is not None and (shape.names is None or shape.names.search(name)):
            inner = other
        path.append(name)
        if inner is not None:
            fitted = fit(value, inner, context, earlier)
            if fitted is None:
                dropped.append(name)
            elif fitted is not value:
                replaced[name] = fitted
        elif shape.closed and not (shape.extensions and name.startswith("x-")):
            span = node.key_span(name) or place(value)
            context.report(
                span, f"has {context.where}, which docker compose does not know", _near(name, shape)
            )
            dropped.append(name)
        path.pop()
    for name in shape.required:
        if name not in node.entries:
            context.report(_first_key(node), f"has {context.where} without {name}")
    result = node.without(*dropped) if dropped else node
    return result.with_entries(replaced) if replaced else result


def _first_key(node: Map) -> Span | None:
    span = place(node)
    return span.first_line() if span is not None else None


def _near(name: str, shape: Object) -> str:
    import difflib

    near = difflib.get_close_matches(name, shape.fields, 1, 0.7)
    return f"did you mean {near[0]}?" if near else ""
