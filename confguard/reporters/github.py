"""GitHub Actions workflow commands: annotations on files in a pull request and in the log.

Escaping as in actions/toolkit, packages/core/src/command.ts. GitHub drops an annotation whose columns
belong to different lines, and shows ten of each level per step; the rest stays in the log.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from confguard.finding import Finding, Severity
from confguard.reporters.result import Report, most_important_first, severity_of
from confguard.reporters.terminal import Options
from confguard.reporters.text import clean_path, cleaner, plural, visible

MOST_PER_LEVEL = 10
"""Annotations of a level that GitHub shows of one step (actions/toolkit, docs/problem-matchers.md)."""

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def render(report: Report, options: Options) -> str:
    """Return one command per annotated line, the most severe first, and a sentence per level that is cut.

    Findings of the same rule on the same line share a command. ``options.prefix`` leads from the root of the
    checkout to the project's root, see ``checkout_prefix``.
    """
    groups: dict[tuple[str, str, int, Severity], list[Finding]] = {}
    for finding in most_important_first(report.findings):
        span = finding.primary.span
        groups.setdefault((finding.rule, span.path, span.line, severity_of(finding)), []).append(finding)
    lines = [_command(findings, options) for findings in groups.values()]
    for severity, command in _COMMANDS.items():
        more = sum(key[3] is severity for key in groups) - MOST_PER_LEVEL
        if more > 0:
            count = plural(more, f"more {command}")
            lines.append(f"confguard: {count} only in this log, because GitHub annotates 10 per step.")
    return "".join(f"{line}\n" for line in lines)


def checkout_prefix(environ: Mapping[str, str], root: Path) -> str:
    """Return the path from the CI's checkout to the root, with ``/`` at its end; ``""`` if unrelated.

    GitHub names the checkout in GITHUB_WORKSPACE, GitLab in CI_PROJECT_DIR.
    """
    workspace = environ.get("GITHUB_WORKSPACE") or environ.get("CI_PROJECT_DIR", "")
    if not workspace:
        return ""
    try:
        relative = root.resolve().relative_to(Path(workspace).resolve()).as_posix()
    except ValueError:
        return ""
    return "" if relative == "." else f"{relative}/"


def escape_data(text: str) -> str:
    """Return a message as the runner unescapes it."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def escape_property(text: str) -> str:
    """Return the value of a property as the runner unescapes it."""
    return escape_data(text).replace(":", "%3A").replace(",", "%2C")


def _command(findings: list[Finding], options: Options) -> str:
    first = findings[0]
    span = first.primary.span
    properties = {
        "file": visible(options.prefix + span.path),
        "line": str(span.line),
        "endLine": str(span.end_line),
    }
    if span.line == span.end_line:
        properties |= {"col": str(span.column), "endColumn": str(max(span.end_column, span.column))}
    properties["title"] = f"confguard: {visible(first.rule)}"
    listed = ",".join(f"{name}={escape_property(value)}" for name, value in properties.items())
    text = "\n".join(_text(finding, options) for finding in findings)
    return f"::{_COMMANDS[severity_of(first)]} {listed}::{escape_data(text)}"


def _text(finding: Finding, options: Options) -> str:
    """Return the message that begins with its place, then a line for each related place, note and help."""
    say = cleaner(finding)
    place = finding.primary.span
    words = f" ({say(finding.primary.text)})" if finding.primary.text else ""
    lines = [
        f"{clean_path(place.path, options.prefix)}:{place.line}:{place.column}: {say(finding.message)}{words}"
    ]
    for label in finding.related:
        span = label.span
        related = f"{clean_path(span.path, options.prefix)}:{span.line}:{span.column}"
        lines.append(f"{related}: {say(label.text)}" if label.text else related)
    if finding.stacks:
        lines.append(f"stack: {', '.join(map(visible, finding.stacks))}")
    lines += [f"note: {say(note)}" for note in finding.notes]
    if finding.help:
        lines.append(f"help: {say(finding.help)}")
    return "\n".join(lines)
