"""Python source text -> a located syntax tree.

libcst parses (it reads newer syntax than the Python that runs it); its tree is lowered to the nodes of the
standard library's ``ast``, which are smaller and which everybody knows. Each node carries ``start`` and
``end``, character offsets into the source text. Nothing is compiled, imported or run.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field

from confguard.parsers.python_nodes import end_of, start_of
from confguard.source import Problem, SourceFile, Span

MAX_NESTING = 150
"""Brackets may nest this deep: deeper text is hostile, and every tool that walks its tree would fail."""

MAX_SIZE = 2_000_000
"""Longer Python files (characters) are not parsed."""

MAX_OPERATIONS = 500
"""Operators, names and texts that one expression may hold: libcst's time grows with their square."""

_TOKEN = re.compile(
    r"#[^\n]*"
    r"|(?:'''(?:[^\\]|\\.)*?'''|\"\"\"(?:[^\\]|\\.)*?\"\"\"|'(?:[^'\\\n]|\\.)*'|\"(?:[^\"\\\n]|\\.)*\")"
    r"|\\\r?\n|[(\[{]|[)\]}]|[,;\n]|[-+*/%@&|^~<>=!.]+|\b(?:and|or|not|in|is|if|else|lambda|await|for)\b",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class PythonModule:
    """A parsed Python file: its tree (empty if it cannot be parsed) and what was wrong with it."""

    source: SourceFile
    tree: ast.Module
    problems: tuple[Problem, ...] = field(default=())

    def span(self, node: ast.AST) -> Span:
        """Return the place of a node of this tree."""
        return node_span(self.source, node)


def node_span(source: SourceFile, node: ast.AST) -> Span:
    """Return the place of a node that was lowered from this source; the whole file for any other."""
    if not hasattr(node, "start"):
        return Span(source, 0, len(source.text))
    return Span(source, start_of(node), end_of(node))


def parse(source: SourceFile) -> PythonModule:
    """Parse one Python file. Broken syntax gives a problem at its place and an empty tree."""
    empty = ast.Module(body=[], type_ignores=[])
    if len(source.text) > MAX_SIZE:
        problem = Problem(
            source.span(0), f"is Python of more than {MAX_SIZE:,} characters and was not parsed"
        )
        return PythonModule(source, empty, (problem,))
    too_deep = _too_deep(source.text)
    if too_deep is not None:
        place = source.span(too_deep, too_deep + 1)
        return PythonModule(source, empty, (Problem(place, "nests too deep to be read"),))
    # libcst costs a fifth of a second to import, so it is only reached when a Python file is parsed.
    from libcst import ParserSyntaxError

    from confguard.parsers.python_lowering import lower

    try:
        return PythonModule(source, lower(source.text))
    except ParserSyntaxError as error:
        return PythonModule(source, empty, (_syntax_problem(source, error.raw_line, error.message),))
    except RecursionError:
        return PythonModule(source, empty, (Problem(source.span(0), "nests too deep to be read"),))
    except (ValueError, SyntaxError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        return PythonModule(source, empty, (Problem(source.span(0), f"is not valid Python: {reason}"),))


def _syntax_problem(source: SourceFile, line: int, message: str) -> Problem:
    """Put libcst's message into words: it names all tokens that would do, and an inexact column."""
    kind, _, detail = message.strip().partition(": ")
    found = re.match(r"error at (\d+):\d+: expected ", detail)
    if found:
        line, detail = int(found[1]), "there is something on this line that cannot stand there"
    elif kind != "tokenizer error" or not detail:
        detail = "its syntax is invalid"
    return Problem(source.line_span(min(line, source.line_count)), f"is not valid Python: {detail}")


def _too_deep(text: str) -> int | None:
    """Return where brackets or operators nest deeper than can be parsed without harm, or None."""
    counts = [0]
    for match in _TOKEN.finditer(text):
        first = match[0][0]
        if first in "([{":
            counts.append(0)
            if len(counts) > MAX_NESTING:
                return match.start()
        elif first in ")]}":
            if len(counts) > 1:
                counts.pop()
            counts[-1] += 1
        elif first in ",;" or (first == "\n" and len(counts) == 1):
            counts[-1] = 0
        elif first not in "#\n" and not match[0].isspace():
            counts[-1] += len(match[0]) if first in "+-~" else 1
        if counts[-1] > MAX_OPERATIONS:
            return match.start()
    return None
