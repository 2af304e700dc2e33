"""The lines that workflows run or use, each with the step around it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from confguard.finding import Label
from confguard.source import SourceFile

_STEP = re.compile(r"^(?P<indent>\s*)-\s+(?:name|uses|run|id|if|with|env|shell|working-directory)\b")
_CALLED = re.compile(r"^(?P<indent>\s+)uses:\s*\S+/\.github/workflows/")
_QUIET = re.compile(
    r"^\s*(?:#|-?\s*(?:name|id|if):)|^\s*echo\b"
    r"|\b(?:pip3?|uv pip|pipx|poetry|npm|yarn|pnpm|apt|apt-get|apk|brew)\s+"
    r"(?:-\S+\s+)*(?:install|ci|add|update)\b|\bplaywright install\b"
)
"""What says or installs something, and does nothing else."""
_FORGIVEN = re.compile(r"\|\|\s*(?:true|:|exit 0|echo\b)|\bcontinue-on-error:\s*true\b|--exit-zero\b")


@dataclass(frozen=True, slots=True)
class Step:
    """A line of a workflow that does something; ``around`` are the lines of its step."""

    source: SourceFile
    line: int
    text: str
    around: tuple[str, ...]

    @property
    def is_forgiven(self) -> bool:
        """Whether nobody notices when it fails."""
        named = (one for one in self.around if "continue-on-error" in one)
        return any(_FORGIVEN.search(one) for one in (self.text, *named))

    def label(self, text: str) -> Label:
        """Return the line as a label."""
        offset = self.source.offset(self.line)
        return Label(self.source.span(offset, offset + len(self.text)), text)


def steps(source: SourceFile) -> Iterator[Step]:
    """Yield the lines of a workflow's steps and of calls of other workflows; of other systems all lines."""
    ours = "/workflows/" in source.path
    around: list[str] = []
    depth = -1
    for line in range(1, source.line_count + 1):
        text = source.line_text(line)
        start = _STEP.match(text)
        if start is not None:
            depth = len(start["indent"])
            around = _step(source, line, depth)
        elif depth < 0 and (called := _CALLED.match(text)) is not None:
            depth = len(called["indent"]) - 1
            around = _step(source, line, depth)
        elif text.strip() and len(text) - len(text.lstrip()) <= depth:
            depth, around = -1, []
        if (depth >= 0 or not ours) and not _QUIET.search(text):
            yield Step(source, line, text, tuple(around))


def _step(source: SourceFile, first: int, depth: int) -> list[str]:
    lines = [source.line_text(first)]
    for line in range(first + 1, source.line_count + 1):
        text = source.line_text(line)
        if text.strip() and len(text) - len(text.lstrip()) <= depth:
            break
        lines.append(text)
    return lines
