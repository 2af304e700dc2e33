"""Write suppressions: comments where the language lets one stand, else tables of the configuration.

A comment goes on a line of its own above the place. Whether it can stand there is asked of the language's
own reader: the file has to say the same with it as without it.
"""

from __future__ import annotations

import ast
import dataclasses
import json
import re
import tomllib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from enum import Enum
from importlib import import_module
from itertools import takewhile
from typing import Any

from confguard.discover.kinds import Kind
from confguard.finding import Finding
from confguard.parsers.nginx_tree import Comment
from confguard.reporters.text import masked_address
from confguard.source import SourceFile, Span
from confguard.suppress.comments import Suppression, find_suppressions, kind_of
from confguard.suppress.shell_places import can_begin_line

_CODING = re.compile(r"^[ \t\f]*#.*?coding[:=]")
_NAMES = re.compile(r"\[[^\]]*\]")


def add_comments(
    source: SourceFile, kind: Kind | None, wanted: Mapping[int, Collection[str]], reason: str
) -> tuple[str, frozenset[int]]:
    """Return a file's text with comments for the rules wanted on some lines, and the lines that have none.

    ``wanted`` maps 1-based lines to names of rules. Line endings and indentation are those of the line. A
    comment that covers the line already, for the same reason, gets the rule's name added.
    """
    refused = set()
    for line in sorted(wanted, reverse=True):  # what is written below moves no line above
        present = [one for one in find_suppressions(source, kind) if isinstance(one, Suppression)]
        rules = [rule for rule in sorted(wanted[line]) if not _named(present, line, rule)]
        known = _extendable(present, line, reason)
        if not rules:
            continue
        if known is not None:
            source = _extended(source, known, rules)
        elif (made := _with_comment(source, kind, line, rules, reason)) is not None:
            source = made
        else:
            refused.add(line)
    return source.text, frozenset(refused)


def _named(present: Iterable[Suppression], line: int, rule: str) -> bool:
    return any(
        rule in one.rules and (not one.lines or line in one.lines) and one.until is None for one in present
    )


def _extendable(present: Iterable[Suppression], line: int, reason: str) -> Suppression | None:
    fitting = (one for one in present if line in one.lines and one.until is None)
    return next((one for one in fitting if not reason or one.reason == reason), None)


def _extended(source: SourceFile, known: Suppression, rules: Sequence[str]) -> SourceFile:
    names = f"[{', '.join((*known.rules, *rules))}]"
    changed = _NAMES.sub(lambda _: names, known.span.text, count=1)
    text = source.text[: known.span.start] + changed + source.text[known.span.end :]
    return SourceFile(source.path, text)


def _with_comment(
    source: SourceFile, kind: Kind | None, line: int, rules: Sequence[str], reason: str
) -> SourceFile | None:
    """Return a file with a comment above one of its lines, or None where it cannot stand."""
    language = _language(source.path, kind)
    if language is None or line > source.line_count:
        return None
    start = _first_of_continued(source, line) if language in _CONTINUED else line
    if start <= 2 and any(_is_for_programs(source.line_text(one)) for one in range(start, 3)):
        return None
    text = source.line_text(start)
    indent = "" if language in _FLAT else text[: len(text) - len(text.lstrip())]
    offset = source.offset(start)
    windows = source.text[: source.offset(start + 1)].endswith("\r\n")
    comment = f"{indent}# confguard: ignore[{', '.join(rules)}]{f' {reason}' if reason else ''}"
    comment += "\r\n" if windows else "\n"
    made = SourceFile(source.path, source.text[:offset] + comment + source.text[offset:])
    if not _says_the_same(language, source, made, start):
        return None
    found = [one for one in find_suppressions(made, kind) if isinstance(one, Suppression)]
    return made if any(one.span.line == start and line + 1 in one.lines for one in found) else None


def _is_for_programs(line: str) -> bool:
    """Say whether one of the first lines tells other programs what the file is: it has to stay there."""
    return line.startswith("#!") or _CODING.match(line) is not None


def _first_of_continued(source: SourceFile, line: int) -> int:
    while line > 1 and source.line_text(line - 1).rstrip().endswith("\\"):
        line -= 1
    return line


class _Language(Enum):
    YAML = "yaml"
    NGINX = "nginx"
    ENV = "env"
    PYTHON = "python"
    DOCKERFILE = "dockerfile"
    TOML = "toml"
    MAKE = "make"
    SHELL = "shell"
    LINES = "lines"
    """A comment is a line that begins with a number sign."""


_FLAT = frozenset([_Language.ENV, _Language.MAKE, _Language.LINES])
"""Comments begin the line: an indented one would be a command of make, or a part of the line above."""
_CONTINUED = frozenset([_Language.DOCKERFILE, _Language.MAKE, _Language.SHELL])
_BY_KIND = {
    Kind.COMPOSE: _Language.YAML,
    Kind.WORKFLOW: _Language.YAML,
    Kind.NGINX: _Language.NGINX,
    Kind.ENV: _Language.ENV,
    Kind.SETTINGS: _Language.PYTHON,
    Kind.ENTRY_POINT: _Language.PYTHON,
    Kind.DOCKERFILE: _Language.DOCKERFILE,
    Kind.DOCKERIGNORE: _Language.LINES,
    Kind.MAKEFILE: _Language.MAKE,
}
_BY_EXTENSION = {
    "yml": _Language.YAML,
    "yaml": _Language.YAML,
    "py": _Language.PYTHON,
    "toml": _Language.TOML,
    "sh": _Language.SHELL,
    "bash": _Language.SHELL,
    "": _Language.SHELL,
}


def _language(path: str, kind: Kind | None) -> _Language | None:
    """Return in which language a comment would be written; None: in none, or it is not known."""
    name = path.rpartition("/")[2].lower()
    extension = name.rpartition(".")[2] if "." in name else ""
    if kind is Kind.REQUIREMENTS:
        plain = _Language.LINES if extension in ("txt", "in") else None
        return _BY_EXTENSION.get(extension) if extension in ("toml", "py") else plain
    if kind is Kind.SCRIPT:
        found = _BY_EXTENSION.get(extension)
        return found if found is _Language.SHELL else None
    if kind is Kind.TASKS or kind is None:
        found = _BY_EXTENSION.get(extension)
        return found if found in (_Language.YAML, _Language.PYTHON, _Language.TOML) else None
    return _BY_KIND.get(kind)


def _says_the_same(language: _Language, before: SourceFile, after: SourceFile, line: int) -> bool:
    if language in (_Language.SHELL, _Language.MAKE, _Language.LINES):
        return can_begin_line(before.text, before.offset(line), make=language is _Language.MAKE) and (
            language is not _Language.LINES or not before.line_text(line)[:1].isspace()
        )
    reader = _READERS[language]
    try:
        return bool(reader(before) == reader(after))
    except (ValueError, SyntaxError, RecursionError):
        return False  # a broken file: nobody knows what it says


def _yaml(source: SourceFile) -> Any:
    import yaml

    def facts(event: Any) -> tuple[Any, ...]:
        names = ("anchor", "tag", "implicit", "value", "style", "flow_style", "explicit", "version", "tags")
        return (type(event).__name__, *(getattr(event, name, None) for name in names))

    try:
        return [
            facts(event)
            for event in yaml.parse(source.text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        ]
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from None


def _parsed(module: str) -> Callable[[SourceFile], Any]:
    def read(source: SourceFile) -> Any:
        return _shape(import_module(f"confguard.parsers.{module}").parse(source))

    return read


def _shape(value: Any) -> Any:
    """Return a parsed tree without its places and its comments."""
    if isinstance(value, Span | SourceFile):
        return None
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = [(field.name, getattr(value, field.name)) for field in dataclasses.fields(value)]
        # The text of a here-document is known by its place only.
        kept = (one.text if name == "body" and isinstance(one, Span) else one for name, one in fields)
        return (type(value).__name__, *map(_shape, kept))
    if isinstance(value, Mapping):
        return [(_shape(name), _shape(one)) for name, one in value.items()]
    if isinstance(value, list | tuple | frozenset | set):
        return [_shape(one) for one in value if not isinstance(one, Comment)]
    return value


_READERS: Mapping[_Language, Callable[[SourceFile], Any]] = {
    _Language.YAML: _yaml,
    _Language.PYTHON: lambda source: ast.dump(ast.parse(source.text)),
    _Language.TOML: lambda source: tomllib.loads(source.text),
    _Language.ENV: _parsed("env"),
    _Language.NGINX: _parsed("nginx"),
    _Language.DOCKERFILE: _parsed("dockerfile"),
}


def table_of(finding: Finding, reason: str, header: str) -> str:
    """Return the table of the configuration that suppresses a finding, as TOML with a line end behind it."""
    fields = {"rule": _quoted(finding.rule), "path": _quoted(_pattern(finding.primary.span.path))}
    pairs = zip(finding.address, masked_address(finding), strict=True)
    # The beginning of an address is enough, and no secret gets into the configuration.
    address = [part for part, _ in takewhile(lambda pair: pair[0] == pair[1], pairs)]
    if address:
        fields["address"] = f"[{', '.join(map(_quoted, address))}]"
    if reason:
        fields["reason"] = _quoted(reason)
    return "".join((f"[[{header}]]\n", *(f"{name} = {text}\n" for name, text in fields.items())))


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _pattern(path: str) -> str:
    """Return the gitignore pattern that matches one path only."""
    return "/" + re.sub(r"([\\*?\[\]! #])", r"\\\1", path)


def by_place(
    findings: Iterable[Finding], real_path: Callable[[str], object] = str
) -> dict[str, dict[int, set[str]]]:
    """Return which rules are to be silenced on which lines, by path: at the first place of each finding.

    A file that has several paths is written under the first of them.
    """
    wanted: dict[str, dict[int, set[str]]] = {}
    first: dict[object, str] = {}
    for one in findings:
        span = one.primary.span
        path = first.setdefault(real_path(span.path), span.path)
        wanted.setdefault(path, {}).setdefault(span.line, set()).add(one.rule)
    return wanted


def changed_texts(
    wanted: Mapping[str, Mapping[int, Collection[str]]],
    read: Callable[[str], SourceFile | None],
    kinds: Mapping[str, Kind],
    reason: str,
) -> Iterator[tuple[str, str, frozenset[int]]]:
    """Yield path, new text and the lines without a comment, for each file that is to get some."""
    for path, lines in sorted(wanted.items()):
        source = read(path)
        if source is None:
            yield path, "", frozenset(lines)
            continue
        text, refused = add_comments(source, kind_of(path, kinds), lines, reason)
        yield path, text, refused
