"""Secret values on a line that belong to a name on one of the lines before it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial

from confguard.reporters.secret_lines import ASSIGNMENT, STRING, find_or_end
from confguard.reporters.secret_values import BLOCK_SCALAR, Range, is_name, is_secret_name, value_ranges
from confguard.source import SourceFile

LONGEST_LINE = 4096
"""Characters of a line that are looked through; a longer one is nothing that people wrote, and is hidden."""


_CONTEXT_LINES = 12


def continued(file: SourceFile, line: int, text: str, code: bool) -> Iterator[Range]:
    """Yield what belongs to a secret name that stands on one of the lines before."""
    for start in range(line - 1, max(line - _CONTEXT_LINES, 1) - 1, -1):
        head = file.line_text(start)
        if len(head) > LONGEST_LINE:
            return
        match = file.once(("secret name", start), partial(_secret_name, head))
        if match is None:
            flag = re.fullmatch(r"\s*-?\s*[\"']?--?(?P<key>[\w-]+)[\"']?,?\s*(?:\\\s*)?", head)
            if flag and start == line - 1 and is_secret_name(flag["key"]):
                yield from value_ranges(text, len(text) - len(text.lstrip("- \t")), len(text))
            if code and _open_call(head, file.line_text(start - 1), _between(file, start, line)):
                yield from _all_literals(text)
            continue
        between = _between(file, start, line)
        value = head[match.end() :].strip()
        quote = value[:1]
        opened = quote in ("'", '"') and quote not in value.replace(quote * 3, "", 1)[len(quote) :]
        if code and (_stays_above(0, head[match.end() :], between) or (value == "\\" and not between)):
            yield from _all_literals(text)
        elif opened and not any(quote in other for other in between):
            yield 0, find_or_end(text, quote, 0)
        elif (BLOCK_SCALAR.fullmatch(value) or value == "\\") and _deeper(head, [*between, text]):
            yield from value_ranges(text, 0, len(text))
        return


def _between(file: SourceFile, start: int, line: int) -> list[str]:
    return [file.line_text(number) for number in range(start + 1, line)]


def _secret_name(head: str) -> re.Match[str] | None:
    return next((m for m in ASSIGNMENT.finditer(head) if is_secret_name(m["key"])), None)


def _open_call(head: str, above: str, between: list[str]) -> bool:
    """Return whether a line has a secret name as the argument of a call that is not closed yet."""
    name = next(
        (m for m in STRING.finditer(head) if is_name(m["value"]) and is_secret_name(m["value"])), None
    )
    if name is None or not _stays_above(-1, head[name.end() :], between):
        return False
    before = head[: name.start()].strip() or above.strip()
    return bool(re.search(r"\w\($", before)) and not re.match(r"\s*:", head[name.end() :])


def _all_literals(text: str) -> Iterator[Range]:
    for literal in STRING.finditer(text):
        after = text[literal.end() :].lstrip()
        if not (
            is_name(literal["value"]) and (after.startswith((",", ":")) or text[: literal.start()].strip())
        ):
            yield from value_ranges(text, *literal.span("value"))


def _deeper(head: str, lines: list[str]) -> bool:
    indent = len(head) - len(head.lstrip())
    return all(not other.strip() or len(other) - len(other.lstrip()) > indent for other in lines)


def _stays_above(least: int, rest: str, lines: list[str]) -> bool:
    """Return whether no more brackets are closed than opened: by the rest of a line, then line by line."""
    depth = 0
    for text in (rest, *lines):
        for char in STRING.sub("", text).partition("#")[0]:
            depth += (char in "([{") - (char in ")]}")
            if depth < 0 and depth <= least:
                return False
        if depth <= least:
            return False
    return True
