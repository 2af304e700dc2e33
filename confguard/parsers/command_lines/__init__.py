"""The command lines that files of several forms hold, each with what it stands in.

Light readers of text: a Makefile's recipes, a script's lines, the ``run`` blocks of workflows, the fenced
blocks of documents. They find lines; ``confguard.parsers.commands`` understands them.
"""

from __future__ import annotations

from collections.abc import Iterator

from confguard.parsers.command_lines.document import document
from confguard.parsers.command_lines.line import CommandLine, Form
from confguard.parsers.command_lines.makefile import makefile
from confguard.parsers.command_lines.script import script
from confguard.parsers.command_lines.texts import comments, package_json, strings
from confguard.parsers.command_lines.workflow import workflow
from confguard.source import SourceFile

__all__ = ["CommandLine", "Form", "lines"]


def lines(source: SourceFile, form: Form) -> tuple[CommandLine, ...]:
    """Return the command lines of a file in their order: read once for all who ask."""
    return source.once(("command lines", form), lambda: tuple(_lines(source, form)))


def _lines(source: SourceFile, form: Form) -> Iterator[CommandLine]:
    if form is Form.MAKEFILE:
        yield from makefile(source)
    elif form is Form.SCRIPT:
        yield from script(source)
    elif form is Form.TASKS:
        name = source.path.rpartition("/")[2].lower()
        if name.endswith(".py"):
            yield from strings(source)
        elif name.endswith((".yml", ".yaml")):
            yield from workflow(source)
        else:
            yield from makefile(source, just=True)
    elif form is Form.PACKAGE_JSON:
        yield from package_json(source)
    elif form is Form.WORKFLOW:
        yield from workflow(source)
    elif form is Form.DOCUMENT:
        yield from document(source)
    else:
        yield from comments(source)
