"""Findings as diagnostics, spans as ranges: from our values to those of the protocol."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from lsprotocol import types

from confguard.finding import Finding, Severity
from confguard.reporters.result import Report, rule_info, severity_of
from confguard.reporters.text import cleaner, closing_lines, visible
from confguard.server.analysis import Trouble
from confguard.server.positions import Positions
from confguard.source import SourceFile, Span

SOURCE = "confguard"

_SEVERITIES = {
    Severity.ERROR: types.DiagnosticSeverity.Error,
    Severity.WARNING: types.DiagnosticSeverity.Warning,
    Severity.INFO: types.DiagnosticSeverity.Information,
}
_FADED = ("unused-", "unread-")
"""Rules about what nothing uses: editors show such a place faded out."""


@dataclass
class Converter:
    """Makes values of the protocol; ``uri`` names a project's file as the editor does."""

    uri: Callable[[str], str]
    encoding: str = "utf-16"
    related: bool = True
    """The client shows related places; otherwise the message names them."""
    _positions: dict[SourceFile, Positions] = field(default_factory=dict)

    def positions(self, file: SourceFile) -> Positions:
        """Return the positions of a file's text."""
        if file not in self._positions:
            self._positions[file] = Positions(file.text, self.encoding)
        return self._positions[file]

    def range(self, span: Span) -> types.Range:
        """Return the range of a span."""
        positions = self.positions(span.file)
        start, end = positions.position(span.start), positions.position(span.end)
        return types.Range(types.Position(*start), types.Position(*end))

    def location(self, span: Span) -> types.Location:
        """Return where a span lies."""
        return types.Location(self.uri(span.path), self.range(span))

    def diagnostics(self, report: Report) -> Mapping[str, list[types.Diagnostic]]:
        """Return the findings of a run by the path that each is shown in."""
        found: dict[str, list[types.Diagnostic]] = {}
        for finding in report.findings:
            diagnostic = self.diagnostic(finding, report)
            found.setdefault(finding.primary.span.path, []).append(diagnostic)
        return found

    def diagnostic(self, finding: Finding, report: Report) -> types.Diagnostic:
        """Return a finding as a diagnostic at its primary place."""
        url = rule_info(report, finding.rule).url
        say = cleaner(finding)
        related = [
            types.DiagnosticRelatedInformation(self.location(label.span), say(label.text) or "takes part")
            for label in finding.related
        ]
        return types.Diagnostic(
            range=self.range(finding.primary.span),
            message=self._message(finding),
            severity=_SEVERITIES[severity_of(finding)],
            code=finding.rule,
            code_description=types.CodeDescription(url) if url else None,
            source=SOURCE,
            tags=[types.DiagnosticTag.Unnecessary] if finding.rule.startswith(_FADED) else None,
            related_information=related if self.related else None,
            data=finding.fingerprint,
        )

    def _message(self, finding: Finding) -> str:
        say = cleaner(finding)
        words = f" ({say(finding.primary.text)})" if finding.primary.text else ""
        lines = [f"{say(finding.message)}{words}"]
        if not self.related:
            lines += [f"{label.span}: {say(label.text)}" for label in finding.related]
        return "\n".join([*lines, *closing_lines(finding, say)])

    def untracked(self) -> types.Diagnostic:
        """Return why nothing is said of a file that git does not track."""
        return types.Diagnostic(
            types.Range(types.Position(0, 0), types.Position(0, 0)),
            message="git does not track this file, so it counts as absent: `git add` makes it count",
            severity=types.DiagnosticSeverity.Information,
            code="untracked-file",
            source=SOURCE,
        )

    def trouble(self, trouble: Trouble, line: str) -> types.Diagnostic:
        """Return what is wrong with a configuration as a diagnostic; ``line`` is the text of its line."""
        positions = Positions(line, self.encoding)
        start, end = positions.position(trouble.column - 1)[1], positions.position(len(line))[1]
        row = trouble.line - 1
        return types.Diagnostic(
            types.Range(types.Position(row, start), types.Position(row, max(start, end))),
            message=visible(trouble.text),
            severity=types.DiagnosticSeverity.Error,
            code="configuration",
            source=SOURCE,
        )
