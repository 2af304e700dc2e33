"""One line per finding: ``path:line:col: severity[rule] message``."""

from __future__ import annotations

from confguard.finding import Finding
from confguard.reporters.result import Report, severity_of
from confguard.reporters.terminal import Options
from confguard.reporters.text import clean, clean_path, summary_line


def render(report: Report, options: Options) -> str:
    """Return one line per finding in the report's order, then the summary line."""
    lines = [line(finding, options) for finding in report.findings]
    return "\n".join([*lines, summary_line(report), ""])


def line(finding: Finding, options: Options) -> str:
    """Return the line of one finding, without its end."""
    span = finding.primary.span
    place = f"{clean_path(span.path, options.prefix)}:{span.line}:{span.column}"
    return f"{place}: {severity_of(finding).label}[{finding.rule}] {clean(finding.message)}"
