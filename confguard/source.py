"""Files as text with places: the only module that knows offsets, lines, columns and encodings."""

from __future__ import annotations

import bisect
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

T = TypeVar("T")

MAX_BYTES = 10 * 1024 * 1024
"""Larger files are not read (bytes): no configuration is this large, and a check must stay quick."""


@dataclass(frozen=True, eq=False)
class SourceFile:
    """The text of one file, with the path that people know it by.

    ``path`` is relative to the project's root, with ``/`` between its parts. ``text`` is the decoded
    content without a byte order mark and with its line endings as they are, so that an offset in it is
    the same place in the file. Two source files are the same only if they are the same object.
    """

    path: str
    text: str = field(repr=False)
    private: bool = False
    """It was given by hand, from outside of what git tracks: its values must not be shown."""

    @cached_property
    def newline(self) -> str:
        r"""The line ending of the file: that of its first line, ``\n`` where it has none."""
        first = self.text.find("\n")
        return "\r\n" if first > 0 and self.text[first - 1] == "\r" else "\n"

    @cached_property
    def _line_starts(self) -> list[int]:
        starts, position = [0], self.text.find("\n")
        while position != -1:
            starts.append(position + 1)
            position = self.text.find("\n", position + 1)
        return starts

    @cached_property
    def _computed(self) -> dict[object, Any]:
        return {}

    def once(self, key: object, compute: Callable[[], T]) -> T:
        """Return what a function computes of the text, made once; ``key`` names what it is."""
        if key not in self._computed:
            self._computed[key] = compute()
        found: T = self._computed[key]
        return found

    @property
    def line_count(self) -> int:
        """How many lines the text has; a final newline does not begin another one."""
        starts = self._line_starts
        return len(starts) - (len(starts) > 1 and starts[-1] == len(self.text))

    def position(self, offset: int) -> tuple[int, int]:
        """Return the 1-based line and column (in characters) of an offset."""
        offset = min(max(offset, 0), len(self.text))
        line = bisect.bisect_right(self._line_starts, offset)
        return line, offset - self._line_starts[line - 1] + 1

    def offset(self, line: int, column: int = 1) -> int:
        """Return the offset of a 1-based line and column, kept inside of the text."""
        starts = self._line_starts
        if line < 1:
            return 0
        if line > len(starts):
            return len(self.text)
        end = starts[line] - 1 if line < len(starts) else len(self.text)
        return min(starts[line - 1] + max(column - 1, 0), max(end, starts[line - 1]))

    def line_text(self, line: int) -> str:
        """Return a 1-based line without its line ending, or ``""`` where there is no such line."""
        starts = self._line_starts
        if not 1 <= line <= len(starts):
            return ""
        end = starts[line] if line < len(starts) else len(self.text)
        return self.text[starts[line - 1] : end].rstrip("\r\n")

    def span(self, start: int, end: int | None = None) -> Span:
        """Return the span between two offsets; without an end it is empty."""
        return Span(self, start, start if end is None else end)

    def line_span(self, line: int) -> Span:
        """Return the span of a 1-based line without its indentation and line ending."""
        text = self.line_text(line)
        stripped = text.strip()
        start = self.offset(line) + (len(text) - len(text.lstrip()) if stripped else 0)
        return Span(self, start, start + len(stripped))


@dataclass(frozen=True, slots=True)
class Span:
    """A place in a file: offsets in characters, the end exclusive; slicing the text gives the node."""

    file: SourceFile
    start: int
    end: int

    def __hash__(self) -> int:
        return self.start  # few places of a run begin alike

    @property
    def path(self) -> str:
        """The file's path, relative to the project's root."""
        return self.file.path

    @property
    def text(self) -> str:
        """What stands there."""
        return self.file.text[self.start : self.end]

    @property
    def line(self) -> int:
        """1-based line of the start."""
        return self.file.position(self.start)[0]

    @property
    def column(self) -> int:
        """1-based column of the start, in characters."""
        return self.file.position(self.start)[1]

    @property
    def end_line(self) -> int:
        """1-based line of the end."""
        return self.file.position(self.end)[0]

    @property
    def end_column(self) -> int:
        """1-based column of the end, exclusive, in characters."""
        return self.file.position(self.end)[1]

    @property
    def sort_key(self) -> tuple[str, int, int]:
        """Order by path, then by place."""
        return self.path, self.start, self.end

    def sub(self, start: int, end: int) -> Span:
        """Return a part of this span, by offsets relative to its start, kept inside of it."""
        length = self.end - self.start
        low = min(max(start, 0), length)
        return Span(self.file, self.start + low, self.start + min(max(end, low), length))

    def first_line(self) -> Span:
        """Return the part of this span that stands on its first line."""
        text = self.text
        newline = text.find("\n")
        return self if newline == -1 else self.sub(0, len(text[:newline].rstrip("\r")))

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a file, or a part of it, could not be understood: shown as an error finding at ``span``.

    ``message`` completes "this file ...": lower case, without the path and without a full stop.
    ``help`` says how to mend it, where that is known.
    """

    span: Span
    message: str
    help: str = ""


def decode(path: str, data: bytes) -> tuple[SourceFile, Problem | None]:
    """Decode a file's bytes; what is wrong with them is returned beside the text.

    UTF-8 with or without a byte order mark, UTF-16 with one; anything else is read as Latin-1, so
    that the rest of the file can still be checked, and reported at the first byte that is not UTF-8.
    A NUL byte means a binary file: its text is left empty.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            source = SourceFile(path, data.decode("utf-16"))
        except UnicodeDecodeError:
            source = SourceFile(path, "")
            return source, Problem(source.span(0), "is not valid UTF-16 text")
        return source, None
    if b"\0" in data:
        source = SourceFile(path, "")
        return source, Problem(source.span(0), "holds a NUL byte, so it is not a text file")
    try:
        return SourceFile(path, data.decode("utf-8-sig")), None
    except UnicodeDecodeError as error:
        # "utf-8-sig" drops the mark before it counts, and so does the text that is kept here.
        data = data.removeprefix(b"\xef\xbb\xbf")
        source = SourceFile(path, data.decode("latin-1"))
        place = error.start
        byte = data[place]
        problem = f"is not UTF-8 text: byte 0x{byte:02x}; it was read as Latin-1"
        return source, Problem(source.span(place, place + 1), problem)
