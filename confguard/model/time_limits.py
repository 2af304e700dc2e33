"""How long a server in front of Django lets one request work before it kills the worker.

gunicorn 23 ("timeout", "worker_class", "threads" of its settings): a worker of the class sync that is silent
for 30 seconds is killed; other classes answer the arbiter while they work, so that the time says nothing
about requests. Command line over ``GUNICORN_CMD_ARGS`` over the configuration file over the default.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass

from confguard.model.compose.shell_words import split_words
from confguard.model.deployment import Deployment
from confguard.model.listening.find import programs
from confguard.model.listening.programs import Program
from confguard.model.listening.types import Where, option, unknown, variable
from confguard.model.value import Known, Step, Unknown, Value
from confguard.source import SourceFile, Span

_DEFAULT = 30.0


@dataclass(frozen=True, slots=True)
class TimeLimit:
    """The seconds that a request may take; ``chosen`` says that somebody wrote them, 0 that none applies."""

    seconds: float
    chosen: bool
    program: str
    span: Span | None


def time_limit(deployment: Deployment, service: str) -> TimeLimit | None:
    """Return the limit of the server that a service runs; None where it has none, or it is not known."""
    found = [one for one in programs(deployment, service) if one.name == "gunicorn" and one.sure]
    if len(found) != 1:
        return None
    return _gunicorn(found[0], Where(deployment.project, deployment.processes[service]))


def worker_class(deployment: Deployment, service: str) -> tuple[str, Span | None] | None:
    """Return the class of gunicorn's workers in a service, and where it is chosen; None if not known."""
    found = [one for one in programs(deployment, service) if one.name == "gunicorn" and one.sure]
    said = (
        _said(found[0], Where(deployment.project, deployment.processes[service])) if len(found) == 1 else None
    )
    if said is None:
        return None
    words, source, kept = said
    texts = option(words, "-k", "--worker-class")
    if texts:
        return (texts[-1], found[0].place(texts[-1]))
    if "worker_class" in kept and source is not None:
        value, start, end = kept["worker_class"]
        return (value, source.span(start, end)) if isinstance(value, str) else None
    return ("sync", found[0].span)


def workers(deployment: Deployment, service: str, program: Program) -> Value[int] | None:
    """Return how many workers the options or the configuration of a gunicorn say; None if they say none."""
    said = _said(program, Where(deployment.project, deployment.processes[service]), ("workers",))
    if said is None:
        return Unknown("its options or its configuration are not known")
    words, source, kept = said
    texts = option(words, "-w", "--workers")
    if texts:
        number = int(texts[-1]) if texts[-1].isascii() and texts[-1].isdigit() else None
        return Unknown("is no number") if number is None else Known(number)
    if "workers" not in kept or source is None:
        return None
    value, start, end = kept["workers"]
    step = Step("workers in the configuration of gunicorn", source.span(start, end))
    return Known(value, (step,)) if isinstance(value, int) else Unknown("is computed", (step,))


def configured_application(deployment: Deployment, service: str, program: Program) -> tuple[str, Span] | None:
    """Return what ``wsgi_app`` in the configuration of a gunicorn says, with its place."""
    said = _said(program, Where(deployment.project, deployment.processes[service]), ("wsgi_app",))
    if said is None or said[1] is None or "wsgi_app" not in said[2]:
        return None
    value, start, end = said[2]["wsgi_app"]
    return (value, said[1].span(start, end)) if isinstance(value, str) else None


def _said(
    program: Program, where: Where, names: Sequence[str] = ("timeout", "worker_class", "threads")
) -> tuple[tuple[str, ...], SourceFile | None, dict[str, tuple[object, int, int]]] | None:
    """Return the words of the command line, the configuration file and what it assigns."""
    arguments = variable(program, "GUNICORN_CMD_ARGS")
    if isinstance(arguments, Unknown):
        return None
    words = (*(split_words(arguments or "") or ()), *program.words[1:])
    named = option(words, "-c", "--config")
    if any(unknown(name) or name.startswith("python:") for name in named):
        return None
    source = where.file(named[-1].removeprefix("file:") if named else "gunicorn.conf.py")
    if named and source is None:
        return None
    kept = _configuration(source, names)
    return None if kept is None else (words, source, kept)


def _gunicorn(program: Program, where: Where) -> TimeLimit | None:
    said = _said(program, where)
    if said is None or not _is_sync(said[0], said[2]):
        return None
    words, source, kept = said
    texts = option(words, "-t", "--timeout")
    if texts:
        seconds = _seconds(texts[-1])
        return None if seconds is None else TimeLimit(seconds, True, program.name, program.place(texts[-1]))
    if "timeout" in kept and source is not None:
        value, start, end = kept["timeout"]
        if not isinstance(value, int | float):
            return None
        return TimeLimit(float(value), True, program.name, source.span(start, end))
    return TimeLimit(_DEFAULT, False, program.name, program.span and program.span.first_line())


def _is_sync(words: Sequence[str], kept: dict[str, tuple[object, int, int]]) -> bool:
    classes = option(words, "-k", "--worker-class") or (kept.get("worker_class", ("sync", 0, 0))[0],)
    threads = option(words, "--threads") or (kept.get("threads", (1, 0, 0))[0],)
    return classes[-1] == "sync" and str(threads[-1]) == "1"


def _seconds(text: str) -> float | None:
    return float(text) if text.isascii() and text.isdigit() else None


def _configuration(
    source: SourceFile | None, names: Sequence[str]
) -> dict[str, tuple[object, int, int]] | None:
    """Return what a configuration file assigns at its top; None where it may assign ``names`` elsewhere."""
    if source is None:
        return {}
    try:
        body = ast.parse(source.text).body
    except (SyntaxError, ValueError, RecursionError):
        return None
    found: dict[str, tuple[object, int, int]] = {}
    for node in body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            value = node.value.value if isinstance(node.value, ast.Constant) else node
            start = source.offset(node.lineno, node.col_offset + 1)
            end = source.offset(node.end_lineno or node.lineno, (node.end_col_offset or 0) + 1)
            found[node.targets[0].id] = (value, start, end)
        elif not isinstance(node, ast.Import | ast.ImportFrom | ast.Expr | ast.FunctionDef):
            for inner in ast.walk(node):
                if isinstance(inner, ast.Name) and inner.id in names:
                    return None
    return found
