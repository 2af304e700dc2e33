"""Findings as rustc, ruff and zizmor show them: every place that takes part, with its source line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby
from urllib.parse import quote

from confguard.finding import Finding, Label, Severity
from confguard.reporters.result import Report, severity_of
from confguard.reporters.snippet import Mark, Piece, Row, Style, marks_of, source_rows
from confguard.reporters.terminal import Options
from confguard.reporters.text import (
    clean,
    clean_path,
    cleaner,
    fix_line,
    silenced_lines,
    summary_line,
    visible,
    width,
)
from confguard.source import SourceFile
from confguard.words import plural

MOST_LABELS = 12
"""Places shown of one finding; a note says how many more there are."""

_STACKS_WIDTH = 60
"""Characters of names of stacks; the first is always named."""
_RED, _YELLOW, _BLUE = "1;31", "1;33", "1;34"
_SEVERITY_COLORS = {Severity.ERROR: _RED, Severity.WARNING: _YELLOW, Severity.INFO: _BLUE}
_BOLD = "1"


def render(report: Report, options: Options) -> str:
    """Return all findings in the report's order, the notes on the run and the summary line."""
    blocks = [render_finding(finding, report, options) for finding in report.findings]
    paint = _painter(options)
    notes = "".join(f"{paint('note', _BOLD)}: {clean(note)}\n" for note in report.notes)
    if report.silenced:
        blocks.append("\n".join(silenced_lines(report, options.prefix)) + "\n")
    if notes:
        blocks.append(notes)
    tail = summary_line(report)
    if fixable := fix_line(report):
        tail += f"\n{fixable}"
    if report.findings:
        tail += "\n`confguard rule NAME` explains a rule."
    return "\n".join([*blocks, tail + "\n"])


def render_finding(finding: Finding, report: Report, options: Options) -> str:
    """Return one finding: header, places, notes and help, with a newline at its end."""
    paint = _painter(options)
    say = cleaner(finding)
    color = _SEVERITY_COLORS[severity_of(finding)]
    labels = _distinct(finding)
    dropped = len(labels) - MOST_LABELS
    groups = _by_file(finding, labels[:MOST_LABELS])
    number_width = len(str(max(mark.line for group in groups for mark in group.marks)))
    blank = " " * (number_width + 1) + paint("|", _BLUE)
    heading = f"{severity_of(finding).label}[{_rule_link(finding.rule, report, options)}]"
    lines = [f"{paint(heading, color)}: {paint(say(finding.message), _BOLD)}"]
    for index, group in enumerate(groups):
        arrow = paint("-->" if index == 0 else ":::", _BLUE)
        lines.append(
            f"{' ' * number_width}{arrow} {clean_path(group.file.path, options.prefix)}:{group.place}"
        )
        lines.append(blank)
        lines += _snippet(group, number_width, options, color)
        if index < len(groups) - 1:
            lines.append(blank)
    facts = [*_facts(finding, say)]
    if dropped > 0:
        facts.append(("note", f"and {plural(dropped, 'more place')}; the json format has all"))
    if facts:
        lines.append(blank)
    for word, text in facts:
        lines.append(f"{' ' * (number_width + 1)}{paint('=', _BLUE)} {paint(word, _BOLD)}: {text}")
    return "\n".join(line.rstrip() for line in lines) + "\n"


@dataclass(frozen=True, slots=True)
class _Group:
    """The places of a finding in one file; ``place`` is ``line:column`` of the first that was named."""

    file: SourceFile
    place: str
    marks: tuple[Mark, ...]


def _distinct(finding: Finding) -> list[tuple[Label, bool]]:
    labels = [(finding.primary, True)]
    seen = {(finding.primary.span, finding.primary.text)}
    for label in finding.related:
        if (label.span, label.text) not in seen:
            seen.add((label.span, label.text))
            labels.append((label, False))
    return labels


def _by_file(finding: Finding, labels: list[tuple[Label, bool]]) -> list[_Group]:
    """Return the labels by file, the primary's first, the others in the order of their naming."""
    paths = list(dict.fromkeys(label.span.path for label, _ in labels))
    groups = []
    for path in paths:
        own = [(label, primary) for label, primary in labels if label.span.path == path]
        span = own[0][0].span
        marks = [mark for label, primary in own for mark in marks_of(label, primary=primary)]
        groups.append(_Group(span.file, f"{span.line}:{span.column}", tuple(marks)))
    return groups


def _snippet(group: _Group, number_width: int, options: Options, color: str) -> Iterator[str]:
    """Yield one file's lines: those with marks, the one they belong to, and ``...`` for gaps."""
    paint = _painter(options)
    by_line = {
        line: list(marks)
        for line, marks in groupby(
            sorted(group.marks, key=lambda mark: mark.line), key=lambda mark: mark.line
        )
    }
    wanted = sorted({*by_line, *_parents(group)})
    room = max(options.width - number_width - 3, 20)
    previous = wanted[0]
    for line in wanted:
        if line == previous + 2:
            yield from _numbered(group, line - 1, [], room, number_width, paint, color)
        elif line > previous + 2:
            yield paint("...", _BLUE)
        yield from _numbered(group, line, by_line.get(line, []), room, number_width, paint, color)
        previous = line


def _parents(group: _Group) -> Iterator[int]:
    """Yield the line above a primary place where it is what the place belongs to: less indented."""
    for mark in group.marks:
        above, own = group.file.line_text(mark.line - 1), group.file.line_text(mark.line)
        if mark.primary and above.strip() and _indent(above) < _indent(own):
            yield mark.line - 1


def _indent(text: str) -> int:
    return len(text) - len(text.lstrip())


def _numbered(
    group: _Group, line: int, marks: list[Mark], room: int, number_width: int, paint: Paint, color: str
) -> Iterator[str]:
    for index, row in enumerate(source_rows(group.file, line, marks, room)):
        number = str(line) if index == 0 else ""
        gutter = paint(f"{number:>{number_width}} |", _BLUE)
        yield f"{gutter} {_row_text(row, paint, color)}".rstrip()


def _row_text(row: Row, paint: Paint, color: str) -> str:
    colors = {Style.PRIMARY: color, Style.SECONDARY: _BLUE, Style.PLAIN: ""}
    text, column = "", 0
    for piece in row:
        text += " " * (piece.column - column) + paint(piece.text, colors[piece.style])
        column = _end(piece)
    return text


def _end(piece: Piece) -> int:
    return piece.column + width(piece.text)


def _facts(finding: Finding, say: Callable[[str], str]) -> Iterator[tuple[str, str]]:
    """Yield the word and text of each line below the places: stacks first, then notes, help and fix."""
    if finding.stacks:
        names = list(_fitting([visible(name) for name in finding.stacks]))
        more = len(finding.stacks) - len(names)
        tail = f" and {more} more" if more else ""
        yield "note", f"{'stack' if len(finding.stacks) == 1 else 'stacks'}: {', '.join(names)}{tail}"
    yield from (("note", say(note)) for note in finding.notes)
    if finding.help:
        yield "help", say(finding.help)
    if finding.fix:
        how = "--fix" if finding.fix.safe else "--fix --unsafe-fixes"
        yield "fix", f"{say(finding.fix.title)} ({how})"


def _fitting(names: list[str]) -> Iterator[str]:
    """Yield as many names as fit on the line, the first in any case."""
    used = 0
    for index, name in enumerate(names):
        used += len(name)
        if index and used > _STACKS_WIDTH:
            return
        yield name


def _rule_link(name: str, report: Report, options: Options) -> str:
    """Return the rule's name, as an OSC 8 hyperlink where the terminal takes them."""
    rule = report.rules.get(name)
    if not (options.links and rule and rule.url):
        return visible(name)
    url = quote(rule.url, safe=":/?#[]@!$&'()*+,;=%~")
    return f"\x1b]8;;{url}\x1b\\{visible(name)}\x1b]8;;\x1b\\"


Paint = Callable[[str, str], str]


def _painter(options: Options) -> Paint:
    def paint(text: str, code: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if options.color and text and code else text

    return paint
