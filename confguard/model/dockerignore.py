"""What a build context leaves out: .dockerignore, as the builder reads it.

Follows github.com/moby/patternmatcher (``ignorefile`` and ``MatchesOrParentMatches``, v0.6) and BuildKit's
choice of the file: ``<Dockerfile>.dockerignore`` beside the Dockerfile comes before ``.dockerignore`` at
the root of the context.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass

from confguard.discover.project import Project
from confguard.source import SourceFile, Span


@dataclass(frozen=True, slots=True)
class Pattern:
    """One line: its expression, whether it takes back (``!``), and its place."""

    expression: re.Pattern[str]
    negated: bool
    span: Span


@dataclass(frozen=True, slots=True)
class Ignore:
    """A .dockerignore; ``source`` is None where there is none."""

    source: SourceFile | None
    patterns: tuple[Pattern, ...] = ()

    def excluded(self, path: str) -> Pattern | None:
        """Return the pattern that leaves out a path of the context or a folder around it, or None."""
        found: Pattern | None = None
        prefixes = [path]
        while "/" in prefixes[-1]:
            prefixes.append(posixpath.dirname(prefixes[-1]))
        for pattern in self.patterns:
            if pattern.negated == (found is None):
                continue  # it would change nothing
            if any(pattern.expression.fullmatch(prefix) for prefix in prefixes):
                found = None if pattern.negated else pattern
        return found

    @property
    def takes_back(self) -> bool:
        """Whether any pattern begins with ``!``, so that parts of a folder left out may still be there."""
        return any(pattern.negated for pattern in self.patterns)


def ignore_of(project: Project, context: str, dockerfile: str | None) -> Ignore:
    """Return what a build leaves out of its context; both are paths of the project."""
    candidates = [f"{dockerfile}.dockerignore"] if dockerfile else []
    candidates.append(posixpath.join(context, ".dockerignore"))
    for path in candidates:
        found = project.parsed(parse, path)
        if found is not None:
            return found
    return Ignore(None)


def parse(source: SourceFile) -> Ignore:
    """Parse a .dockerignore; lines that are no patterns are passed over."""
    patterns: list[Pattern] = []
    for number in range(1, source.line_count + 1):
        line = source.line_text(number)
        text = line.strip()
        if line.startswith("#") or not text:
            continue
        negated = text.startswith("!")
        text = text[1:].strip() if negated else text
        if not text:
            continue
        path = posixpath.normpath(text)
        path = path.lstrip("/") or "."
        try:
            expression = re.compile(_translate(path))
        except re.error:
            continue
        patterns.append(Pattern(expression, negated, source.line_span(number)))
    return Ignore(source, tuple(patterns))


def _translate(pattern: str) -> str:
    """Return the regular expression of a pattern (patternmatcher's ``compile``)."""
    out: list[str] = []
    index = 0
    while index < len(pattern):
        char = pattern[index]
        if pattern.startswith("**", index):
            index += 2
            if pattern.startswith("/", index):
                index += 1
            out.append(".*" if index >= len(pattern) else "(?:.*/)?")
            continue
        index += 1
        if char == "*":
            out.append("[^/]*")
        elif char == "?":
            out.append("[^/]")
        elif char == "\\" and index < len(pattern):
            out.append(re.escape(pattern[index]))
            index += 1
        elif char in "[]":
            out.append(char)
        else:
            out.append(re.escape(char) if char not in "-^" else char)
    return "".join(out)
