"""``.dockerignore``: which files of a build context COPY and ADD do not see.

Follows moby/patternmatcher 0.6 (``ignorefile.ReadAll`` and ``MatchesUsingParentResults``), which BuildKit
uses: patterns start from the context's root, the last one that matches a file or a folder above it decides.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass

from confguard.source import SourceFile

_MAX_PATTERNS = 2_000

Token = str | re.Pattern[str]
"""A part of a pattern: ``**``, ``**/``, ``*``, ``?``, or the expression of one character."""


@dataclass(frozen=True, slots=True)
class Dockerignore:
    """The patterns of a file, in order, each with whether it takes files in again (``!``)."""

    patterns: tuple[tuple[tuple[Token, ...], bool], ...]
    lines: tuple[int, ...] = ()
    """The 1-based line of each pattern."""

    def leaves_out(self, path: str) -> bool:
        """Say whether a path, relative to the context's root, is left out."""
        return self.line_for(path) is not None

    def line_for(self, path: str) -> int | None:
        """Return the line that leaves out a path, relative to the context's root; None if none does."""
        if not self.patterns or path in ("", "."):
            return None
        parts = path.split("/")
        above = ["/".join(parts[: count + 1]) for count in range(len(parts))]
        deciding: int | None = None
        for line, (pattern, taken_in) in zip(self.lines, self.patterns, strict=True):
            if (deciding is not None) == taken_in and any(_matches(pattern, one) for one in above):
                deciding = None if taken_in else line
        return deciding

    @property
    def takes_back(self) -> bool:
        """Whether any line begins with ``!``, so that parts of a folder left out may still be there."""
        return any(taken_in for _, taken_in in self.patterns)


def parse(source: SourceFile) -> Dockerignore:
    """Return the patterns of a file; one that no expression can be made of is passed over."""
    return patterns(source.text.removeprefix("\ufeff").splitlines())


def patterns(lines: list[str]) -> Dockerignore:
    """Return the patterns of lines."""
    found, numbers = [], []
    for number, line in enumerate(lines[:_MAX_PATTERNS], start=1):
        if line.startswith("#") or not line.strip():
            continue
        text = line.strip()
        taken_in = text.startswith("!")
        text = text[1:].strip() if taken_in else text
        text = posixpath.normpath(text).lstrip("/") if text else ""
        if text in ("", "."):
            continue
        try:
            found.append((_tokens(text), taken_in))
        except re.error:
            continue
        numbers.append(number)
    return Dockerignore(tuple(found), tuple(numbers))


def _tokens(pattern: str) -> tuple[Token, ...]:
    """Return the parts of a pattern as ``Pattern.compile`` reads them."""
    out: list[Token] = []
    index = 0
    while index < len(pattern):
        char = pattern[index]
        index += 1
        if char == "*" and pattern.startswith("*", index):
            index += 1
            if pattern.startswith("/", index):
                index += 1
            out.append("**/" if index < len(pattern) else "**")
        elif char in "*?":
            out.append(char)
        elif char == "\\" and index < len(pattern):
            out.append(re.compile(re.escape(pattern[index])))
            index += 1
        elif char == "[" and (end := pattern.find("]", index + 1)) > 0:
            inside = pattern[index:end].replace("\\", "\\\\")
            out.append(re.compile(f"[{inside}]"))
            index = end + 1
        else:
            out.append(re.compile(re.escape(char)))
    return tuple(out)


def _matches(tokens: tuple[Token, ...], path: str) -> bool:
    """Say whether a pattern matches a path in full, in a time that does not depend on how its stars stand."""
    places = {0}
    for part in tokens:
        if not places:
            return False
        first = min(places)
        if part == "**":
            places = set(range(first, len(path) + 1))
        elif part == "**/":
            places |= {place + 1 for place in range(first, len(path)) if path[place] == "/"}
        elif part == "*":
            for place in sorted(places):
                while place < len(path) and path[place] != "/" and place + 1 not in places:
                    place += 1
                    places.add(place)
        elif part == "?":
            places = {place + 1 for place in places if place < len(path) and path[place] != "/"}
        elif isinstance(part, re.Pattern):
            places = {match.end() for place in places if (match := part.match(path, place))}
    return len(path) in places
