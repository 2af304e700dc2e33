"""reviewdog's diagnostic format: one JSON object (reviewdog/reviewdog, proto/rdf/reviewdog.proto).

Lines are 1-based, columns count the bytes of UTF-8, ends are exclusive.
"""

from __future__ import annotations

from typing import Any

from confguard.finding import Finding, Severity
from confguard.reporters.json_v1 import dump
from confguard.reporters.result import Report, rule_info, severity_of
from confguard.reporters.shown_edits import shown_edits
from confguard.reporters.terminal import Options
from confguard.reporters.text import cleaner, notes_and_help
from confguard.source import SourceFile, Span

_SEVERITIES = {Severity.ERROR: "ERROR", Severity.WARNING: "WARNING", Severity.INFO: "INFO"}


def render(report: Report, options: Options) -> str:
    """Return the object; ``options.prefix`` leads from where reviewdog runs to the project's root."""
    return dump(
        {
            "source": {"name": "confguard", "url": "https://github.com/confguard/confguard"},
            "diagnostics": [_diagnostic(report, finding, options) for finding in report.findings],
        }
    )


def _diagnostic(report: Report, finding: Finding, options: Options) -> dict[str, Any]:
    say = cleaner(finding)
    lines = [say(finding.message), *notes_and_help(finding, say)]
    code = {"value": finding.rule}
    if url := rule_info(report, finding.rule).url:
        code["url"] = url
    found: dict[str, Any] = {
        "message": "\n".join(lines),
        "location": _location(finding.primary.span, options),
        "severity": _SEVERITIES[severity_of(finding)],
        "code": code,
    }
    if finding.related:
        found["related_locations"] = [
            {"message": say(label.text), "location": _location(label.span, options)}
            for label in finding.related
        ]
    edits = (shown_edits(finding, finding.fix) or ()) if finding.fix and finding.fix.safe else ()
    if edits and all(edit.span.path == finding.primary.span.path for edit in edits):
        found["suggestions"] = [{"range": _range(edit.span), "text": edit.text} for edit in edits]
    return found


def _location(span: Span, options: Options) -> dict[str, Any]:
    path = (options.prefix + span.path).encode("utf-8", "backslashreplace").decode()
    return {"path": path, "range": _range(span)}


def _range(span: Span) -> dict[str, Any]:
    return {
        "start": {"line": span.line, "column": _column(span.file, span.line, span.column)},
        "end": {"line": span.end_line, "column": _column(span.file, span.end_line, span.end_column)},
    }


def _column(file: SourceFile, line: int, column: int) -> int:
    before = file.line_text(line)[: column - 1]
    return len(before.encode("utf-8", "surrogatepass")) + 1
