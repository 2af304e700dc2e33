"""Recipes of Makefiles that no shell can parse: an unquoted parenthesis in the middle of a word.

POSIX, "Shell Command Language" 2.3 and 2.10: ``(`` is an operator, and none of the grammar's rules lets it
follow a word but ``name()``. Only zsh reads ``*.(a|b)`` as a pattern; bash wants ``*.@(a|b)`` and extglob.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from confguard.discover.kinds import Kind
from confguard.parsers.command_lines import Form, lines
from confguard.source import SourceFile, Span

if TYPE_CHECKING:
    from confguard.model.repo import Repo

_OTHER_SHELL = re.compile(
    r"(?m)^\s*(override\s+|export\s+)?SHELL\s*[:?]*=\s*(?!(?:\S*/)?(?:ba|da)?sh\b)\S|^\.ONESHELL"
)
_NOT_FOLLOWED = re.compile(r"\bcase\b|<<|=~|`|\bextglob\b|^\s*#|\bdefine\b")
_BEFORE = re.compile(r"[\w./\]}-]")
_WORD = re.compile(r"[^\s;&|()'\"]*\([^\s;&()'\"]*\)?")


@dataclass(frozen=True, slots=True)
class Broken:
    """A word with a parenthesis, in the recipe of a target."""

    target: str
    span: Span


def broken_recipes(repo: Repo) -> Iterator[Broken]:
    """Yield the words that end recipes with a syntax error, one for each line."""
    for path in repo.paths(Kind.MAKEFILE):
        source = repo.project.read(path)
        if source is not None and not _OTHER_SHELL.search(source.text):
            yield from _of_file(source)


def _of_file(source: SourceFile) -> Iterator[Broken]:
    for line in lines(source, Form.MAKEFILE):
        text = line.joined.text
        if line.variable or not line.context or "(" not in text or _NOT_FOLLOWED.search(text):
            continue
        place = parenthesis_in_word(text)
        if place is not None:
            start = place
            while start > 0 and not re.match(r"[\s;&|()'\"]", text[start - 1]):
                start -= 1
            match = _WORD.match(text, start)
            end = match.end() if match is not None and match.end() > place else place + 1
            yield Broken(line.context, line.joined.span(start, end))


def parenthesis_in_word(text: str) -> int | None:
    """Return where a recipe line, as make reads it, has an unquoted ``(`` directly behind a word; or None."""
    open_: list[str] = []
    index = 0
    while index < len(text):
        char = text[index]
        quoted = bool(open_) and open_[-1] == '"'
        if char == "\\":
            index += 2
        elif text.startswith("$$((", index) or (char == "$" and text[index + 1 : index + 2] in ("(", "{")):
            index = _behind(text, text.index("(" if text[index + 1] == "$" else text[index + 1], index))
        elif text.startswith("$${", index):
            index = _behind(text, index + 2)
        elif text.startswith("$$(", index):
            open_.append("(")
            index += 3
        elif char == '"':
            if quoted:
                open_.pop()
            else:
                open_.append('"')
            index += 1
        elif quoted:
            index += 1
        elif char == "'":
            end = text.find("'", index + 1)
            if end == -1:
                return None
            index = end + 1
        elif char == "#" and (index == 0 or text[index - 1] in " \t;"):
            return None
        elif char == "(":
            if index and _BEFORE.match(text[index - 1]) and not re.match(r"\(\s*\)", text[index:]):
                return index
            open_.append("(")
            index += 1
        else:
            if char == ")" and open_:
                open_.pop()
            index += 1
    return None


def _behind(text: str, start: int) -> int:
    """Return what stands behind the parenthesis or brace that opens at an offset."""
    pair = {"(": ")", "{": "}"}[text[start]]
    depth = 0
    for index in range(start, len(text)):
        depth += (text[index] == text[start]) - (text[index] == pair)
        if depth == 0:
            return index + 1
    return len(text)
