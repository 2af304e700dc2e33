"""One line per finding: ``path:line:col: severity[rule] message``, with ``[*]`` where ``--fix`` mends it."""

from __future__ import annotations

from confguard.finding import Finding
from confguard.reporters.result import Report, severity_of
from confguard.reporters.terminal import Options
from confguard.reporters.text import clean, clean_path, fix_line, silenced_lines, summary_line

FIXABLE = "[*]"
"""Marks a finding that ``--fix`` mends, as linters of this kind do."""


def render(report: Report, options: Options) -> str:
    """Return one line per finding in the report's order, then the summary line."""
    lines = [line(finding, options) for finding in report.findings]
    tail = [summary_line(report), *filter(None, [fix_line(report)])]
    return "\n".join([*lines, *silenced_lines(report, options.prefix), *tail, ""])


def line(finding: Finding, options: Options) -> str:
    """Return the line of one finding, without its end."""
    span = finding.primary.span
    place = f"{clean_path(span.path, options.prefix)}:{span.line}:{span.column}"
    mark = f"{FIXABLE} " if finding.fix is not None and finding.fix.safe else ""
    return f"{place}: {severity_of(finding).label}[{finding.rule}] {mark}{clean(finding.message)}"
