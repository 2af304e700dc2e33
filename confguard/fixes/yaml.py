"""Edits of YAML files: keys and items inserted, removed and replaced in the style that is there."""

from __future__ import annotations

import re
from collections.abc import Mapping as Pairs
from collections.abc import Sequence as Lines
from dataclasses import dataclass
from functools import lru_cache

from confguard.finding import Edit
from confguard.fixes.lines import delete_lines, indent_at, insert_after, line_start, starts_line
from confguard.parsers.yaml_tree import Entry, Mapping, Node, Scalar, Sequence, parse_stream
from confguard.source import SourceFile, Span

_ANCHOR = re.compile(r"(?:^|\s)&[^\s,\[\]{}]+")
_PLAIN = re.compile(r"[A-Za-z0-9_./$+=@%^-](?:[^\s#:,\[\]{}'\"\\]|:(?!\s|$))*\Z")
_STEP = 2


@dataclass(frozen=True, slots=True)
class Spot:
    """A key and its value in a file, with the keys and items around it, outermost first."""

    entry: Entry
    mapping: Mapping
    around: tuple[Spot, ...]
    shared: bool
    """An anchor stands here or around it: what is written here may count elsewhere, too."""

    @property
    def value(self) -> Node:
        """The value that is written there; that of an alias stands elsewhere."""
        return self.entry.value

    @property
    def is_alias(self) -> bool:
        """Whether the value is an alias of something that stands elsewhere."""
        return not self.entry.key.end <= self.value.start <= self.mapping.end

    @property
    def end(self) -> int:
        """The offset behind the value."""
        if not self.is_alias:
            return max(self.value.end, self.entry.key.end)
        text = self.entry.key.source.text
        found = re.compile(r":\s*\*[^\s,\[\]{}]+").match(text, self.entry.key.end)
        return found.end() if found else self.entry.key.end


@lru_cache(maxsize=64)
def documents(source: SourceFile) -> tuple[Node, ...]:
    """Return the documents of a file; none if it is broken."""
    stream = parse_stream(source)
    return () if stream.problems else stream.documents


def spot(file: SourceFile, *keys: str) -> Spot | None:
    """Return the place of keys, one in the other, in the first document that has them."""
    for document in documents(file):
        node, shared = document, False
        around: tuple[Spot, ...] = ()
        found: Spot | None = None
        for key in keys:
            entry = node.entry(key) if isinstance(node, Mapping) else None
            if entry is None or entry.merged or not isinstance(node, Mapping):
                found = None
                break
            shared = shared or _anchored(entry)
            found = Spot(entry, node, around, shared)
            around, node = (*around, found), entry.value
            if found.is_alias:
                node = Scalar(None, "", "", file, 0, 0)
        if found is not None:
            return found
    return None


def spot_at(span: Span) -> Spot | None:
    """Return the innermost key whose key or value a place lies in, as it is written there."""
    for document in documents(span.file):
        found = _descend(document, span.start, (), shared=False)
        if found is not None:
            return found
    return None


def _descend(node: Node, offset: int, around: tuple[Spot, ...], *, shared: bool) -> Spot | None:
    if isinstance(node, Sequence):
        for item in node.items:
            if item.start <= offset <= item.end and node.start <= item.start and item.end <= node.end:
                return _descend(item, offset, around, shared=shared)
        return None
    if not isinstance(node, Mapping):
        return None
    for entry in node.entries:
        if entry.merged:
            continue
        inner = Spot(entry, node, around, shared or _anchored(entry))
        if entry.key.start <= offset <= inner.end:
            if offset <= entry.key.end or inner.is_alias:
                return inner
            return _descend(entry.value, offset, (*around, inner), shared=inner.shared) or inner
    return None


def _anchored(entry: Entry) -> bool:
    if entry.value.start < entry.key.end:
        return False
    return bool(_ANCHOR.search(entry.key.source.text[entry.key.end : entry.value.start]))


def scalar(text: str) -> str:
    """Return a text as a YAML scalar: plain where that is surely read as this text, else in double quotes."""
    if _PLAIN.match(text) and not text.isdigit() and text.lower() not in _WORDS:
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


_WORDS = frozenset({"true", "false", "yes", "no", "on", "off", "null", "~", "y", "n"})


def replace_value(node: Node, text: str) -> Edit | None:
    """Write another text for a scalar on one line, in its quotes if it has some."""
    if not isinstance(node, Scalar) or node.style in ("|", ">"):
        return None
    if node.style == "'":
        return Edit(node.span, "'" + text.replace("'", "''") + "'")
    if node.style == '"':
        return Edit(node.span, '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"')
    if node.start == node.end:  # nothing is written: a blank has to stand behind the colon
        return Edit(node.span, f" {scalar(text)}")
    return Edit(node.span, scalar(text))


def add_key(owner: Spot, key: str, value: str | Lines[str]) -> Edit | None:
    """Add a key to the mapping that is a key's value.

    ``value`` is a text of one line in YAML, or the lines of a block below the key, indented from column 0.
    None where the value is something else, is an alias, or has the key already.
    """
    if not isinstance(value, str) and isinstance(owner.value, Mapping) and owner.value.flow:
        return None
    return add_keys(owner, {key: value})


def add_keys(owner: Spot, keys: Pairs[str, str | Lines[str]]) -> Edit | None:
    """Add several keys to the mapping that is a key's value, as ``add_key`` does."""
    node = owner.value
    if owner.is_alias:
        return None
    if isinstance(node, Scalar) and node.value is None and node.start == node.end:
        indent = _column(owner.entry.key) + _STEP
        return insert_after(node.source, owner.entry.key.end, _blocks(indent, keys))
    if not isinstance(node, Mapping):
        return None
    if any((found := node.entry(key)) is not None and not found.merged for key in keys):
        return None
    if node.flow:
        return _into_flow(node, ", ".join(f"{key}: {value}" for key, value in keys.items()))
    return insert_after(node.source, node.end - 1, _blocks(_column(node), keys))


def tag(place: Spot, name: str) -> Edit:
    """Put a tag (``!reset``) in front of a key's value; where nothing is written, ``null`` behind it."""
    text, colon = place.entry.key.source.text, place.entry.key.end
    colon = text.index(":", colon) + 1
    empty = isinstance(place.value, Scalar) and place.value.start == place.value.end
    return Edit(place.entry.key.source.span(colon), f" {name} null" if empty else f" {name}")


def node_at(span: Span) -> tuple[Spot, Node] | None:
    """Return the scalar, or the item of a sequence, that begins at a place, with the key around it."""
    owner = spot_at(span)
    if owner is None:
        return None
    nodes = owner.value.items if isinstance(owner.value, Sequence) else (owner.value,)
    for node in nodes:
        if node.start == span.start and node.source is span.file:
            return owner, node
    # A long form is a mapping: the place may lie in its first key.
    for outer in reversed((*owner.around, owner)):
        if isinstance(outer.value, Sequence) and not outer.is_alias:
            for item in outer.value.items:
                if item.start <= span.start < item.end:
                    return outer, item
    return None


def add_item(node: Node, text: str) -> Edit | None:
    """Add an item to a sequence, in its style; None for anything else."""
    if not isinstance(node, Sequence):
        return None
    if node.flow:
        return _into_flow(node, text)
    if not starts_line(node.source, node.start):
        return None
    return insert_after(node.source, node.end - 1, [f"{indent_at(node.source, node.start)}- {text}"])


def remove_key(place: Spot) -> Edit | None:
    """Remove a key with its value; where it is the only one, the key around it goes, too."""
    own = [entry for entry in place.mapping.entries if not entry.merged]
    if len(own) == 1 and len(place.mapping.entries) == 1 and "<<" not in place.mapping.span.text:
        outer = place.around[-1] if place.around else None
        if outer is None or outer.value is not place.mapping:
            return None
        return remove_key(outer)
    if place.mapping.flow:
        return _out_of_flow(place.mapping, place.entry.key.start, place.end)
    file = place.entry.key.source
    if not starts_line(file, place.entry.key.start):
        return None  # behind the dash of an item
    return delete_lines(file.span(place.entry.key.start, place.end))


def remove_keys(places: Lines[Spot]) -> list[Edit | None]:
    """Remove several keys of one mapping; if no other is left, the key around them goes instead."""
    if len(places) == len(places[0].mapping.entries) and places[0].around:
        return [remove_key(places[0].around[-1])]
    return [remove_key(place) for place in places]


def _column(node: Node) -> int:
    return node.start - line_start(node.source, node.start)


def _blocks(indent: int, keys: Pairs[str, str | Lines[str]]) -> list[str]:
    return [line for key, value in keys.items() for line in _block(indent, key, value)]


def _block(indent: int, key: str, value: str | Lines[str]) -> list[str]:
    blank = " " * indent
    if isinstance(value, str):
        return [f"{blank}{key}: {value}".rstrip()]
    return [f"{blank}{key}:", *(f"{blank}{' ' * _STEP}{line}" for line in value)]


def _into_flow(node: Mapping | Sequence, text: str) -> Edit:
    file, closing = node.source, node.end - 1
    inside = file.text[node.start + 1 : closing]
    kept = inside.rstrip()
    place = node.start + 1 + len(kept)
    if not kept.strip():
        return Edit(file.span(node.start + 1, closing), text)
    return Edit(file.span(place), f" {text}" if kept.endswith(",") else f", {text}")


def _out_of_flow(node: Mapping | Sequence, start: int, end: int) -> Edit:
    """Remove a part of a flow collection with the comma behind it, or else the one before it."""
    text = node.source.text
    behind = re.compile(r"\s*,[ \t]*").match(text, end)
    if behind:
        return Edit(node.source.span(start, behind.end()), "")
    before = re.search(r"\s*,\s*\Z", text[node.start : start])
    first = node.start + before.start() if before else start
    return Edit(node.source.span(first, end), "")
