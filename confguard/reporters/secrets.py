"""Hides secret values in text that is shown; names, references and shapes stay.

What is hidden: the value of a key whose name speaks of a secret, passwords in URLs, the defaults of secret
variables (``${DB_PASSWORD:-this}``), keys in PEM form, tokens of well-known services and long strings that
look random. What stays: references (``${NAME}``), empty values, paths, booleans, and placeholders that ask to
be replaced (``change-me``, ``<your-token>``). When in doubt a value is hidden: output is shared.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from confguard.reporters.secret_context import LONGEST_LINE, continued
from confguard.reporters.secret_lines import ASSIGNMENT, in_code, in_data
from confguard.reporters.secret_values import PEM, Range, anywhere, is_name, is_secret_name, value_ranges
from confguard.source import SourceFile

MASK = "•••"
"""Stands for a hidden value; its length says nothing about the value's."""


# What stands before the first letter of a word is skipped at once: a key begins there or nowhere in the word.
_QUOTED_IN_PROSE = re.compile(
    r"(?<![\w\-])(?:[^\WA-Za-z_]|-)*+(?P<key>[A-Za-z_][\w\-]*)[\"'`]?\s*"
    r"(?:[:=]|is|(?:is |has )?(?:the )?default(?:s to)?|is set to)"
    r"\s*(?P<quote>[\"'`])(?P<value>[^\"'`]+)(?P=quote)"
)


def mask_secrets(line: str, path: str = "") -> str:
    """Return one line of a file with its secret values replaced by ``MASK``; the path tells Python code."""
    return apply_mask(line, secret_ranges(line, code=path.endswith(".py")))


def mask_prose(text: str) -> str:
    """Return a sentence that may quote a repository's values, with secret ones replaced by ``MASK``."""
    found = [*anywhere(text)]
    for match in ASSIGNMENT.finditer(text):
        value = re.compile(r"[^\s,;)\"'`]+").match(text, match.end())
        if (
            "=" in match["op"]
            and match["op"] == match["op"].strip()
            and value
            and is_secret_name(match["key"])
        ):
            found += value_ranges(text, value.start(), value.end())
    for match in _QUOTED_IN_PROSE.finditer(text):
        if is_secret_name(match["key"]) and not is_name(match["value"]):
            found += value_ranges(text, match.start("value"), match.end("value"))
    return apply_mask(text, found)


def apply_mask(text: str, ranges: Iterable[Range]) -> str:
    """Return the text with each of the ranges replaced by ``MASK``."""
    parts, position = [], 0
    for start, end in merge_ranges(ranges):
        parts += [text[position:start], MASK]
        position = end
    return "".join((*parts, text[position:]))


def merge_ranges(ranges: Iterable[Range]) -> list[Range]:
    """Return the ranges in order, without empty ones and with overlapping ones joined."""
    merged: list[Range] = []
    for start, end in sorted(ranges):
        if merged and start < merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        elif start < end:
            merged.append((start, end))
    return merged


def line_secrets(file: SourceFile, line: int) -> list[Range]:
    """Return what to hide in a 1-based line, as offsets in it; the lines before it are taken into account."""
    # The same line is shown by several findings, and asked about for their messages, too.
    return file.once(("secrets", line), lambda: _line_secrets(file, line))


def _line_secrets(file: SourceFile, line: int) -> list[Range]:
    text = file.line_text(line)
    if len(text) > LONGEST_LINE:
        return [(0, len(text))]
    if file.private:
        return _all_values(text)
    code = file.path.endswith(".py")
    found = secret_ranges(text, code=code)
    if "PRIVATE KEY" in file.text:
        begin = file.offset(line)
        for match in PEM.finditer(file.text):
            low, high = max(match.start("value") - begin, 0), min(match.end("value") - begin, len(text))
            found.append((low, high))
    found += continued(file, line, text, code)
    return merge_ranges(found)


def _all_values(line: str) -> list[Range]:
    """Return all of a line but the name that it sets."""
    if line.lstrip().startswith("#"):
        return []
    name = re.match(r"\s*(?:export\s+)?[A-Za-z_][\w.]*\s*[=:][ \t]*", line)
    start = name.end() if name else 0
    return [(start, len(line))] if line[start:].strip() else []


def hidden_values(file: SourceFile, line: int) -> list[str]:
    """Return the secret values that ``line_secrets`` hides in a line."""
    text = file.line_text(line)
    return [text[start:end] for start, end in line_secrets(file, line)]


def secret_ranges(line: str, *, code: bool = False) -> list[Range]:
    """Return what to hide in a line alone; in ``code`` (Python) only literals are."""
    found = [*anywhere(line)]
    found += in_code(line) if code else in_data(line)
    return merge_ranges(found)
