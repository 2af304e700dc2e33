"""The commands that documents tell people to run."""

from __future__ import annotations

import re
from collections.abc import Iterator

from confguard.parsers.command_lines.line import CommandLine, join, path
from confguard.parsers.joined import JoinedText
from confguard.source import SourceFile

_PROMPT = re.compile(r"\s*(?:(?:[\w.@~:/-]*[$#❯%»]|PS [^>]*>|>)\s+)?")
_FENCE = re.compile(r"\s*(?:[-*>]\s+|\d+[.)]\s+)?(`{3,}|~{3,})\s*\{?\.?([\w+-]*)")
_SHELLS = frozenset([
    "", "bash", "sh", "shell", "console", "zsh", "shell-session", "terminal", "text", "txt", "powershell",
    "ps1", "bat", "cmd", "batch", "none", "dotenv", "ini", "env", "fish", "plaintext", "makefile", "code",
])  # fmt: skip
_ITEM = re.compile(r"\s*[-*+•]\s+\w")
"""An item of a list: words about commands, also in a block of plain text."""
_INLINE = re.compile(r"`{1,2}([^`\n]*(?:docker[- ]compose|stack deploy)[^`\n]*)`{1,2}")
_COMMANDS = re.compile(
    r"\s*(?:[$#❯%]\s+)?(?:sudo\s+)?(?:[A-Z_]+=\S+\s+)*(?:docker|docker-compose|cp|cd|export|make|podman)\s"
)


def document(source: SourceFile) -> Iterator[CommandLine]:
    """Yield the command lines of a document: fenced and indented blocks, code in sentences."""
    headings: list[tuple[int, str]] = []
    block, line, fence = 0, 1, ""
    rst = source.path.endswith(".rst")
    shell = False
    while line <= source.line_count:
        text = source.line_text(line)
        found = _FENCE.match(text)
        if fence:
            if text.strip().startswith(fence) and not text.strip().strip(fence[0]):
                fence = ""
                line += 1
            elif shell and text.strip():
                prompt = _PROMPT.match(text)
                comment = text.lstrip().startswith("# ") and not _COMMANDS.match(text)
                comment = comment or _ITEM.match(text) is not None
                joined, line = join(source, line, prompt.end() if prompt and not comment else 0)
                yield CommandLine(joined, _heading(headings), block, 1, spoken=comment)
            else:
                line += 1
            continue
        if found and not rst:
            fence, shell = found[1], found[2].lower() in _SHELLS
            block += 1
            line += 1
            continue
        heading = _heading_at(source, line, rst)
        if heading:
            headings = [*(one for one in headings if one[0] < heading[0]), heading]
        elif text.startswith(("    ", "\t", "  ")) and _COMMANDS.match(text):
            block += not source.line_text(line - 1).strip()
            prompt = _PROMPT.match(text)
            joined, line = join(source, line, prompt.end() if prompt else 0)
            yield CommandLine(joined, _heading(headings), block)
            continue
        else:
            for inline in _INLINE.finditer(text):
                joined = JoinedText(source)
                joined.add(inline[1], source.offset(line) + inline.start(1))
                block += 1
                yield CommandLine(joined, _heading(headings), block, 0)
            if "env" in text:
                joined = JoinedText(source)
                joined.add(text, source.offset(line))
                block += 1
                yield CommandLine(joined, _heading(headings), block, 0, spoken=False, prose=True)
        line += 1


_UNDERLINES = "=-~^\"'*+#`."


def _heading_at(source: SourceFile, line: int, rst: bool) -> tuple[int, str] | None:
    text = source.line_text(line)
    if not rst and (match := re.match(r"(#{1,6})\s+(.*?)\s*#*\s*$", text)):
        return len(match[1]), match[2]
    under = source.line_text(line + 1).strip()
    if not text.strip() or len(under) < 3 or under[0] not in _UNDERLINES or under.strip(under[0]):
        return None
    right = len(under) + 2 >= len(text.strip()) if rst else under[0] in "=-" and text[0].isalnum()
    return (_UNDERLINES.index(under[0]) + 1, text.strip()) if right else None


def _heading(headings: list[tuple[int, str]]) -> str:
    return path(*(text for _, text in headings[-3:]))
