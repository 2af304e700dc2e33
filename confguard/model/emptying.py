"""What the start of a container deletes from its database.

``flush`` empties all tables (``django.core.management.commands.flush``, and asks unless ``--no-input``);
``reset_db`` and ``reset_schema`` of django-extensions drop them; ``migrate APP zero`` unapplies an
application's migrations, which drops its tables.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from confguard.model.listening import Program, programs
from confguard.model.migrations import management_command

if TYPE_CHECKING:
    from confguard.model.deployment import Deployment
    from confguard.model.process import Process
    from confguard.source import SourceFile, Span

_UNASKED = frozenset({"--no-input", "--noinput"})
_EMPTYING = frozenset({"flush", "reset_db", "reset_schema"})
_DROPS = re.compile(
    r"\b(?:DROP\s+(?:TABLE|SCHEMA|DATABASE)|TRUNCATE(?:\s+TABLE)?)\s+(?!IF\s+EXISTS\s+(?:te?mp|_))(?!te?mp)[\w\"'{%]"
    r"|call_command\(\s*[\"'](?:flush|reset_db|reset_schema)[\"']"
)
_SQL = re.compile(r"\bDROP\s+(?:TABLE|SCHEMA|DATABASE)\b", re.IGNORECASE)
_CLIENTS = frozenset({"psql", "mysql", "mariadb"})
_TESTED = re.compile(r"\$\{(\w+):-[\"']?(?:true|1|yes|on)[\"']?\}", re.IGNORECASE)
_REPEATED = re.compile(
    r"^(while|until)[ \t]+!?[ \t]*((?:python[\d.]*[ \t]+)?\S*manage\.py[ \t]+"
    r"(flush\b[^\n;&|>]*--no-?input(?:[ \t]+--\S+)*))",
    re.MULTILINE,
)
"""A loop that goes on until the command has worked: it is run whatever its outcome."""
_LEAVES = re.compile(r"\b(?:exec|exit|return)\b")
_COMMENT = re.compile(r"^\s*#.*$", re.MULTILINE)
_LINES_AHEAD = 8


@dataclass(frozen=True, slots=True)
class Emptying:
    """A command that empties or drops tables whenever a service starts.

    ``dropping`` is None where the command surely does; for a command of the repository it is the place of
    its code that may. ``switch`` is a variable that would stop it, which is on unless it is set, with the
    place where it is asked.
    """

    service: str
    place: Span
    command: str
    dropping: Span | None = None
    switch: tuple[str, Span] | None = None


def emptying(deployment: Deployment) -> Iterator[Emptying]:
    """Yield what surely runs at each start of a service and empties its database, or may drop tables."""
    for name, service in deployment.services.items():
        if service.profiles:
            continue  # it is started by hand
        for program in programs(deployment, name):
            if not program.sure or program.span is None:
                continue
            words = management_command(program)
            if _empties(words, program):
                yield Emptying(name, program.span, " ".join(words or program.words[:1]))
            elif words and (dropping := _dropping(deployment, name, words[0])) is not None:
                switch = _switch(deployment, name, program.span)
                yield Emptying(name, program.span, words[0], dropping, switch)
        yield from _repeated(deployment.processes[name])


def _repeated(process: Process) -> Iterator[Emptying]:
    """Yield the loops of a container's own start script that go on until the database is empty."""
    started = {posixpath.basename(word) for word in process.words}
    for source in process.scripts:
        match = _REPEATED.search(source.text)
        if match is None or posixpath.basename(source.path) not in started:
            continue
        if not _LEAVES.search(_COMMENT.sub("", source.text[: match.start()])):
            place = source.span(match.start(2), match.end(2))
            yield Emptying(process.service.name, place, match[3].strip())


def _empties(words: tuple[str, ...], program: Program) -> bool:
    if words:
        if words[0] in _EMPTYING:
            return bool(_UNASKED & set(words))
        plain = [word for word in words if not word.startswith("-")]
        return words[0] == "migrate" and len(plain) == 3 and plain[2] == "zero"
    if program.name == "dropdb":
        return True
    return program.name in _CLIENTS and any(_SQL.search(word) for word in program.words[1:])


def _dropping(deployment: Deployment, service: str, command: str) -> Span | None:
    """Return where a management command of the repository drops tables, None where it does not."""
    path = _own_command(deployment, service, command)
    source = deployment.project.read(path) if path else None
    if source is None:
        return None
    match = _DROPS.search(_COMMENT.sub(lambda found: " " * len(found[0]), source.text))
    return source.span(match.start(), match.end()) if match else None


def _own_command(deployment: Deployment, service: str, command: str) -> str:
    """Return the file of a management command, if just one application of the repository has it."""
    tail = f"management/commands/{command}.py"
    found = [path for path in deployment.project.named(f"{command}.py") if path.endswith(f"/{tail}")]
    return found[0] if len(found) == 1 and deployment.app_of(service) is not None else ""


def _switch(deployment: Deployment, service: str, span: Span) -> tuple[str, Span] | None:
    """Return the variable around a command in its script which is taken for true where nothing sets it."""
    if not span.path.endswith((".sh", ".bash")) and posixpath.splitext(span.path)[1]:
        return None
    source: SourceFile = span.file
    before = source.text[: span.start].splitlines(keepends=True)[-_LINES_AHEAD:]
    start = span.start - sum(map(len, before))
    for line in before[::-1]:
        if re.match(r"\s*fi\b", line):
            return None
        if re.match(r"\s*if\b", line) and (match := _TESTED.search(line)):
            environment = deployment.processes[service].environment
            place = source.text.rindex(line, start, span.start)
            if environment.get(match[1]) is None:
                return match[1], source.span(place + match.start(), place + match.end())
            return None
    return None
