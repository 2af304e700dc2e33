"""A shell text cut into what surely runs and what may run, with its heredocs and comments taken apart.

Not a shell: constructs are found by their keywords at the start of a command (POSIX.1-2017, 2.9.4), quoted
texts and comments left aside. Where they do not balance, all from the first on only may run.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass

_CONTINUED = re.compile(r"\\\r?\n")
_SKIPPED = re.compile(
    r"""^(?=[^\n]*\n)(?P<head>[^\n]*?(?<!<)<<-?[ \t]*(?P<quote>["']?)(?P<tag>[A-Za-z_]\w*)(?P=quote)[^\n]*)\n
    |(?P<comment>(?:^|(?<=[\s;]))\#[^\n]*)
    |(?P<single>'[^']*')
    |(?P<double>"(?:[^"\\]|\\.)*")
    |\\.""",
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)
_KEYWORD = re.compile(
    r"(?<![\w./$-])(?:(?P<open>if|for|while|until|case|select)|(?P<close>fi|done|esac))(?![\w./=-])"
    r"|(?<![\w-])(?P<function>[\w-]+[ \t]*\(\)\s*\{)|(?P<brace>[{}])(?=[\s;]|\Z)"
)
_BEFORE_COMMAND = re.compile(r"(?:\A|[;&|({}\n]|(?<![\w-])(?:then|do|else|elif|!|time))[ \t]*\Z")
_BACK = 12
"""How many characters in front of a word are looked at: the longest keyword, with blanks."""


@dataclass(frozen=True, slots=True)
class Heredoc:
    """Text for the input of a command: the line with the command, and where in the script the text stands.

    ``plain`` is text that the shell leaves as it is, because the word behind ``<<`` is quoted.
    """

    line: str
    start: int
    end: int
    plain: bool


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a script at an offset; ``code`` is its text without what quotes and comments hold.

    Both have the same length. ``sure`` says that it runs whenever the script does.
    """

    start: int
    text: str
    code: str
    sure: bool
    heredocs: tuple[Heredoc, ...] = ()


def parts(text: str) -> Iterator[Part]:
    """Yield the pieces of a shell text in order; offsets are those of the text."""
    text = _CONTINUED.sub(lambda match: " " * len(match[0]), text)
    heredocs: list[Heredoc] = []
    shown, code = _apart(text, heredocs)
    begin = 0
    for start, end in (*_constructs(code), (len(code), len(code))):
        if begin < start:
            yield _part(shown, code, begin, start, True, heredocs)
        if start < end:
            yield _part(shown, code, start, end, False, heredocs)
        begin = end


def _part(shown: str, code: str, start: int, end: int, sure: bool, heredocs: list[Heredoc]) -> Part:
    own = tuple(one for one in heredocs if start <= one.start < end)
    return Part(start, shown[start:end], code[start:end], sure, own)


def _apart(text: str, heredocs: list[Heredoc]) -> tuple[str, str]:
    """Return a text without heredocs and comments, and the same without what quotes hold."""
    lines = _line_starts(text)
    shown: list[str] = []
    code: list[str] = []
    position = 0
    while match := _SKIPPED.search(text, position):
        shown.append(text[position : match.start()])
        code.append(text[position : match.start()])
        position = match.end()
        found = match[0]
        if match["head"]:
            own, own_code = _apart(match["head"].replace("<<", "  "), [])
            starts = lines.get(match["tag"], [])
            place = bisect_left(starts, match.end())
            if place < len(starts):
                position = starts[place] + len(match["tag"])
                heredocs.append(Heredoc(match["head"], match.end(), starts[place], bool(match["quote"])))
            rest = re.sub(r"[^\n]", " ", text[match.end("head") : position])
            shown.append(own + rest)
            code.append(own_code + rest)
        elif match["comment"]:
            shown.append(" " * len(found))
            code.append(" " * len(found))
        else:
            shown.append(found)
            code.append(re.sub(r"[^\n]", "x", found) if match["single"] or match["double"] else "xx")
    shown.append(text[position:])
    code.append(text[position:])
    return "".join(shown), "".join(code)


def _line_starts(text: str) -> dict[str, list[int]]:
    """Return where each line begins behind its tabs, by what it holds: heredocs end at such places."""
    found: dict[str, list[int]] = {}
    offset = 0
    for line in text.split("\n") if "<<" in text else ():
        word = line.strip()
        found.setdefault(word, []).append(offset + line.find(word))
        offset += len(line) + 1
    return found


def _constructs(code: str) -> list[tuple[int, int]]:
    """Return where conditions, loops and functions begin and end, the outermost ones."""
    found: list[tuple[int, int]] = []
    depth = begin = 0
    for match in _KEYWORD.finditer(code):
        before = code[max(match.start() - _BACK, 0) : match.start()]
        if not match["function"] and not _BEFORE_COMMAND.search(before):
            continue
        if match["open"] or match["function"] or match["brace"] == "{":
            begin = begin if depth else match.start()
            depth += 1
        elif depth:
            depth -= 1
            if not depth:
                found.append((begin, match.end()))
        else:
            return [(0, len(code))]
    return [*found, (begin, len(code))] if depth else found
