"""What the steps of workflows and the tasks of Taskfiles run."""

from __future__ import annotations

import re
from collections.abc import Iterator

from confguard.parsers.command_lines.line import CommandLine, join, path
from confguard.source import SourceFile, Span

_KEY = re.compile(r"(\s*)(- )?\s*([\w.-]+):(?:\s+(.*?)|)\s*$")
_RUNNING = frozenset([
    "run", "script", "before_script", "after_script", "command", "commands", "cmd", "cmds",
    "inline", "inlinescript", "sh",
])  # fmt: skip


def workflow(source: SourceFile) -> Iterator[CommandLine]:
    """Yield the command lines of a workflow or Taskfile: ``run:`` and ``script:``, blocks and lists."""
    block, step, job, folder, running = 0, "", "", None, -1
    shared = re.search(r"(?m)^( *)defaults:\s*\n(?:.*\n){0,3}?\s*working-directory:\s*(\S+)", source.text)
    default = source.span(*shared.span(2)) if shared else None
    variables: dict[str, Span] = {}
    line = 1
    while line <= source.line_count:
        text = source.line_text(line)
        stripped = text.strip()
        indent = len(text) - len(text.lstrip())
        if not stripped or stripped.startswith("#"):
            line += 1
            continue
        listed = stripped.startswith("- ")
        if running >= 0 and (indent > running or (indent == running and listed)):
            begin = indent + (2 if stripped.startswith("- ") else 0)
            quote = text[begin : begin + 1] in ("'", '"') and stripped.endswith(text[begin : begin + 1])
            if re.match(r"(cmd|task|name|if|silent|ref|variables?):\s", text[begin:]):
                after = text.index(":", begin) + 1
                begin = after + len(text[after:]) - len(text[after:].lstrip())
            joined, line = join(source, line, begin + quote)
            if quote:
                joined.text = joined.text.rstrip()[:-1]
            yield CommandLine(
                joined, path(job, step), block, 1, folder=folder or default, variables=variables
            )
            continue
        running = -1
        match = _KEY.match(text)
        if match:
            key, value = match[3].lower(), match[4] or ""
            if match[2]:  # an item of a list: the next step
                step, folder = "", None
            if key == "name":
                step = value.strip("\"'")
            elif key == "working-directory" or (key == "dir" and value):
                begin = text.index(value)
                folder = source.span(source.offset(line) + begin, source.offset(line) + begin + len(value))
            elif match[3].startswith("COMPOSE_"):
                begin = text.index(value) if value else len(text)
                start = source.offset(line) + begin
                variables = variables | {match[3]: source.span(start, start + len(value))}
            elif key in _RUNNING:
                block += 1
                running = indent + (2 if match[2] else 0)
                if not folder:
                    folder = _step_folder(source, line, running)
                if value and not re.match(r"[|>][+\-\d]*\s*(#.*)?$", value):
                    begin = text.index(value, match.start(3) + len(match[3]) + 1)
                    joined, line = join(source, line, begin + (value[0] in "'\""))
                    running = -1
                    yield CommandLine(
                        joined, path(job, step), block, 0, folder=folder or default, variables=variables
                    )
                    continue
            elif not value and indent <= 2:
                job, step, folder = match[3], "", None
        line += 1


def _step_folder(source: SourceFile, line: int, indent: int) -> Span | None:
    """Return the ``working-directory`` that stands behind ``run`` in the same step."""
    for number in range(line + 1, min(line + 60, source.line_count) + 1):
        text = source.line_text(number)
        if not text.strip() or len(text) - len(text.lstrip()) > indent:
            continue
        match = re.match(r"\s*working-directory:\s*(\S+)", text)
        if match and len(text) - len(text.lstrip()) == indent:
            start = source.offset(number)
            return source.span(start + match.start(1), start + match.end(1))
        if len(text) - len(text.lstrip()) < indent or text.lstrip().startswith("- "):
            return None
    return None
