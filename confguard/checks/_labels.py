"""Labels as findings show them. Shared by checks; no rule of its own."""

from __future__ import annotations

from collections.abc import Iterable

from confguard.finding import Label
from confguard.source import Span


def distinct(labels: Iterable[Label], primary: Span, limit: int = 6) -> tuple[Label, ...]:
    """Return labels, each line once and without the primary one's."""
    seen = {(primary.path, primary.line)}
    found = []
    for label in labels:
        line = (label.span.path, label.span.line)
        if line not in seen:
            seen.add(line)
            found.append(Label(label.span.first_line(), label.text))
    return tuple(found[:limit])
