"""Markdown for a GitHub Actions job summary: the findings as a table, the most severe first."""

from __future__ import annotations

from confguard.finding import Finding
from confguard.reporters.result import Report, most_important_first, severity_of
from confguard.reporters.terminal import Options
from confguard.reporters.text import clean, clean_path, cleaner, summary_line

MOST_BYTES = 900 * 1024
"""GitHub refuses a step's summary of more than 1 MiB; this leaves room for what else the step writes."""

_MARKUP = frozenset("\\`*_{}[]<>#|~&!@:$()^=+\"'")


def job_summary(report: Report, options: Options | None = None, most_bytes: int = MOST_BYTES) -> str:
    """Return the summary, at most ``most_bytes`` long in UTF-8; cut at a line's end, and then it says so."""
    options = options or Options()
    head = f"## confguard\n\n{escape_markdown(summary_line(report))}\n"
    head += "".join(f"\n> {escape_markdown(clean(note))}\n" for note in report.notes)
    if report.findings:
        head += "\n| severity | rule | where | what |\n| --- | --- | --- | --- |\n"
    rows = [_row(finding, options) for finding in most_important_first(report.findings)]
    kept, size = [], len(head.encode()) + 200
    for row in rows:
        size += len(row.encode())
        if size > most_bytes:
            break
        kept.append(row)
    tail = ""
    if len(kept) < len(rows):
        left = len(rows) - len(kept)
        tail = f"\n{left} of {len(rows)} findings did not fit into this summary; the log has all.\n"
    return head + "".join(kept) + tail


def escape_markdown(text: str) -> str:
    """Return a visible text with every character that means something in GitHub's Markdown as an entity."""
    return "".join(f"&#{ord(char)};" if char in _MARKUP else char for char in text).replace(
        "www.", "www&#46;"
    )


def _row(finding: Finding, options: Options) -> str:
    say = cleaner(finding)
    span = finding.primary.span
    places = [f"{clean_path(span.path, options.prefix)}:{span.line}:{span.column}"]
    for label in finding.related:
        place = f"{clean_path(label.span.path, options.prefix)}:{label.span.line}:{label.span.column}"
        if place not in places:
            places.append(place)
    what = [say(finding.message), *([f"help: {say(finding.help)}"] if finding.help else [])]
    cells = (
        severity_of(finding).label,
        escape_markdown(finding.rule),
        "<br>".join(map(escape_markdown, places[:8])),
        "<br>".join(map(escape_markdown, what)),
    )
    return f"| {' | '.join(cells)} |\n"
