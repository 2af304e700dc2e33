"""Secret values in a line that stands alone: behind their names, in data and in Python code."""

from __future__ import annotations

import re
from collections.abc import Iterator

from confguard.reporters.secret_values import IDENTIFIER, Range, is_name, is_secret_name, value_ranges

ASSIGNMENT = re.compile(
    r"(?<![\w.\-])(?<!\$\{)(?P<open>[\"'])?(?P<key>[A-Za-z_][\w.\-]*)(?P<close>[\"'])?"
    r"(?P<op>\s*=>?\s*|\s*:(?:\s+|(?=[\"'])))"
)
_LINE_START = re.compile(r"\s*(?:[-#]\s*)*(?:(?:export|ENV|ARG|set)\s+)?[\"']?$", re.IGNORECASE)
_ARGUMENT = re.compile(
    r"(?:(?<![\w-])--?|\b(?:ENV|ARG|\w+_set_header|add_header|\w+_param)\s+|\bset\s+\$|(?<![\w-])(?=requirepass|masterauth|secure_link_secret))"
    r"(?P<key>[A-Za-z_][\w\-]*)[\"']?[\s,]+(?P<quote>[\"'])?(?P<value>[^\s\"';,\-][^\s\"';]*)",
)
STRING = re.compile(r"(?P<quote>\"\"\"|'''|\"|')(?P<value>(?:\\.|(?!(?P=quote)).)*)(?P<end>(?P=quote)|$)")


def in_data(line: str) -> Iterator[Range]:
    """Yield the values of secret keys in YAML, env files, nginx, Dockerfiles, scripts."""
    for match in ASSIGNMENT.finditer(line):
        if is_secret_name(match["key"]):
            start = match.end()
            yield from value_ranges(line, start, _data_value_end(line, match))
    for match in _ARGUMENT.finditer(line):
        if is_secret_name(match["key"]):
            end = match.end("value")
            if match["quote"]:
                closing = line.find(match["quote"], end)
                end = len(line) if closing == -1 else closing
            yield from value_ranges(line, match.start("value"), end)


def _data_value_end(line: str, match: re.Match[str]) -> int:
    """Return where the value behind ``key=`` or ``key: `` ends."""
    start = match.end()
    if match["open"] and not match["close"]:  # "KEY=value with blanks"
        return find_or_end(line, match["open"], start)
    if line[start : start + 1] in ("'", '"'):
        quoted = re.compile(r"'(?:''|[^'])*|\"(?:\\.|[^\"\\])*").match(line, start)
        return quoted.end() if quoted else len(line)
    if _LINE_START.match(line[: match.start()]):
        comment = re.compile(r"\s#").search(line, start)
        return comment.start() if comment else len(line)
    plain = re.compile(r"(?:\$\{[^}]*\}+|[^\s,;}\])\"'])*").match(line, start)
    return plain.end() if plain else start


def in_code(line: str) -> Iterator[Range]:
    """Yield the string literals that are the value of a secret name in a line of Python."""
    strings = {match.start(): match for match in STRING.finditer(line)}
    inside = [(match.start(), match.end()) for match in strings.values()]
    keys = [
        (match.start(), match.end(), False)
        for match in re.finditer(r"[A-Za-z_]\w*(?!\w|\(\s*[\"'][A-Z_]+[\"'])", line)
        if is_secret_name(match.group()) and not any(low < match.start() < high for low, high in inside)
    ]
    keys += [
        (match.start(), match.end(), line[: match.start()].rstrip().endswith("("))
        for match in strings.values()
        if IDENTIFIER.match(match["value"]) and is_secret_name(match["value"]) and _is_key_place(line, match)
    ]
    for _start, end, argument in keys:
        yield from _literals(line, end, strings, stop_at_comma=not argument)


def _is_key_place(line: str, literal: re.Match[str]) -> bool:
    """Return whether a literal stands where a name stands: called with, subscripted by, or a dict's key."""
    before, after = line[: literal.start()].rstrip(), line[literal.end() :].lstrip()
    return before.endswith(("(", "[", "{", ",")) or not before or after.startswith((":", "]"))


def _literals(
    line: str, start: int, strings: dict[int, re.Match[str]], *, stop_at_comma: bool
) -> Iterator[Range]:
    """Yield the values of the literals behind a name, up to the end of its expression."""
    depth, position = 0, start
    while position < len(line):
        literal = strings.get(position)
        if literal:
            argument = re.search(r"[(\[]\s*$|\b\w*name\s*=\s*$", line[:position])
            if not (argument and is_name(literal["value"])):
                yield from value_ranges(line, *literal.span("value"))
            position = max(literal.end(), position + 1)
            continue
        char = line[position]
        depth += (char in "([{") - (char in ")]}")
        subscript = char == "]" and re.compile(r"\s*=").match(line, position + 1)
        if (char == "," and depth == 0 and stop_at_comma) or (depth < 0 and not subscript) or char == "#":
            return
        depth = max(depth, 0)
        position += 1


def find_or_end(text: str, mark: str, start: int) -> int:
    """Return where a mark stands at or after an offset, or the length of the text."""
    found = text.find(mark, start)
    return len(text) if found == -1 else found
