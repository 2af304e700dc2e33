"""Suppressions in comments: ``# confguard: ignore[rule-name] reason``.

A comment counts for its own line and, where it stands alone, for the next line that is no comment. It
suppresses a finding if any labelled place of the finding lies on such a line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from confguard.finding import Finding
from confguard.source import SourceFile, Span

_DIRECTIVE = re.compile(r"#[ \t]*confguard[ \t]*:[ \t]*(?P<rest>[^\r\n]*)")
_IGNORE = re.compile(r"(?P<form>ignore|file-ignore)\[(?P<names>[^\]]*)\][ \t]*(?P<reason>.*)")


@dataclass(frozen=True, slots=True)
class Suppression:
    """One suppression comment: the rules it names, the lines it counts for, the reason it gives."""

    span: Span
    rules: tuple[str, ...]
    lines: tuple[int, ...]
    """1-based lines of its file; empty: the whole file."""
    reason: str

    def covers(self, finding: Finding) -> bool:
        """Say whether this comment suppresses a finding."""
        if finding.rule not in self.rules:
            return False
        return any(
            label.span.path == self.span.path
            and (not self.lines or any(label.span.line <= line <= label.span.end_line for line in self.lines))
            for label in finding.labels
        )


@dataclass(frozen=True, slots=True)
class Malformed:
    """A comment that begins like a suppression but is none, and why."""

    span: Span
    problem: str


def find_suppressions(source: SourceFile) -> Iterable[Suppression | Malformed]:
    """Yield the suppressions of a file, in order."""
    if "confguard" not in source.text:
        return
    for match in _DIRECTIVE.finditer(source.text):
        span = source.span(match.start(), match.end())
        parsed = _IGNORE.match(match["rest"])
        if parsed is None:
            yield Malformed(span, "is not of the form `confguard: ignore[rule-name] reason`")
            continue
        names = tuple(name.strip() for name in parsed["names"].split(",") if name.strip())
        if not names:
            yield Malformed(span, "names no rule")
            continue
        lines: tuple[int, ...] = ()
        if parsed["form"] == "ignore":
            line = span.line
            lines = (line,)
            if not source.line_text(line)[: span.column - 1].strip():
                following = line + 1
                while following <= source.line_count and _is_comment(source.line_text(following)):
                    following += 1
                lines = (line, following)
        yield Suppression(span, names, lines, parsed["reason"].strip())


def _is_comment(line: str) -> bool:
    return line.lstrip().startswith("#")


def apply(
    findings: Sequence[Finding], suppressions: Sequence[Suppression]
) -> tuple[list[Finding], list[Finding], frozenset[tuple[Suppression, str]]]:
    """Return the findings that stay, those that are suppressed, and which (comment, rule) did it."""
    kept: list[Finding] = []
    suppressed: list[Finding] = []
    used: set[tuple[Suppression, str]] = set()
    for finding in findings:
        covering = [suppression for suppression in suppressions if suppression.covers(finding)]
        used.update((suppression, finding.rule) for suppression in covering)
        (suppressed if covering else kept).append(finding)
    return kept, suppressed, frozenset(used)
