"""YAML text to a located tree, as go-yaml v3 (inside of docker compose) reads it.

PyYAML's event stream (through libyaml where it is there) is folded into frozen nodes without recursion,
so that hostile nesting costs no stack. What go-yaml refuses, and what would explode, is a Problem.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

import yaml

from confguard.parsers.yaml_scalars import ScalarValue, Timestamp, resolve_plain
from confguard.source import Problem, SourceFile, Span

MAX_DEPTH = 500
"""Deeper nesting is refused (levels); libyaml itself stops at 1,000, no real file passes 30."""

MAX_NODES = 400_000
"""More nodes, counted with every alias expanded, are refused: go-yaml calls it excessive aliasing."""

_PROPERTIES = re.compile(r"(?:[&!][^\s,\[\]{}]*(?:\s|#[^\n]*(?:\n|$))*)+")


@dataclass(slots=True, eq=False)
class Scalar:
    """A scalar: its typed value, its text after unquoting, its style and its tag; never changed.

    ``style`` is ``""`` for plain, else one of ``' " | >``. ``tag`` is ``""`` where none is written.
    The span is the scalar with its quotes; of a block scalar it runs from the ``|`` to the last
    character that is not white space. A missing value has an empty span after the colon.
    """

    kind: ClassVar[Literal["scalar"]] = "scalar"
    value: ScalarValue
    text: str
    style: str
    source: SourceFile
    start: int
    end: int
    tag: str = ""

    @property
    def span(self) -> Span:
        """Where it stands."""
        return Span(self.source, self.start, self.end)


@dataclass(slots=True, eq=False)
class Entry:
    """A key and its value; ``merged`` where a merge key brought it in from somewhere else."""

    key: Scalar
    value: Node
    merged: bool = False


@dataclass(slots=True, eq=False)
class Mapping:
    """A mapping with unique keys, in order; those of merge keys come last; never changed.

    The span of a block mapping runs from its first key to the end of its last value.
    """

    kind: ClassVar[Literal["mapping"]] = "mapping"
    entries: tuple[Entry, ...]
    source: SourceFile
    start: int
    end: int
    tag: str = ""
    flow: bool = False

    @property
    def span(self) -> Span:
        """Where it stands."""
        return Span(self.source, self.start, self.end)

    def get(self, name: str) -> Node | None:
        """Return the value of a key, or None."""
        return next((entry.value for entry in self.entries if entry.key.text == name), None)

    def entry(self, name: str) -> Entry | None:
        """Return the entry of a key, or None."""
        return next((entry for entry in self.entries if entry.key.text == name), None)


@dataclass(slots=True, eq=False)
class Sequence:
    """A sequence; the span of a block sequence runs from its first dash to the end of its last item."""

    kind: ClassVar[Literal["sequence"]] = "sequence"
    items: tuple[Node, ...]
    source: SourceFile
    start: int
    end: int
    tag: str = ""
    flow: bool = False

    @property
    def span(self) -> Span:
        """Where it stands."""
        return Span(self.source, self.start, self.end)


Node = Scalar | Mapping | Sequence


@dataclass(frozen=True, slots=True)
class Stream:
    """The documents of a file, in order (None for one that could not be read), and what is wrong with it."""

    documents: tuple[Node, ...]
    problems: tuple[Problem, ...]


def parse_stream(source: SourceFile) -> Stream:
    """Return the located documents of a file; whatever is wrong is a Problem, never an exception."""
    builder = _Builder(source)
    try:
        builder.read(_loader(source.text))
    except _RefusedError as error:
        builder.problems.append(Problem(error.span, error.message, error.help))
    except yaml.YAMLError as error:
        builder.problems.append(_syntax_problem(source, error))
    except (UnicodeError, ValueError, RecursionError) as error:
        builder.problems.append(Problem(source.span(0), f"cannot be read as YAML: {type(error).__name__}"))
    return Stream(tuple(builder.documents), tuple(builder.problems))


def _loader(text: str) -> Any:
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return loader(text)


class _RefusedError(Exception):
    def __init__(self, span: Span, message: str, help: str = "") -> None:
        super().__init__(message)
        self.span, self.message, self.help = span, message, help


def _syntax_problem(source: SourceFile, error: yaml.YAMLError) -> Problem:
    if isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        offset = mark.index if mark is not None else 0
        line_end = source.text.find("\n", offset)
        end = offset + 1 if offset < len(source.text) and offset != line_end else offset
        words = error.problem or error.context or "syntax error"
        hint = ""
        if "\t" in source.line_text(source.position(offset)[0]):
            hint = "indent with spaces: YAML allows no tab there"
        return Problem(source.span(offset, end), f"is not valid YAML: {words}", hint)
    position = getattr(error, "position", 0)
    position = position if isinstance(position, int) else 0
    reason = getattr(error, "reason", "") or "it cannot be read"
    # libyaml counts bytes here.
    offset = len(source.text.encode("utf-8", "surrogatepass")[:position].decode("utf-8", "ignore"))
    return Problem(source.span(offset, min(offset + 1, len(source.text))), f"is not valid YAML: {reason}")


@dataclass(slots=True)
class _Open:
    """A collection whose end has not come yet."""

    is_mapping: bool
    start: int
    tag: str
    anchor: str | None
    flow: bool
    items: list[Any] = field(default_factory=list)
    key: Node | None = None
    size: int = 1
    end: int = 0


class _Builder:
    """Folds events into nodes; holds the open collections of the current document."""

    def __init__(self, source: SourceFile) -> None:
        self.source = source
        self.text = source.text
        self.documents: list[Node] = []
        self.problems: list[Problem] = []
        self.stack: list[_Open] = []
        self.anchors: dict[str, tuple[Node, int] | None] = {}
        self.total = 0

    def read(self, loader: Any) -> None:
        """Fold all events of a loader."""
        next_event = loader.get_event
        try:
            while (event := next_event()) is not None:
                kind = type(event)
                if kind is yaml.ScalarEvent:
                    self.add(self.scalar(event), event.anchor, 1, None)
                elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
                    self.open(event, kind is yaml.MappingStartEvent)
                elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
                    self.close(event)
                elif kind is yaml.AliasEvent:
                    self.alias(event)
                elif kind is yaml.DocumentStartEvent:
                    self.anchors = {}
        finally:
            loader.dispose()

    def scalar(self, event: Any) -> Scalar:
        start, end = event.start_mark.index, event.end_mark.index
        text, style, tag = event.value, event.style, event.tag
        if not tag and event.anchor is None:
            if not style:
                first = text[:1]
                # Words of letters are what nearly all scalars are; few of them mean anything else.
                known = first.isalpha() and first not in "tTfFnN"
                return Scalar(text if known else resolve_plain(text), text, "", self.source, start, end)
            if style == "'" or style == '"':
                return Scalar(text, text, style, self.source, start, end)
        found = _PROPERTIES.match(self.text, start, end) if event.anchor is not None or tag else None
        start = found.end() if found else start
        style, tag = style or "", tag or ""
        if style in ("|", ">"):
            end = start + len(self.text[start:end].rstrip())
        value: ScalarValue = text
        if not style and (not tag or tag[0] == "!"):
            value = resolve_plain(text)
        elif tag and tag != "tag:yaml.org,2002:str" and tag.startswith("tag:yaml.org,2002:"):
            value = self.tagged(text, tag[18:], self.source.span(start, end))
        return Scalar(value, text, style, self.source, start, end, _short(tag))

    def tagged(self, text: str, kind: str, span: Span) -> ScalarValue:
        """Return the value under an explicit core tag; go-yaml refuses what does not fit it."""
        value = resolve_plain(text)
        fits = {
            "int": isinstance(value, int) and not isinstance(value, bool),
            "float": isinstance(value, int | float) and not isinstance(value, bool),
            "bool": isinstance(value, bool),
            "null": value is None,
        }
        if kind in fits and not fits[kind]:
            raise _RefusedError(span, f"tags a value as !!{kind} that is none")
        if kind == "float":
            assert isinstance(value, int | float)
            return float(value)
        return value if kind in fits else text

    def open(self, event: Any, is_mapping: bool) -> None:
        start = event.start_mark.index
        if len(self.stack) >= MAX_DEPTH:
            span = self.source.span(start, min(start + 1, len(self.text)))
            raise _RefusedError(span, f"nests collections deeper than {MAX_DEPTH} levels")
        if event.anchor is not None:
            self.anchors[event.anchor] = None
        flow = bool(event.flow_style)
        if event.anchor is not None or event.tag:
            found = _PROPERTIES.match(self.text, start)
            start = found.end() if found else start
        self.stack.append(_Open(is_mapping, start, _short(event.tag or ""), event.anchor, flow))

    def close(self, event: Any) -> None:
        done = self.stack.pop()
        if done.flow:
            start, end = done.start, event.end_mark.index
        elif done.items:
            start = done.items[0].key.start if done.is_mapping else done.start
            end = done.end
            if self.text[end - 1 : end].isspace():
                end = start + len(self.text[start:end].rstrip())
        else:
            start = end = done.start
        node: Node
        if done.is_mapping:
            node = Mapping(self.entries(done.items), self.source, start, end, done.tag, done.flow)
        else:
            node = Sequence(tuple(done.items), self.source, start, end, done.tag, done.flow)
        self.add(node, done.anchor, done.size, None)

    def alias(self, event: Any) -> None:
        span = self.source.span(event.start_mark.index, event.end_mark.index)
        if event.anchor not in self.anchors:
            raise _RefusedError(span, f"uses the alias *{event.anchor} without an anchor above it")
        target = self.anchors[event.anchor]
        if target is None:
            raise _RefusedError(span, f"uses the alias *{event.anchor} inside of its own anchor")
        node, size = target
        self.add(node, None, size, span)

    def add(self, node: Node, anchor: str | None, size: int, alias: Span | None) -> None:
        if anchor is not None:
            self.anchors[anchor] = (node, size)
        self.total += size if alias is not None else 1
        if self.total > MAX_NODES:
            place = alias or node.span.first_line()
            raise _RefusedError(place, f"holds more than {MAX_NODES} values once its aliases are expanded")
        if not self.stack:
            self.documents.append(node)
            return
        parent = self.stack[-1]
        parent.size += size
        parent.end = alias.end if alias is not None else node.end
        if not parent.is_mapping:
            parent.items.append(node)
        elif parent.key is None:
            parent.key = node
        else:
            key, parent.key = parent.key, None
            parent.items.append(Entry(self.key(key), node))

    def key(self, node: Node) -> Scalar:
        if isinstance(node, Scalar):
            if node.text == "<<" and not node.style:
                return node
            if isinstance(node.value, str) and not isinstance(node.value, Timestamp):
                return node
            shown = node.text or "null"
            raise _RefusedError(node.span, f"has the key {shown}, which is no string", f'quote it: "{shown}"')
        raise _RefusedError(node.span.first_line(), "has a key that is a collection, not a string")

    def entries(self, items: list[Entry]) -> tuple[Entry, ...]:
        """Return the entries with merge keys resolved; a duplicate key is refused, as by docker compose."""
        seen: dict[str, Entry] = {}
        merge: Entry | None = None
        for item in items:
            name = item.key.text
            if name in seen or (merge is not None and item.key is not merge.key and name == "<<"):
                words = f"has the key {name!r} twice in one mapping"
                raise _RefusedError(item.key.span, words, "keep one of the two")
            if name == "<<" and not item.key.style:
                merge = item
            else:
                seen[name] = item
        if merge is None:
            return tuple(items)
        sources = merge.value.items if isinstance(merge.value, Sequence) else (merge.value,)
        for brought in sources:
            if not isinstance(brought, Mapping):
                raise _RefusedError(merge.key.span, "merges something with << that is no mapping")
            for entry in brought.entries:
                if entry.key.text not in seen:
                    seen[entry.key.text] = Entry(entry.key, entry.value, merged=True)
                    self.total += 1
        return tuple(seen.values())


def _short(tag: str) -> str:
    return f"!!{tag[18:]}" if tag.startswith("tag:yaml.org,2002:") else tag
