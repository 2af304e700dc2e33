"""Commands in texts of other languages: package.json, Python, comments."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from confguard.parsers.command_lines.line import CommandLine
from confguard.parsers.joined import JoinedText
from confguard.source import SourceFile


def package_json(source: SourceFile) -> Iterator[CommandLine]:
    """Yield the scripts of a package.json that speak of Compose or env files."""
    for block, match in enumerate(re.finditer(r'"([^"\n]+)"\s*:\s*"((?:[^"\\\n]|\\.)*)"', source.text)):
        if "compose" not in match[2] and "stack deploy" not in match[2]:
            continue
        try:
            text = str(json.loads(f'"{match[2]}"'))
        except ValueError:
            continue
        joined = JoinedText(source)
        joined.add(text, match.start(2))
        yield CommandLine(joined, match[1], block)


def strings(source: SourceFile) -> Iterator[CommandLine]:
    """Yield the strings of a Python file that hold a Compose command."""
    context = ""
    for block, match in enumerate(
        re.finditer(
            r"""^def (\w+)|[rf]?(["'])((?:docker|podman)[- ]compose\b[^"'\n]*)\2""", source.text, re.MULTILINE
        )
    ):
        if match[1]:
            context = match[1]
            continue
        joined = JoinedText(source)
        text = re.sub(
            r"\{[^{}]*\}",
            lambda found: "$0".ljust(len(found[0]), "0") if len(found[0]) > 2 else "$0",
            match[3],
        )
        joined.add(text, match.start(3))
        yield CommandLine(joined, context, block)


def comments(source: SourceFile) -> Iterator[CommandLine]:
    """Yield the comments of a file that speak of commands or copies."""
    for line in range(1, source.line_count + 1):
        text = source.line_text(line)
        mark = text.find("#")
        if mark == -1 or not ("compose" in text or "env" in text):
            continue
        joined = JoinedText(source)
        joined.add(text[mark + 1 :], source.offset(line) + mark + 1)
        yield CommandLine(joined, "", line, spoken=True)
