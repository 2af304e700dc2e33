"""Suppressions in comments: ``# confguard: ignore[rule-name] reason``.

A comment counts for its own line and, where it stands alone, for the next line that is no comment, with
the lines that this one is continued on. ``ignore-file`` counts for the whole file. There is no form that
names no rule. ``until=2027-01-31`` in front of or behind the reason lets it expire.
"""

from __future__ import annotations

import datetime
import io
import re
import tokenize
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from confguard.discover.kinds import Kind
from confguard.source import SourceFile, Span

_DIRECTIVE = re.compile(
    r"#[ \t]*confguard[ \t]*:[ \t]*(?P<rest>(?:(?!#[ \t]*confguard[ \t]*:)[^\r\n])*)", re.IGNORECASE
)
_IGNORE = re.compile(r"(?P<form>ignore|ignore-file|file-ignore)\[(?P<names>[^\]]*)\](?P<reason>.*)")
_UNTIL = re.compile(r"(?:^|(?<=\s))(?P<word>until|expires?|till)[=:](?P<day>\S*)[ \t]*", re.IGNORECASE)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}\Z")

FORM = "# confguard: ignore[rule-name] reason"

_WHOLE_LINES = {
    Kind.ENV: "programs disagree on",
    Kind.DOCKERFILE: "docker takes for a part of the instruction",
}
"""Kinds of files in which a comment has a line of its own, and what is wrong with others."""
_PYTHON = (Kind.SETTINGS, Kind.ENTRY_POINT)
_YAML = (Kind.COMPOSE, Kind.WORKFLOW)
_CONTINUED = (Kind.DOCKERFILE, Kind.MAKEFILE, Kind.SCRIPT, Kind.TASKS)
"""Kinds of files in which a backslash at the end continues a line."""
_BY_EXTENSION = {
    "py": Kind.SETTINGS,
    "yml": Kind.COMPOSE,
    "yaml": Kind.COMPOSE,
    **dict.fromkeys(("md", "mdx", "rst", "adoc", "json", "html"), Kind.DOCUMENT),
}
WITHOUT_COMMENTS = (Kind.DOCUMENT, Kind.PACKAGE_JSON)
"""Kinds of files in which no suppression can stand."""


@dataclass(frozen=True, slots=True)
class Suppression:
    """One suppression comment: the rules it names, the lines it counts for, the reason it gives."""

    span: Span
    rules: tuple[str, ...]
    lines: tuple[int, ...]
    """1-based lines of its file; empty: the whole file."""
    reason: str
    until: datetime.date | None = None
    """The last day on which it counts."""


@dataclass(frozen=True, slots=True)
class Malformed:
    """A comment that begins like a suppression but is none, and why."""

    span: Span
    problem: str


def kind_of(path: str, kinds: Mapping[str, Kind]) -> Kind | None:
    """Return the kind of a file as comments see it, also of one that has no part in the deployment itself."""
    if path in kinds:
        return kinds[path]
    extension = path.rpartition("/")[2].rpartition(".")[2].lower()
    return _BY_EXTENSION.get(extension)


def find_suppressions(source: SourceFile, kind: Kind | None = None) -> Iterable[Suppression | Malformed]:
    """Yield the suppressions of a file, in order; its kind says where comments can stand."""
    if "confguard" not in source.text.lower():
        return
    strings = _strings(source) if kind in _PYTHON else ()
    for match in _DIRECTIVE.finditer(source.text):
        span = source.span(match.start(), match.start() + len(match[0].rstrip()))
        if any(start <= match.start() < end for start, end in strings):
            continue
        alone = not source.line_text(span.line)[: span.column - 1].strip().strip("#")
        if not alone and kind in _WHOLE_LINES:
            yield Malformed(span, f"stands behind something, which {_WHOLE_LINES[kind]}")
        elif not alone and kind in _YAML and source.text[match.start() - 1] not in " \t\n":
            yield Malformed(span, "stands right behind a value, so YAML takes it for a part of it")
        else:
            yield _parse(source, span, match["rest"], alone=alone, continued=kind in _CONTINUED)


def _parse(
    source: SourceFile, span: Span, rest: str, *, alone: bool, continued: bool
) -> Suppression | Malformed:
    parsed = _IGNORE.match(rest)
    if parsed is None:
        return Malformed(span, f"is not of the form `{FORM[2:]}`")
    names = tuple(dict.fromkeys(name.strip() for name in parsed["names"].split(",") if name.strip()))
    if not names:
        return Malformed(span, "names no rule")
    days = list(_UNTIL.finditer(parsed["reason"]))
    until = _day(days[0]) if len(days) == 1 else None
    if days and until is None:
        return Malformed(span, "has no day of the form `until=2027-01-31`")
    lines: tuple[int, ...] = ()
    if parsed["form"] == "ignore":
        lines = (span.line, *(_following(source, span.line, continued) if alone else ()))
    reason = _UNTIL.sub("", parsed["reason"]).strip()
    return Suppression(span, names, lines, reason, until)


def _day(match: re.Match[str]) -> datetime.date | None:
    if match["word"].lower() != "until" or not _DAY.match(match["day"]):
        return None
    try:
        return datetime.date.fromisoformat(match["day"])
    except ValueError:
        return None


def _following(source: SourceFile, line: int, continued: bool) -> Iterator[int]:
    """Yield the next line that is no comment, and those that it is continued on."""
    line += 1
    while line <= source.line_count and source.line_text(line).lstrip().startswith("#"):
        line += 1
    yield line
    while continued and line < source.line_count and source.line_text(line).rstrip().endswith("\\"):
        line += 1
        yield line


def _strings(source: SourceFile) -> tuple[tuple[int, int], ...]:
    """Return the offsets of a Python text's strings: what looks like a comment in them is none."""
    found = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(source.text, newline="").readline):
            if token.type == tokenize.STRING or tokenize.tok_name[token.type].startswith("FSTRING"):
                start = source.offset(token.start[0], token.start[1] + 1)
                found.append((start, source.offset(token.end[0], token.end[1] + 1)))
    except (tokenize.TokenError, SyntaxError, ValueError):
        pass  # a broken file: what was read of it counts
    return tuple(found)
