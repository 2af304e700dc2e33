"""Text put together from pieces of a file, which still knows where each character stands in it."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field

from confguard.source import SourceFile, Span


@dataclass(slots=True)
class JoinedText:
    """One logical line of a file: continued lines joined, indentation or prefixes left out."""

    source: SourceFile
    text: str = ""
    starts: list[int] = field(default_factory=list)
    places: list[int] = field(default_factory=list)

    def add(self, piece: str, place: int) -> None:
        """Append a piece that stands at an offset of the file."""
        self.starts.append(len(self.text))
        self.places.append(place)
        self.text += piece

    def place(self, offset: int) -> int:
        """Return where a character of the text stands in the file."""
        piece = max(bisect_right(self.starts, offset) - 1, 0)
        return min(self.places[piece] + offset - self.starts[piece], len(self.source.text))

    def span(self, start: int, end: int) -> Span:
        """Return the span in the file of a part of the text; it covers what was left out in between."""
        first = self.place(start)
        return self.source.span(first, max(self.place(end - 1) + 1, first) if end > start else first)
