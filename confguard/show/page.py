"""What all pages share: colours, places, sizes and times as people write them, aligned rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from confguard.model.value import Known, Value
from confguard.reporters.text import clean, width
from confguard.source import Span

_LONG = 64
"""Texts of more cells than this are not padded to."""

BOLD, DIM, RED, GREEN, YELLOW, CYAN = "1", "2", "31", "32", "33", "36"


@dataclass(frozen=True, slots=True)
class Style:
    """How a page looks: ``color`` allows ANSI colours."""

    color: bool = False

    def paint(self, text: str, code: str) -> str:
        """Return a text in a colour, or as it is."""
        return f"\x1b[{code}m{text}\x1b[0m" if self.color and text else text


@dataclass(frozen=True, slots=True)
class Row:
    """A label, what it says, and where it is written."""

    label: str
    text: str
    place: str = ""
    code: str = ""
    """The colour of the text."""


def place_of(span: Span | None) -> str:
    """Return ``path:line``, ``""`` for what no file of the repository shows."""
    return clean(f"{span.path}:{span.line}") if span is not None else ""


def shown(value: Value[str]) -> str:
    """Return a value as it is shown: secrets masked, ``?`` with the reason for what is unknown."""
    return clean(value.value) if isinstance(value, Known) else f"? ({clean(value.reason)})"


def rows_text(rows: Sequence[Row], style: Style, indent: int = 0, labels: int = 0) -> list[str]:
    """Return rows as lines: labels and places in columns, places dimmed behind the text.

    A long text does not move the places of the others: its own follows right behind it.
    """
    size = max([labels, *(width(row.label) for row in rows)])
    column = max((width(row.text) for row in rows if row.place and width(row.text) <= _LONG), default=0)
    lines = []
    for row in rows:
        label = row.label + " " * (size - width(row.label))
        text = style.paint(row.text, row.code) if row.code else row.text
        gap = " " * max(0, column - width(row.text))
        place = style.paint(f"{gap}  {row.place}", DIM) if row.place else ""
        lines.append(f"{' ' * indent}{style.paint(label, DIM)}  {text}{place}".rstrip())
    return lines


def size_text(size: int) -> str:
    """Return a number of bytes as people write it: ``10 MiB``, ``512 bytes``."""
    for factor, unit in ((1024**3, "GiB"), (1024**2, "MiB"), (1024, "KiB")):
        if size >= factor and size % factor == 0:
            return f"{size // factor} {unit}"
    return f"{size} bytes"


def seconds_text(seconds: float) -> str:
    """Return a time as people write it: ``60 s``, ``5 min``, ``1 h``."""
    for factor, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= 2 * factor and seconds % factor == 0:
            return f"{seconds / factor:g} {unit}"
    return f"{seconds:g} s"


def clipped(text: str, size: int = 100) -> str:
    """Return a text cut to a number of characters, with a mark where it was cut."""
    return text if len(text) <= size else f"{text[: size - 1]}…"


def joined_lines(lines: Iterable[str]) -> str:
    """Return lines as one text that ends with a line end."""
    return "\n".join(lines) + "\n"
