"""Env files, as their two readers read them: python-dotenv and docker compose.

``entries`` is python-dotenv's reading (``dotenv.parser.parse_stream``, version 1.x) with places, and the
commented-out ``# KEY=value`` lines that templates use as documentation. ``compose`` is the reading of
compose-go 2.9 (``dotenv/parser.go``), which serves ``env_file``, ``.env`` and ``--env-file``.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

from confguard.parsers.env_compose import ComposeEntry, parse_compose
from confguard.source import Problem, SourceFile, Span

__all__ = ["ComposeEntry", "EnvEntry", "EnvFile", "parse"]

_COMMENTED = re.compile(r"[ \t]*#[ \t]*((?:export[ \t]+)?[A-Za-z_][A-Za-z0-9_.]*=[^\n]*)")
_ASSIGNMENT = re.compile(r"\s*(?:export[^\S\r\n]+)?('[^']+'|[^=\#\s]+)[^\S\r\n]*(=[^\S\r\n]*)?")


@dataclass(frozen=True, slots=True)
class EnvEntry:
    """One assignment as python-dotenv reads it.

    ``value`` is unquoted and unescaped but not expanded: ``${OTHER}`` stands as written. It is None for a
    key without ``=``. ``value_span`` covers the value with its quotes; it is empty where there is none.
    ``line`` covers the whole statement without indentation. ``commented`` marks documentation.
    """

    key: str
    value: str | None
    key_span: Span
    value_span: Span
    line: Span
    commented: bool = False

    @property
    def quote(self) -> str:
        """The quote around the value, or ``""``."""
        first = self.value_span.text[:1]
        return first if first in ("'", '"') else ""


@dataclass(frozen=True, slots=True)
class EnvFile:
    """An env file: python-dotenv's entries in order, docker compose's, and what is wrong with it.

    ``problems`` are lines that python-dotenv skips. ``compose_problem`` is why docker compose refuses the
    whole file, or None; then ``compose`` holds what stands before that line.
    """

    source: SourceFile
    entries: tuple[EnvEntry, ...]
    problems: tuple[Problem, ...]
    compose: tuple[ComposeEntry, ...]
    compose_problem: Problem | None = None

    @property
    def active(self) -> tuple[EnvEntry, ...]:
        """The entries that are not commented out."""
        return tuple(entry for entry in self.entries if not entry.commented)

    def get(self, key: str) -> EnvEntry | None:
        """Return the entry that counts for python-dotenv: the last one of that key, or None."""
        found = None
        for entry in self.entries:
            if entry.key == key and not entry.commented:
                found = entry
        return found

    def duplicates(self) -> dict[str, tuple[EnvEntry, ...]]:
        """Return the keys that are assigned more than once, with all their entries."""
        groups: dict[str, list[EnvEntry]] = {}
        for entry in self.active:
            groups.setdefault(entry.key, []).append(entry)
        return {key: tuple(group) for key, group in groups.items() if len(group) > 1}


def parse(source: SourceFile) -> EnvFile:
    """Parse an env file for both readers; a bad line is a Problem, the rest is still read."""
    entries: list[EnvEntry] = []
    problems: list[Problem] = []
    for start, text, key, value, error in _bindings(source.text):
        end = start + len(text)
        if error:
            message = "has a line that is no assignment"
            problems.append(
                Problem(_line(source, start, end), message, "write KEY=value, or # for a comment")
            )
        elif key is not None:
            entries.append(_entry(source, start, end, key, value))
        else:
            entries.extend(_documented(source, start, end))
    compose, compose_problem = parse_compose(source)
    return EnvFile(source, tuple(entries), tuple(problems), compose, compose_problem)


def _bindings(text: str) -> Iterator[tuple[int, str, str | None, str | None, bool]]:
    """Yield offset, text, key, value and error of each statement of python-dotenv's parser."""
    from dotenv.parser import parse_stream

    position = 0
    try:
        # newline="" keeps line endings, so that the statements add up to the text.
        for binding in parse_stream(io.StringIO(text, newline="")):
            statement = binding.original.string
            yield position, statement, binding.key, binding.value, binding.error
            position += len(statement)
    except (ValueError, RecursionError, UnicodeError):
        yield position, text[position:], None, None, True


def _line(source: SourceFile, start: int, end: int) -> Span:
    text = source.text[start:end]
    left = len(text) - len(text.lstrip())
    return source.span(start + left, max(start + len(text.rstrip()), start + left))


def _entry(source: SourceFile, start: int, end: int, key: str, value: str | None) -> EnvEntry:
    line = _line(source, start, end)
    match = _ASSIGNMENT.match(source.text, start, end)
    if match is None:
        return EnvEntry(key, value, line, line.sub(0, 0), line)
    key_span = source.span(*match.span(1))
    begin = match.end() if match.group(2) else match.end(1)
    return EnvEntry(key, value, key_span, _value_span(source, begin, end, value), line)


def _value_span(source: SourceFile, begin: int, end: int, value: str | None) -> Span:
    text = source.text[begin:end]
    if value is None or not text:
        return source.span(begin)
    if text[0] in "'\"":
        quoted = re.match(r"'(?:\\'|[^'])*'" if text[0] == "'" else r'"(?:\\"|[^"])*"', text)
        if quoted:
            return source.span(begin, begin + quoted.end())
    return source.span(begin, begin + len(value))


def _documented(source: SourceFile, start: int, end: int) -> Iterator[EnvEntry]:
    """Yield the commented-out assignments between two offsets."""
    for match in _COMMENTED.finditer(source.text, start, end):
        line_start = source.text.rfind("\n", 0, match.start()) + 1
        if source.text[line_start : match.start()].strip():
            continue
        begin = match.start(1)
        for _, text, key, value, error in _bindings(match.group(1)):
            if key is not None and not error:
                entry = _entry(source, begin, begin + len(text), key, value)
                line = _line(source, match.start(), match.end())
                yield EnvEntry(key, value, entry.key_span, entry.value_span, line, commented=True)
            break
