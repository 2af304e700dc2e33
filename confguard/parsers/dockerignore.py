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


@dataclass(frozen=True, slots=True)
class Dockerignore:
    """The patterns of a file, in order, each with whether it takes files in again (``!``)."""

    patterns: tuple[tuple[re.Pattern[str], bool], ...]

    def leaves_out(self, path: str) -> bool:
        """Say whether a path, relative to the context's root, is left out."""
        if not self.patterns or path in ("", "."):
            return False
        parts = path.split("/")
        above = ["/".join(parts[: count + 1]) for count in range(len(parts))]
        left_out = False
        for pattern, taken_in in self.patterns:
            if left_out == taken_in and any(pattern.fullmatch(one) for one in above):
                left_out = not taken_in
        return left_out


def parse(source: SourceFile) -> Dockerignore:
    """Return the patterns of a file; one that no expression can be made of is passed over."""
    return patterns(source.text.removeprefix("\ufeff").splitlines())


def patterns(lines: list[str]) -> Dockerignore:
    """Return the patterns of lines."""
    found = []
    for line in lines[:_MAX_PATTERNS]:
        if line.startswith("#") or not line.strip():
            continue
        text = line.strip()
        taken_in = text.startswith("!")
        text = text[1:].strip() if taken_in else text
        text = posixpath.normpath(text).lstrip("/") if text else ""
        if text in ("", "."):
            continue
        try:
            found.append((re.compile(_expression(text)), taken_in))
        except re.error:
            continue
    return Dockerignore(tuple(found))


def _expression(pattern: str) -> str:
    """Return the regular expression of a pattern, as ``Pattern.compile`` makes it."""
    out, index = [], 0
    while index < len(pattern):
        char = pattern[index]
        index += 1
        if char == "*" and pattern.startswith("*", index):
            index += 1
            if pattern.startswith("/", index):
                index += 1
            out.append("(?:.*/)?" if index < len(pattern) else ".*")
        elif char == "*":
            out.append("[^/]*")
        elif char == "?":
            out.append("[^/]")
        elif char == "\\" and index < len(pattern):
            out.append(re.escape(pattern[index]))
            index += 1
        elif char == "[" and (end := pattern.find("]", index + 1)) > 0:
            inside = pattern[index:end].replace("\\", "\\\\")
            out.append(f"[{inside}]")
            index = end + 1
        else:
            out.append(re.escape(char))
    return "(?s:" + "".join(out) + ")"
