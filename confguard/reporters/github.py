"""GitHub Actions workflow commands: annotations on files in a pull request and in the log.

Escaping as in actions/toolkit, packages/core/src/command.ts. The runner drops columns that belong to
different lines (actions/runner, src/Runner.Worker/ActionCommandManager.cs) and cuts long messages; GitHub
shows ten annotations of each level per step and fifty per job, the rest stays in the log. A pull request
shows those that lie on changed lines beside the code: where the changes are known, they are put there.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from confguard.finding import Finding, Label, Severity
from confguard.reporters.result import Report, is_changed, most_important_first, severity_of
from confguard.reporters.terminal import Options
from confguard.reporters.text import clean_path, cleaner, closing_lines, visible
from confguard.words import plural

MOST_PER_LEVEL = 10
"""Annotations of a level that GitHub shows of one step (actions/toolkit, docs/problem-matchers.md)."""

LONGEST_MESSAGE = 4096
"""Characters that the runner sends of a message (actions/runner, src/Runner.Worker/ExecutionContext.cs)."""

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def render(report: Report, options: Options) -> str:
    """Return one command per annotated line, the most severe first, and a sentence per level that is cut.

    Findings of the same rule on the same line share a command. ``options.prefix`` leads from the root of the
    checkout to the project's root, see ``checkout_prefix``.
    """
    groups: dict[tuple[str, str, int, Severity], list[Finding]] = {}
    for finding in most_important_first(report.findings):
        span = _anchor(finding, report).span
        groups.setdefault((finding.rule, span.path, span.line, severity_of(finding)), []).append(finding)
    lines = [_command(findings, report, options) for findings in groups.values()]
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


def _anchor(finding: Finding, report: Report) -> Label:
    """Return the place to annotate: the primary one, or the first that changed if only others did."""
    if report.changed is None:
        return finding.primary
    return next(
        (label for label in finding.labels if is_changed(label.span, report.changed)), finding.primary
    )


def _command(findings: list[Finding], report: Report, options: Options) -> str:
    first = findings[0]
    span = _anchor(first, report).span
    properties = {
        "file": visible(options.prefix + span.path),
        "line": str(span.line),
        "endLine": str(span.end_line),
    }
    if span.line == span.end_line:
        properties |= {"col": str(span.column), "endColumn": str(max(span.end_column, span.column))}
    properties["title"] = f"confguard: {visible(first.rule)}"
    listed = ",".join(f"{name}={escape_property(value)}" for name, value in properties.items())
    text = _cut("\n".join(_text(finding, _anchor(finding, report), options) for finding in findings))
    return f"::{_COMMANDS[severity_of(first)]} {listed}::{escape_data(text)}"


def _cut(text: str) -> str:
    """Return a text that the runner takes whole; of a longer one the lines that fit."""
    if len(text) <= LONGEST_MESSAGE:
        return text
    kept = text[: LONGEST_MESSAGE - 2]
    return f"{kept[: kept.rfind(chr(10))] if chr(10) in kept else kept}\n…"


def _text(finding: Finding, anchor: Label, options: Options) -> str:
    """Return the message that begins with its place, then a line for each other place, note and help."""
    say = cleaner(finding)

    def place(label: Label) -> str:
        span = label.span
        return f"{clean_path(span.path, options.prefix)}:{span.line}:{span.column}"

    words = f" ({say(anchor.text)})" if anchor.text else ""
    lines = [f"{place(anchor)}: {say(finding.message)}{words}"]
    for label in finding.labels:
        if label is anchor:
            continue
        mend = ["to be mended here"] if label is finding.primary else []
        said = "; ".join([*mend, *([say(label.text)] if label.text else [])])
        lines.append(f"{place(label)}: {said}" if said else place(label))
    return "\n".join([*lines, *closing_lines(finding, say)])
