"""Files whose text stands inside another file: ``content`` of a config in a Compose file."""

from __future__ import annotations

import re

from confguard.source import SourceFile, Span


def inline_source(text: str, span: Span) -> SourceFile:
    """Return a file with a text that stands at a place of another one, so that its lines are the same.

    ``text`` is the value, with variables replaced; ``span`` the YAML scalar. In a literal block
    (``|``) offsets are the same too, but for what follows a replaced variable in its line.
    """
    whole = span.file.text
    header = re.compile(r"\|[-+0-9]*[ \t]*(?:#[^\r\n]*)?\r?\n").match(whole, span.start)
    start = header.end() if header else span.start
    blank = re.sub(r"[^\r\n]", " ", whole[:start])
    if header is None:
        return SourceFile(span.path, blank + text)
    written, given = whole[start:].split("\n"), text.split("\n")
    indent = _indent(written) - _indent(given)
    lines = [" " * indent + line if line else "" for line in given]
    sizes = [len(line) for line in written]
    placed = [line.ljust(size) for line, size in zip(lines, sizes, strict=False)]
    return SourceFile(span.path, blank + "\n".join([*placed, *lines[len(placed) :]]))


def _indent(lines: list[str]) -> int:
    first = next((line for line in lines if line.strip()), "")
    return len(first) - len(first.lstrip(" "))
