"""Unified diffs of what fixes would change; secret values in them are masked."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping

from confguard.reporters.secrets import apply_mask, line_secrets
from confguard.reporters.terminal import Options
from confguard.reporters.text import clean_path, visible
from confguard.source import SourceFile

_COLORS = {"+": "32", "-": "31", "@": "36"}
_CONTEXT = 3  # lines


def render_diff(changes: Mapping[str, tuple[str, str]], options: Options) -> str:
    """Return the unified diffs of changed files, by path; a path leads to (old text, new text).

    Line endings stay as they are, so that the text is a patch as long as nothing in it was masked.
    """
    return "".join(_file(path, *changes[path], options) for path in sorted(changes))


def _file(path: str, old: str, new: str, options: Options) -> str:
    shown = clean_path(path, options.prefix)
    before = f"a/{shown}" if old else "/dev/null"
    first, second = (list(_lines(SourceFile(path, text))) for text in (old, new))
    diff = difflib.unified_diff(first, second, before, f"b/{shown}", n=_CONTEXT)
    return "".join(_painted(line, options, head=number < 2) for number, line in enumerate(diff))


def _lines(file: SourceFile) -> Iterator[str]:
    for number, line in enumerate(_split(file.text), start=1):
        body = line.rstrip("\r\n")
        masked = apply_mask(body, line_secrets(file, number))
        yield "\t".join(map(visible, masked.split("\t"))) + line[len(body) :]


def _split(text: str) -> list[str]:
    r"""Return the lines of a text with their ends; only ``\n`` ends one, as in every diff."""
    parts = text.split("\n")
    return [f"{part}\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])


def _painted(line: str, options: Options, *, head: bool) -> str:
    if not line.endswith("\n"):
        line += "\n\\ No newline at end of file\n"
    code = "1" if head else _COLORS.get(line[:1], "")
    if not (options.color and code):
        return line
    body = line.rstrip("\r\n")
    return f"\x1b[{code}m{body}\x1b[0m{line[len(body) :]}"
