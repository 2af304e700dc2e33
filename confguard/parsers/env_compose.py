"""Env files as compose-go 2.9 reads them (``dotenv/parser.go``, ``godotenv.go``), with places.

The values are not expanded here: which variables are set is not known to a parser. ``value`` is the
template that compose-go would hand to its interpolation, ``expand`` says whether it does.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from confguard.source import Problem, SourceFile, Span

_SPACES = "\t\v\f\r \x85\xa0"
_ESCAPE = re.compile(r"\\(?:[abcfnrtv$\"\\]|0\d{0,3})", re.ASCII)
_LETTERS = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", '"': '"', "\\": "\\"}
_EXPORT = re.compile(r"export\s+")
_UNESCAPED = re.compile(r"\$\$")


@dataclass(frozen=True, slots=True)
class ComposeEntry:
    """One assignment as docker compose reads it.

    ``value`` is None for a key without ``=``, which passes the variable of the calling shell through.
    ``expand`` is False for single quotes: then ``$`` stands for itself.
    """

    key: str
    value: str | None
    expand: bool
    key_span: Span
    value_span: Span

    @property
    def literal(self) -> str | None:
        """The value where nothing in it is a variable, with ``$$`` as ``$``."""
        if self.value is None or not self.expand:
            return self.value
        return _UNESCAPED.sub("$", self.value)


class _RefusedError(Exception):
    def __init__(self, span: Span, message: str) -> None:
        super().__init__(message)
        self.span, self.message = span, message


def parse_compose(source: SourceFile) -> tuple[tuple[ComposeEntry, ...], Problem | None]:
    """Return docker compose's entries in order, and why it refuses the file, or None."""
    entries: list[ComposeEntry] = []
    position = 0
    try:
        while True:
            start = _statement_start(source.text, position)
            if start == -1:
                return tuple(entries), None
            entry, position = _statement(source, start)
            entries.append(entry)
    except _RefusedError as error:
        return tuple(entries), Problem(error.span, error.message)


def _statement_start(text: str, position: int) -> int:
    """Return the offset of the next statement, -1 at the end of the file."""
    length = len(text)
    while True:
        while position < length and text[position].isspace():
            position += 1
        if position >= length:
            return -1
        if text[position] != "#":
            return position
        position = text.find("\n", position)
        if position == -1:
            return -1


def _statement(source: SourceFile, start: int) -> tuple[ComposeEntry, int]:
    text = source.text
    exported = _EXPORT.match(text, start)
    if exported:
        start += len("export")
        while start < len(text) and text[start] in _SPACES:
            start += 1
    key_end, separator = _key_end(source, start)
    key = text[start:key_end].rstrip()
    key_span = source.span(start, start + len(key))
    if " " in key:
        raise _RefusedError(key_span, "has a key with a space in it, which docker compose refuses")
    position = key_end + len(separator)
    while position < len(text) and text[position] in _SPACES:
        position += 1
    if separator == "\n":
        return ComposeEntry(key, None, False, key_span, source.span(key_span.end)), position
    value, expand, value_span, position = _value(source, position)
    return ComposeEntry(key, value, expand, key_span, value_span), position


def _key_end(source: SourceFile, start: int) -> tuple[int, str]:
    """Return where a key ends and the character that ends it (``=``, ``:``, newline)."""
    text = source.text
    for offset in range(start, len(text)):
        character = text[offset]
        if character in _SPACES or character in "_.-[]":
            continue
        if character in "=:\n":
            return offset, character
        if not (character.isalpha() or character.isnumeric()):
            line_end = text.find("\n", start)
            span = source.span(start, len(text) if line_end == -1 else line_end)
            raise _RefusedError(span, f"has {character!r} in a variable's name, which docker compose refuses")
    # compose-go's loop ends without a key here: the rest is read as the value of the key "".
    return _no_separator(source, start)


def _no_separator(source: SourceFile, start: int) -> tuple[int, str]:
    return start, ""


def _value(source: SourceFile, start: int) -> tuple[str, bool, Span, int]:
    """Return the value, whether it is expanded, its place and where the next statement may start."""
    text = source.text
    quote = text[start : start + 1]
    if quote in ("'", '"') and quote:
        return _quoted(source, start, quote)
    newline = text.find("\n", start)
    end = len(text) if newline == -1 else newline
    value = text[start:end].partition(" #")[0].rstrip()
    return value, True, source.span(start, start + len(value)), min(end + 1, len(text))


def _quoted(source: SourceFile, start: int, quote: str) -> tuple[str, bool, Span, int]:
    text = source.text
    parts: list[str] = []
    position = start + 1
    special = re.compile(rf"[\\{quote}]")
    while True:
        match = special.search(text, position)
        if match is None:
            line_end = text.find("\n", start)
            span = source.span(start, len(text) if line_end == -1 else line_end)
            raise _RefusedError(span, "has a quoted value that does not end, which docker compose refuses")
        parts.append(text[position : match.start()])
        if match.group() == quote:
            value = "".join(parts)
            end = match.end()
            expand = quote == '"'
            return (_unescape(value) if expand else value), expand, source.span(start, end), end
        following = text[match.end() : match.end() + 1]
        parts.append(following if following == quote else f"\\{following}")
        position = match.end() + len(following)


def _unescape(value: str) -> str:
    """Expand escapes as Go's ``strconv.UnquoteChar`` does; an escaped dollar sign is doubled."""

    def replaced(match: re.Match[str]) -> str:
        text = match.group()
        if text == r"\$":
            return "$$"
        if text.startswith(r"\0"):
            digits = text[2:]
            # Go wants three octal digits.
            return chr(int(digits, 8)) if re.fullmatch("[0-3][0-7]{2}", digits) else text
        return _LETTERS.get(text[1], text)

    return _ESCAPE.sub(replaced, value)


def parse_raw(source: SourceFile) -> tuple[tuple[ComposeEntry, ...], Problem | None]:
    """Read as docker run's ``--env-file``: comments only at the start of a line, values to its end."""
    entries: list[ComposeEntry] = []
    position = 0
    for line in source.text.splitlines(keepends=True):
        text = line.rstrip("\r\n")
        body = text.lstrip()
        start = position + len(text) - len(body)
        position += len(line)
        if not body or body.startswith("#"):
            continue
        key, separator, value = body.partition("=")
        key_span = source.span(start, start + len(key))
        if not key or any(character in _SPACES for character in key):
            message = "has a variable whose name holds white space, which docker compose refuses"
            return tuple(entries), Problem(key_span, message)
        value_span = source.span(key_span.end + len(separator), start + len(body))
        entries.append(ComposeEntry(key, value if separator else None, False, key_span, value_span))
    return tuple(entries), None
