"""JUnit XML: a suite for each file, a failed case for each finding.

A run without findings has one passed case: readers of JUnit take an empty report for a broken one.
"""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

from confguard.finding import Finding
from confguard.reporters.concise import line
from confguard.reporters.result import Report, severity_of
from confguard.reporters.terminal import Options
from confguard.reporters.text import clean_path, cleaner, notes_and_help


def render(report: Report, options: Options) -> str:
    """Return the document."""
    suites: dict[str, list[Finding]] = {}
    for finding in report.findings:
        suites.setdefault(clean_path(finding.primary.span.path, options.prefix), []).append(finding)
    count = len(report.findings)
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        f'<testsuites name="confguard" tests="{count or 1}" failures="{count}" errors="0">',
    ]
    for path, findings in suites.items():
        size = len(findings)
        lines.append(
            f'  <testsuite name={quoteattr(path)} tests="{size}" failures="{size}" errors="0" skipped="0">'
        )
        for finding in findings:
            lines += _case(path, finding, options)
        lines.append("  </testsuite>")
    if not count:
        lines += [
            '  <testsuite name="confguard" tests="1" failures="0" errors="0" skipped="0">',
            '    <testcase name="No errors found" classname="confguard" />',
            "  </testsuite>",
        ]
    return "\n".join([*lines, "</testsuites>", ""])


def _case(path: str, finding: Finding, options: Options) -> list[str]:
    say = cleaner(finding)
    span = finding.primary.span
    details = [line(finding, options)]
    for label in finding.related:
        place = f"{clean_path(label.span.path, options.prefix)}:{label.span.line}:{label.span.column}"
        details.append(f"{place}: {say(label.text)}" if label.text else place)
    details += notes_and_help(finding, say)
    name = quoteattr(f"{finding.rule}:{span.line}:{span.column}")
    return [
        f'    <testcase name={name} classname={quoteattr(path)} file={quoteattr(path)} line="{span.line}">',
        f'      <failure message={quoteattr(say(finding.message))} type="{severity_of(finding).label}">'
        f"{escape(chr(10).join(details))}</failure>",
        "    </testcase>",
    ]
