"""Edits of env files: lines added near their like, keys and values replaced."""

from __future__ import annotations

from collections.abc import Sequence

from confguard.finding import Edit
from confguard.fixes.lines import append_lines, insert_after
from confguard.parsers.env import parse
from confguard.source import SourceFile, Span


def add_key(file: SourceFile, key: str, value: str = "") -> Edit:
    """Add ``KEY=value`` behind the line whose name begins most like it, or at the end of the file."""
    line = f"{key}={value}"
    entries = parse(file).active
    near = max(entries, key=lambda entry: (_alike(entry.key, key), entry.line.start), default=None)
    if near is None or not _alike(near.key, key):
        near = entries[-1] if entries else None
    if near is None:
        return append_lines(file, [line])
    return insert_after(file, max(near.line.end - 1, near.line.start), [line])


def add_keys(file: SourceFile, keys: Sequence[str]) -> list[Edit]:
    """Add keys without values, each near its like; those that come to one place are one edit."""
    edits: dict[Span, Edit] = {}
    for key in keys:
        edit = add_key(file, key)
        known = edits.get(edit.span)
        edits[edit.span] = edit if known is None else Edit(edit.span, known.text + edit.text)
    return list(edits.values())


def single_quoted(value: Span) -> Edit | None:
    """Write a value in single quotes, in which nothing is expanded; None where it would be another one."""
    text = value.text
    if text[:1] == '"' and text[-1:] == '"' and len(text) > 1:
        text = text[1:-1]
    if "'" in text or "\\" in text or '"' in text or "\n" in text or "$$" in text or not text:
        return None
    return Edit(value, f"'{text}'")


def _alike(one: str, other: str) -> int:
    """Return with how many equal words two names begin."""
    count = 0
    for left, right in zip(one.split("_"), other.split("_"), strict=False):
        if left != right:
            break
        count += 1
    return count
