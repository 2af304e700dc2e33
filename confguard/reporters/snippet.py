"""Source lines with underlined places and words beside them, as rows of plain pieces that can be coloured."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from confguard.finding import Label
from confguard.reporters.secret_values import Range
from confguard.reporters.secrets import MASK, line_secrets
from confguard.reporters.text import character_width, clean, visible_character
from confguard.source import SourceFile

TAB = "    "


class Style(Enum):
    """What a piece of a row is, for its colour."""

    PLAIN = "plain"
    PRIMARY = "primary"
    SECONDARY = "secondary"


@dataclass(frozen=True, slots=True)
class Piece:
    """A text at a column (0-based terminal cells) of a row."""

    column: int
    text: str
    style: Style = Style.PLAIN


Row = tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """A place on one line (1-based), in characters (0-based, the end exclusive), with words."""

    line: int
    start: int
    end: int
    text: str
    primary: bool

    @property
    def style(self) -> Style:
        """The colour of its underline and words."""
        return Style.PRIMARY if self.primary else Style.SECONDARY


def marks_of(label: Label, *, primary: bool) -> list[Mark]:
    """Return one mark for a label on one line, and one each for the first and last line of a longer one."""
    span, file = label.span, label.span.file
    text = clean(label.text)
    end = span.start + len(span.text.rstrip())
    end = end if end > span.start else span.end if "\n" not in span.text else span.start
    (line, column), (last, end_column) = file.position(span.start), file.position(end)
    if line == last:
        return [Mark(line, column - 1, max(end_column - 1, column - 1), text, primary)]
    ending = file.line_text(last)
    indent = len(ending) - len(ending.lstrip())
    return [
        Mark(line, column - 1, max(len(file.line_text(line).rstrip()), column - 1), text, primary),
        Mark(last, min(indent, end_column - 2), end_column - 1, "... to here", primary),
    ]


@dataclass(frozen=True, slots=True)
class _Line:
    """A line as it is shown: what stands for each character, and the column at which it begins."""

    shown: tuple[str, ...]
    columns: tuple[int, ...]
    hidden: tuple[Range, ...]

    def columns_of(self, mark: Mark) -> tuple[int, int]:
        """Return the columns of a mark, at least one cell wide; a part of a masked value is all of it."""
        start, end = mark.start, mark.end
        for low, high in self.hidden:
            start = low if low < start < high else start
            end = high if low < end < high else end
        last = len(self.columns) - 1
        first = self.columns[min(start, last)]
        return first, max(self.columns[min(end, last)], first + 1)


def _lay_out(file: SourceFile, number: int) -> _Line:
    text = file.line_text(number)
    hidden = line_secrets(file, number)
    masked = {start: MASK for start, _ in hidden}
    covered = {place for start, end in hidden for place in range(start, end)}
    shown, columns, column = [], [], 0
    for place, char in enumerate(text):
        if place in covered:
            seen = masked.get(place, "")
        elif char == "\t":
            seen = TAB
        elif char == "[" and text[max(place - 2, 0) : place] == "##":
            seen = "\\x5b"
        else:
            seen = visible_character(char)
        shown.append(seen)
        columns.append(column)
        column += sum(map(character_width, seen))
    return _Line(tuple(shown), (*columns, column), tuple(hidden))


def source_rows(file: SourceFile, number: int, marks: Iterable[Mark], width: int) -> list[Row]:
    """Return the row of a source line and those of its underlines and words, none wider than it must be.

    ``width`` is in terminal cells. A longer line is cut around its marks, with ``…`` where it was cut.
    """
    line = _lay_out(file, number)
    places = sorted(((*line.columns_of(mark), mark) for mark in marks), key=lambda place: place[:2])
    left = _left_edge(line.columns[-1], places, width)
    rows = [_cut(line, left, width)]
    if places:
        rows += _underlines([_moved(start, end, mark, left, width) for start, end, mark in places])
    return rows


Place = tuple[int, int, Mark]


def _left_edge(total: int, places: list[Place], width: int) -> int:
    """Return the first column to show, so that the primary mark and, if it can be, its words are seen."""
    if total <= width or not places:
        return 0
    start, end, mark = next((place for place in places if place[2].primary), places[0])
    if all(place[1] < width for place in places) and end + 1 + len(mark.text) <= width:
        return 0
    room = max(width - (end - start), 0)
    wanted = max(end + 1 + len(mark.text) - width, start - room // 2)
    return max(min(wanted, start - min(start, 4), total - width), 0)


def _cut(line: _Line, left: int, width: int) -> Row:
    total = line.columns[-1]
    if left == 0 and total <= width:
        return (Piece(0, "".join(line.shown).rstrip()),)
    low = left + 1 if left else 0
    high = left + width - 1 if total > left + width else left + width
    parts = ["…"] if left else []
    column = low
    for place, seen in enumerate(line.shown):
        begin, end = line.columns[place], line.columns[place + 1]
        if end > low and end <= high:
            # A wide character or an escape that the cut went through leaves blanks.
            parts.append(seen if begin >= low else " " * (end - low))
            column = end
    if total > left + width:
        parts.append(" " * (high - column) + "…")
    return (Piece(0, "".join(parts).rstrip()),)


def _moved(start: int, end: int, mark: Mark, left: int, width: int) -> Place:
    first = min(max(start - left, 0), width - 1)
    return first, max(min(end - left, width), first + 1), mark


def _underlines(places: list[Place]) -> list[Row]:
    """Return the underline row, with the words of the last place, then rows for the words of the others."""
    end = max(place[1] for place in places)
    styles = [Style.PLAIN] * end
    for primary in (False, True):
        for start, stop, mark in places:
            if mark.primary is primary:
                styles[start:stop] = [mark.style] * (stop - start)
    row = _runs(styles)
    waiting = [place for place in places if place[2].text]
    if waiting and waiting[-1][1] == end and all(place[1] <= waiting[-1][0] for place in waiting[:-1]):
        mark = waiting.pop()[2]
        row = (*row, Piece(end + 1, mark.text, mark.style))
    rows = [row]
    if waiting:
        rows.append(_connectors(waiting))
    while waiting:
        start, _, mark = waiting.pop()
        rows.append((*_connectors(waiting, before=start), Piece(start, mark.text, mark.style)))
    return rows


def _runs(styles: list[Style]) -> Row:
    pieces: list[Piece] = []
    for column, style in enumerate(styles):
        sign = "^" if style is Style.PRIMARY else "-"
        if style is Style.PLAIN:
            continue
        if pieces and pieces[-1].style is style and pieces[-1].column + len(pieces[-1].text) == column:
            pieces[-1] = Piece(pieces[-1].column, pieces[-1].text + sign, style)
        else:
            pieces.append(Piece(column, sign, style))
    return tuple(pieces)


def _connectors(places: list[Place], before: int | None = None) -> Row:
    columns = {start: mark.style for start, _, mark in places if before is None or start < before}
    return tuple(Piece(column, "|", style) for column, style in sorted(columns.items(), key=lambda c: c[0]))
