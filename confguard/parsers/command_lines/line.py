"""One command line, and what it stands in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from confguard.parsers.joined import JoinedText
from confguard.source import SourceFile, Span


class Form(Enum):
    """How a file holds command lines."""

    MAKEFILE = "makefile"
    SCRIPT = "script"
    TASKS = "tasks"
    """A justfile or Taskfile, tox.ini, or the strings of a Python task file."""
    PACKAGE_JSON = "package.json"
    WORKFLOW = "workflow"
    DOCUMENT = "document"
    COMMENTS = "comments"
    """Only the comments of a file (a Compose file, an env file)."""


@dataclass(frozen=True, slots=True)
class CommandLine:
    """One logical line: a command, or the value of a variable (then ``variable`` names it).

    ``block`` counts the blocks of a file: lines of one block run in one shell, or read as if they did.
    ``depth`` counts the conditions and loops around it. ``spoken`` lines only mention commands, ``prose``
    is text of a document.
    """

    joined: JoinedText
    context: str = ""
    block: int = 0
    depth: int = 0
    variable: str = ""
    operator: str = "="
    spoken: bool = False
    prose: bool = False
    folder: Span | None = None
    variables: Mapping[str, Span] = field(default_factory=dict)


def join(source: SourceFile, line: int, strip: int = 0) -> tuple[JoinedText, int]:
    """Return the logical line that begins at a line, and the line behind it; ``strip`` cuts its start."""
    joined = JoinedText(source)
    while line <= source.line_count:
        text = source.line_text(line)
        begin = strip if not joined.starts else len(text) - len(text.lstrip())
        more = re.search(r"(?:^|[^\\])(\\)[ \t]*$|[ \t](`|\^)$", text)
        piece = text[begin : more.start(1) if more and more[1] else len(text)]
        if more and more[2]:
            piece = text[begin : more.start(2)]
        joined.add(
            piece if not joined.starts else f" {piece}", source.offset(line) + begin - bool(joined.starts)
        )
        line += 1
        if not more:
            break
    return joined, line


def path(*parts: str) -> str:
    """Return the context that parts make from the outside in, without the empty ones."""
    return " / ".join(part for part in parts if part)
