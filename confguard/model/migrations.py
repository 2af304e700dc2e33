"""Which services of a stack migrate the database, in which order with the others, and what switches it.

Django takes no lock while it migrates (``django.core.management.commands.migrate``): two at a time both find
the same migrations unapplied.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from confguard.model.conditions import COMPLETED, HEALTHY, waits_for
from confguard.model.listening import Program, programs
from confguard.model.roles import ServiceRole, role_of
from confguard.model.value import Known
from confguard.source import Span

if TYPE_CHECKING:
    from confguard.model.deployment import Deployment
    from confguard.model.environment import Environment

_WAITS = re.compile(
    r"wait\w*migrat|migrat\w*wait|check\w*migrat|migrations?_?(?:done|applied|ready)", re.IGNORECASE
)
_RUNNING = (ServiceRole.APP, ServiceRole.WORKER, ServiceRole.BEAT)


def management_command(program: Program) -> tuple[str, ...]:
    """Return the command of ``manage.py`` and its arguments; empty for another program."""
    if program.name not in ("manage.py", "django-admin"):
        return ()
    for index, word in enumerate(program.words[1:], 1):
        if not word.startswith("-"):
            return program.words[index:]
    return ()


def migrates(program: Program) -> bool:
    """Say whether a program applies migrations."""
    words = management_command(program)
    return words[:1] == ("migrate",) and not {"--check", "--plan", "--help"} & set(words)


@dataclass(frozen=True, slots=True)
class Migration:
    """A service that surely migrates when it starts; ``ends`` says that it does nothing else."""

    service: str
    program: Program
    ends: bool


def migrations(deployment: Deployment) -> tuple[Migration, ...]:
    """Return the services that surely migrate."""
    found = []
    for name, service in deployment.services.items():
        program = next((one for one in programs(deployment, name) if migrates(one) and one.sure), None)
        if program is not None:
            ends = role_of(deployment, service).role is ServiceRole.MIGRATION
            found.append(Migration(name, program, ends))
    return tuple(found)


def early(deployment: Deployment, migration: Migration) -> tuple[str, ...]:
    """Return the services of the same application that may run before a migration has ended."""
    app = deployment.app_of(migration.service)
    found: list[str] = []
    if deployment.services[migration.service].profiles:
        return ()  # it is started by hand
    for name, service in deployment.services.items():
        own = deployment.app_of(name)
        if name == migration.service or app is None or own is None or own.settings.path != app.settings.path:
            continue
        if role_of(deployment, service).role not in _RUNNING or _sees_to_it(deployment, name):
            continue
        if migration.service not in waits_for(deployment, name, frozenset({COMPLETED})):
            found.append(name)
    return tuple(found)


def _sees_to_it(deployment: Deployment, service: str) -> bool:
    """Say whether a service migrates or waits itself, or may."""
    found = programs(deployment, service)
    if not found.complete or any(migrates(one) for one in found):
        return True
    text = deployment.processes[service].text
    return _WAITS.search(text) is not None or "migrate --check" in text or "showmigrations" in text


def concurrent(deployment: Deployment) -> tuple[Migration, ...]:
    """Return services that migrate the same database at the same time: replicas, or no order between them."""
    found = migrations(deployment)
    for one in found:
        replicas = deployment.services[one.service].replicas
        if isinstance(replicas, Known) and replicas.value > 1:
            return (one,)
    order = frozenset({COMPLETED, HEALTHY})
    for one in found:
        app = deployment.app_of(one.service)
        group = [one]
        for other in found:
            own = deployment.app_of(other.service)
            if other is one or app is None or own is None or own.settings.path != app.settings.path:
                continue
            if deployment.services[one.service].is_alternative_to(deployment.services[other.service]):
                continue
            apart = all(
                first.service not in waits_for(deployment, second.service, order)
                for first, second in ((one, other), (other, one))
            )
            if apart:
                group.append(other)
        if len(group) > 1:
            return tuple(group)
    return ()


_TESTS = re.compile(r"\bif\b|\[|\btest\b|\bcase\b")
_ASKED = re.compile(r"\$\{?(\w{0,80})")
_MAX_LINE = 2000  # characters: a longer line was not written by a person


@dataclass(frozen=True, slots=True)
class Switch:
    """A variable that start scripts ask whether to migrate.

    ``tested`` is where, ``offered`` where the operator is given it, ``by`` what migrates all the same.
    """

    name: str
    tested: Span
    offered: Span
    by: tuple[tuple[str, Program], ...]


def ineffective_switches(deployment: Deployment) -> Iterator[Switch]:
    """Yield the switches that an operator is given and that do not stop every migration of the stack."""
    for name, tested in _tested(deployment).items():
        offered = _offered(deployment, name)
        if offered is None:
            continue
        by = []
        for service, one in deployment.services.items():
            if one.profiles:
                continue  # a cut-over can leave it out
            for program in programs(deployment, service):
                if migrates(program) and program.sure and not _asks(program, name):
                    by.append((service, program))
                    break
        if by:
            yield Switch(name, tested, offered, tuple(by))


def _tested(deployment: Deployment) -> dict[str, Span]:
    found: dict[str, Span] = {}
    for process in deployment.processes.values():
        for script in process.scripts:
            if "migrate" not in script.text:
                continue
            for number in range(1, script.line_count + 1):
                line = script.line_text(number)
                if "MIGRAT" not in line or len(line) > _MAX_LINE or not _TESTS.search(line.partition("#")[0]):
                    continue
                for match in _ASKED.finditer(line.partition("#")[0]):
                    if "MIGRAT" in match[1]:
                        start = script.offset(number)
                        found.setdefault(match[1], script.span(start + match.start(1), start + match.end(1)))
    return found


def _offered(deployment: Deployment, name: str) -> Span | None:
    """Return where an env file or an interpolation lets the operator set a variable."""
    environment: Environment = deployment.compose.environment
    value = environment.values.get(name)
    if value is not None and value.span is not None:
        return value.span.first_line()
    uses = (one.span for one in deployment.compose.interpolations if one.name == name)
    return next((span.first_line() for span in uses if span is not None), None)


def _asks(program: Program, name: str) -> bool:
    """Say whether the script that a program stands in speaks of a variable."""
    return program.span is None or (name in program.span.file.text and _is_script(program.span))


def _is_script(span: Span) -> bool:
    return span.file.text.startswith("#!") or span.path.endswith((".sh", ".bash"))
