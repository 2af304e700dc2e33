"""Edits of Python settings: statements added, literals replaced."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from functools import lru_cache

from confguard.finding import Edit
from confguard.fixes.lines import ends_line, insert_after
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


def call_at(place: Span) -> ast.Call | None:
    """Return the call that stands exactly at a place."""
    for node in ast.walk(_module(place.file).tree):
        if isinstance(node, ast.Call):
            span = node_span(place.file, node)
            if (span.start, span.end) == (place.start, place.end):
                return node
    return None


def literal_at(place: Span) -> ast.Constant | None:
    """Return the literal text or number that a place lies in, if it stands there as one piece."""
    for node in ast.walk(_module(place.file).tree):
        if isinstance(node, ast.Constant):
            span = node_span(place.file, node)
            if span.start <= place.start < span.end:
                return node
    return None


def literals_in(place: Span, value: str) -> list[Span]:
    """Return the places of literal texts with a value inside of a place, in order."""
    found = []
    for node in ast.walk(_module(place.file).tree):
        if isinstance(node, ast.Constant) and node.value == value and isinstance(node.value, str):
            span = node_span(place.file, node)
            if place.start <= span.start and span.end <= place.end:
                found.append(span)
    return sorted(found, key=lambda span: span.start)


def replace_text(literal: Span, text: str) -> Edit | None:
    """Write another text for a literal, in its quotation marks; None for one with a prefix or escapes."""
    written = literal.text
    quote = written[:1]
    simple = len(written) > 1 and quote in "'\"" and written.endswith(quote)
    if not simple or "\\" in written or written.startswith(quote * 3) or quote in text or "\\" in text:
        return None
    return Edit(literal, f"{quote}{text}{quote}")


def replace(place: Span, text: str) -> Edit:
    """Write other code for a node."""
    return Edit(place, text)


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
