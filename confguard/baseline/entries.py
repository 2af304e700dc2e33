"""The file of known findings: what it holds, how it is read and written.

An entry is a rule, the paths that take part and the logical address: never a line, never a value. The file
is JSON with one entry a line, sorted, so that merging two of them is merging lines; a text that is no JSON
because a merge left a comma too few or too many is read line by line. What several lines say of one
entry is joined: the larger count holds.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from typing import Any, TypeGuard

from confguard.finding import Finding
from confguard.reporters.text import masked_address
from confguard.source import SourceFile, Span

NAME = "confguard-baseline.json"
"""The file at the root that counts where nothing else is said."""

VERSION = 1
_WORD = re.compile(r"[^\s,()+:]+")
_FURNITURE = frozenset(["", "{", "}", "[", "]", '"files": [', '"findings": [', '"version": 1'])


class BaselineError(ValueError):
    """A baseline that cannot be used; the text says where and why."""


@dataclass(frozen=True, slots=True, order=True)
class Identity:
    """What makes a finding this one: its rule, the sorted paths that take part, its logical address."""

    rule: str
    paths: tuple[str, ...]
    address: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """So many findings of one identity are known; ``span`` is where the file says so."""

    identity: Identity
    count: int
    span: Span


@dataclass(frozen=True, slots=True)
class Baseline:
    """The known findings, and the files that there were when they were written down."""

    entries: tuple[Entry, ...]
    files: frozenset[str]
    source: SourceFile


def identity(finding: Finding) -> Identity:
    """Return what makes a finding this one."""
    paths = tuple(sorted({label.span.path for label in finding.labels}))
    return Identity(finding.rule, paths, masked_address(finding))


def counted(findings: Iterable[Finding]) -> dict[Identity, int]:
    """Return how many findings there are of each identity."""
    return dict(Counter(identity(finding) for finding in findings))


def named_files(known: Iterable[Identity], existing: Collection[str]) -> set[str]:
    """Return the files that identities speak of: those that take part, and those in their addresses."""
    present = existing if isinstance(existing, Set) else frozenset(existing)
    found = set()
    for one in known:
        words = (word for part in one.address for word in (part, *_WORD.findall(part)))
        found |= {*one.paths, *(word for word in words if word in present)}
    return found


def text_of(known: Mapping[Identity, int], files: Iterable[str]) -> str:
    """Return the text of a baseline: ASCII, sorted, one entry a line."""
    paths = {*files, *(path for one in known for path in one.paths)}
    lines = ["{", f'  "version": {VERSION},', '  "files": [']
    lines += _separated(json.dumps(path) for path in sorted(paths))
    lines += ["  ],", '  "findings": [']
    lines += _separated(_line(one, known[one]) for one in sorted(known))
    return "\n".join([*lines, "  ]", "}"]) + "\n"


def _separated(lines: Iterable[str]) -> list[str]:
    written = [f"    {line}," for line in lines]
    return [*written[:-1], written[-1].removesuffix(",")] if written else []


def _line(one: Identity, count: int) -> str:
    fields: dict[str, Any] = {"rule": one.rule, "paths": one.paths, "address": one.address}
    return json.dumps(fields | ({"count": count} if count > 1 else {}))


def read(source: SourceFile) -> Baseline:
    """Read the text of a baseline; raises BaselineError."""
    try:
        document = json.loads(source.text)
    except (ValueError, RecursionError):
        document = _from_lines(source)
    if not isinstance(document, dict) or not isinstance(document.get("version"), int):
        raise BaselineError(f"{source.path}: is no baseline of confguard")
    if document["version"] != VERSION:
        raise BaselineError(f"{source.path}: version {document['version']} is of a newer confguard")
    files, findings = document.get("files", []), document.get("findings", [])
    if not _strings(files) or not isinstance(findings, list):
        raise BaselineError(f"{source.path}: files is a list of paths, findings a list of entries")
    spans = {one: span for one, _, span in _entry_lines(source)}
    counts: dict[Identity, int] = {}
    for index, fields in enumerate(findings):
        made = _entry(fields)
        if made is None:
            raise BaselineError(f"{source.path}: findings[{index}] is no entry")
        counts[made[0]] = max(made[1], counts.get(made[0], 0))
    entries = (Entry(one, count, spans.get(one) or source.span(0)) for one, count in counts.items())
    return Baseline(tuple(entries), frozenset(files), source)


def _from_lines(source: SourceFile) -> dict[str, Any]:
    """Read a text that is no JSON, but whose lines are those of a baseline."""
    found: dict[str, Any] = {"version": VERSION, "files": [], "findings": []}
    for number in range(1, source.line_count + 1):
        line = source.line_text(number).strip().removesuffix(",")
        if line in _FURNITURE or line.startswith("//"):
            continue
        value = _parsed(line)
        if isinstance(value, str):
            found["files"].append(value)
        elif _entry(value) is not None:
            found["findings"].append(value)
        else:
            raise BaselineError(
                f"{source.path}:{number}:1: is no line of a baseline; where a merge left its marks, keep the "
                "lines of both sides, and run `confguard baseline prune`"
            )
    return found


def _entry_lines(source: SourceFile) -> Iterator[tuple[Identity, int, Span]]:
    for number in range(1, source.line_count + 1):
        span = source.line_span(number)
        if span.text.startswith('{"rule"'):
            made = _entry(_parsed(span.text.removesuffix(",")))
            if made is not None:
                yield *made, span


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _entry(fields: Any) -> tuple[Identity, int] | None:
    """Return the identity and the count that an entry says, or None if it is none."""
    if not isinstance(fields, dict) or not fields.keys() <= {"rule", "paths", "address", "count"}:
        return None
    rule, paths, address = fields.get("rule"), fields.get("paths"), fields.get("address")
    count = fields.get("count", 1)
    if not isinstance(rule, str) or not _strings(paths) or not _strings(address):
        return None
    if isinstance(count, bool) or not isinstance(count, int) or count < 1:
        return None
    return Identity(rule, tuple(sorted(set(paths))), tuple(address)), count


def _strings(value: Any) -> TypeGuard[list[str]]:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)
