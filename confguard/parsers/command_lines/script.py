"""The lines of shell scripts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from confguard.parsers.command_lines.line import CommandLine, join
from confguard.parsers.joined import JoinedText
from confguard.source import SourceFile

_OPENING = re.compile(r"(?:^|[;&|]\s*)(?:if|for|while|until|case|function\s+[\w-]+|[\w-]+\s*\(\))\b")
_CLOSING = re.compile(r"(?:^|[;&|]\s*)(?:fi|done|esac|\})(?=$|[\s;&|)>])")
_FUNCTION = re.compile(r"\s*(?:function\s+([\w:-]+)|([\w:-]+)\s*\(\))")


def script(source: SourceFile) -> Iterator[CommandLine]:
    """Yield the lines of a shell script; comments as spoken lines."""
    line, depth, function = 1, 0, ""
    while line <= source.line_count:
        text = source.line_text(line)
        stripped = text.strip()
        if not stripped:
            line += 1
            continue
        begin = len(text) - len(text.lstrip())
        if stripped.startswith("#") or re.match(r"(?i)(rem\b|::)", stripped):
            joined = JoinedText(source)
            joined.add(stripped, source.offset(line) + begin)
            yield CommandLine(joined, function, 0, depth, spoken=True)
            line += 1
            continue
        joined, line = join(source, line, begin)
        closing = len(_CLOSING.findall(joined.text))
        opening = len(_OPENING.findall(joined.text))
        if match := _FUNCTION.match(text):
            function = match[1] or match[2]
            opening = max(opening, 1)
        body = joined.text
        if match:
            brace = body.find("{")
            if brace != -1:
                inner = JoinedText(source, body[brace + 1 :])
                inner.starts, inner.places = [0], [joined.place(brace + 1)]
                yield CommandLine(inner, function, 0, depth + 1)
            depth = max(depth + opening - closing, 0)
            continue
        depth = max(depth - closing, 0) if not opening else depth
        yield CommandLine(joined, function, 0, depth + opening)
        depth = max(depth + opening - closing, 0) if opening else depth
        if depth == 0:
            function = ""
