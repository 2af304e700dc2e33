"""Edits of .dockerignore files, which may not be there yet."""

from __future__ import annotations

from confguard.finding import Edit
from confguard.fixes.lines import append_lines
from confguard.source import SourceFile


def add_pattern(file: SourceFile | None, path: str, pattern: str) -> Edit:
    """Add a pattern at the end of a file; ``path`` is where it is made if it is not there."""
    return append_lines(file or SourceFile(path, ""), [pattern])
