"""Where a comment can begin a line of a shell script or of a Makefile: outside of quotes and documents."""

from __future__ import annotations

import re

_HEREDOC = re.compile(r"<<(?P<dash>-?)[ \t]*(?P<quote>['\"\\]?)(?P<word>[A-Za-z_][\w.-]*)")
_DEFINE = re.compile(r"^[ \t]*define\b.*?^[ \t]*endef\b", re.MULTILINE | re.DOTALL)


def can_begin_line(text: str, offset: int, *, make: bool = False) -> bool:
    """Say whether a line that begins at an offset could be a comment; in doubt it could not."""
    if make:
        inside = any(match.start() < offset < match.end() for match in _DEFINE.finditer(text))
        return not inside and not text[:offset].rstrip("\r\n").endswith("\\")
    return _open_at(text, offset) == ""


def _open_at(text: str, end: int) -> str:
    """Return what is open at an offset: a quote, ``<<`` for a here-document, a backslash, or nothing."""
    position, quote, pending = 0, "", []
    while position < end:
        sign = text[position]
        if quote:
            if sign == "\\" and quote != "'":
                position += 1
            elif sign == quote:
                quote = ""
        elif sign == "\\":
            if position + 2 >= end and text[position + 1 : position + 2] == "\n":
                return "\\"
            position += 1
        elif sign in "'\"`":
            quote = sign
        elif sign == "#" and (position == 0 or text[position - 1] in " \t\n;&|("):
            position = _line_end(text, position) - 1
        elif (
            sign == "<"
            and text[position : position + 3] != "<<<"
            and (found := _HEREDOC.match(text, position))
        ):
            pending.append(found)
            position = found.end() - 1
        elif sign == "\n" and pending:
            position = _behind_documents(text, position + 1, pending) - 1
            pending = []
            if position + 1 > end:
                return "<<"
        position += 1
    return quote


def _behind_documents(text: str, position: int, pending: list[re.Match[str]]) -> int:
    for found in pending:
        while position < len(text):
            stop = _line_end(text, position)
            line = text[position:stop].rstrip("\r")
            position = stop + 1
            if (line.lstrip("\t") if found["dash"] else line) == found["word"]:
                break
    return position


def _line_end(text: str, position: int) -> int:
    stop = text.find("\n", position)
    return len(text) if stop == -1 else stop
