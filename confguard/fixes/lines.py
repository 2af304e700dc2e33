"""Edits of whole lines, for every kind of file: inserted with the indentation of their neighbours."""

from __future__ import annotations

import re
from collections.abc import Sequence

from confguard.finding import Edit
from confguard.source import SourceFile, Span


def line_start(file: SourceFile, offset: int) -> int:
    """Return the offset at which the line of an offset begins."""
    return file.text.rfind("\n", 0, offset) + 1


def line_end(file: SourceFile, offset: int) -> int:
    """Return the offset behind the line of an offset, its line ending included."""
    found = file.text.find("\n", offset)
    return len(file.text) if found == -1 else found + 1


def indent_at(file: SourceFile, offset: int) -> str:
    """Return the blanks that the line of an offset begins with."""
    match = re.compile(r"[ \t]*").match(file.text, line_start(file, offset))
    return match[0] if match else ""


def starts_line(file: SourceFile, offset: int) -> bool:
    """Say whether nothing but blanks stands before an offset in its line."""
    return not file.text[line_start(file, offset) : offset].strip()


def ends_line(file: SourceFile, offset: int, comment: str = "#") -> bool:
    """Say whether nothing but blanks and a comment stands behind an offset in its line."""
    rest = file.text[offset : line_end(file, offset)].strip()
    return not rest or rest.startswith(comment)


def insert_after(file: SourceFile, offset: int, lines: Sequence[str]) -> Edit:
    """Insert lines behind the line of an offset; at the end of a file its last line stays without an end."""
    place = line_end(file, offset)
    if place and file.text[place - 1 : place] != "\n":
        return Edit(file.span(place), "".join(f"\n{line}" for line in lines))
    return Edit(file.span(place), "".join(f"{line}\n" for line in lines))


def insert_before(file: SourceFile, offset: int, lines: Sequence[str]) -> Edit:
    """Insert lines in front of the line of an offset."""
    return Edit(file.span(line_start(file, offset)), "".join(f"{line}\n" for line in lines))


def delete_lines(span: Span) -> Edit:
    """Delete the lines that a span stands on; of the last line, the line ending before it goes, too."""
    file = span.file
    start, end = line_start(file, span.start), line_end(file, max(span.end - 1, span.start))
    if end == len(file.text) and start and not file.text.endswith("\n"):
        start -= 2 if file.text[start - 2 : start] == "\r\n" else 1
    return Edit(file.span(start, end), "")


def delete_comment(span: Span) -> Edit:
    """Delete a comment that ends its line, with the line if nothing else stands on it."""
    file = span.file
    if starts_line(file, span.start):
        return delete_lines(span)
    before = file.text[: span.start]
    return Edit(file.span(len(before.rstrip(" \t")), span.end), "")


def append_lines(file: SourceFile, lines: Sequence[str]) -> Edit:
    """Add lines at the end of a file."""
    if not file.text:
        return Edit(file.span(0), "".join(f"{line}\n" for line in lines))
    return insert_after(file, len(file.text) - file.text.endswith("\n"), lines)
