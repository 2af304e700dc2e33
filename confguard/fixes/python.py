"""Edits of Python settings: statements added, literals replaced."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from functools import lru_cache

from confguard.finding import Edit
from confguard.fixes.lines import delete_lines, ends_line, insert_after, insert_before
from confguard.parsers.python import PythonModule, node_span, parse
from confguard.source import SourceFile, Span


@lru_cache(maxsize=32)
def _module(source: SourceFile) -> PythonModule:
    return parse(source)


def statement_at(place: Span) -> ast.stmt | None:
    """Return the statement at top level that a place lies in."""
    for node in _module(place.file).tree.body:
        span = node_span(place.file, node)
        if span.start <= place.start < max(span.end, span.start + 1):
            return node
    return None


def assignment_at(place: Span) -> ast.Assign | ast.AnnAssign | None:
    """Return the assignment to one name that a place lies in, wherever it stands."""
    found: ast.Assign | ast.AnnAssign | None = None
    for node in ast.walk(_module(place.file).tree):
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            span = node_span(place.file, node)
            if span.start <= place.start < span.end:
                found = node
    return found


def constants_in(place: Span) -> list[ast.Constant]:
    """Return the literals inside of a place, in order."""
    found = [node for node in ast.walk(_module(place.file).tree) if isinstance(node, ast.Constant)]
    spans = ((node_span(place.file, node), node) for node in found)
    inside = [(span, node) for span, node in spans if place.start <= span.start and span.end <= place.end]
    return [node for _, node in sorted(inside, key=lambda pair: pair[0].start)]


def span_of(source: SourceFile, node: ast.AST) -> Span:
    """Return the place of a node."""
    return node_span(source, node)


def add_behind(place: Span, lines: Sequence[str]) -> Edit | None:
    """Add statements at top level behind the one that a place lies in; None where it cannot be done."""
    statement = statement_at(place)
    if statement is None:
        return None
    span = node_span(place.file, statement)
    if not ends_line(place.file, span.end):
        return None
    return insert_after(place.file, max(span.end - 1, span.start), lines)


def move_line(item: Span, before: Span) -> list[Edit | None]:
    """Move an item of a list in front of another one, where both stand alone on their lines."""
    if item.file is not before.file or not (_is_item(item) and _is_item(before)):
        return [None]
    return [delete_lines(item), insert_before(item.file, before.start, [item.file.line_text(item.line)])]


def remove_line(item: Span) -> list[Edit | None]:
    """Remove an item of a list that stands alone on its line."""
    return [delete_lines(item) if _is_item(item) else None]


def _is_item(place: Span) -> bool:
    """Say whether a line holds one text with its comma, and a comment at most."""
    line = place.file.line_text(place.line)
    return re.fullmatch(r"\s*(\"[^\"]*\"|'[^']*'),\s*(#.*)?", line) is not None
