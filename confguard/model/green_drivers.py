"""Workers that share their time among requests, and a driver that does not let them.

gevent replaces the sockets of Python (``gevent.monkey.patch_all``, which gunicorn's class gevent and Celery's
pool gevent call). psycopg2 waits in C: it gives way only where its wait callback is set, as
``psycogreen.gevent.patch_psycopg`` does (psycopg2 2.9, "Support for coroutine libraries"). eventlet sets it
itself, and psycopg 3 waits in Python; Django takes psycopg 3 where both are installed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from confguard.model.django.values import entry
from confguard.model.provided import installed
from confguard.model.time_limits import worker_class
from confguard.model.value import Known

if TYPE_CHECKING:
    from confguard.discover.project import Project
    from confguard.model.deployment import App, Deployment
    from confguard.source import Span

_POOL = re.compile(r"(?:^|[\s/])celery\b.*\sworker\b.*\s(?:-P\s*|--pool[=\s]\s*)gevent\b")
_GREEN = ("psycogreen", "set_wait_callback", "make_psycopg_green")
_SPEAKS = re.compile(r"\.(?:py|txt|in|toml|lock|cfg|sh)\Z|(?:^|/)Pipfile\Z|Dockerfile")
_LIST = re.compile(r"(?:^|/)[\w./-]*(?:requirements[^/]*\.(?:txt|in)|pyproject\.toml)\Z|(?:^|/)requirements/")
_DRIVER = re.compile(r"^[\s\"']*psycopg2(?:-binary)?\b.*$", re.MULTILINE)
_NEWER = frozenset({"psycopg", "psycopg-binary", "psycopg-c"})


@dataclass(frozen=True, slots=True)
class Blocked:
    """A service whose workers are of gevent; ``place`` is where that is chosen."""

    service: str
    program: str
    place: Span | None


def blocked_workers(deployment: Deployment) -> Iterator[Blocked]:
    """Yield the services whose workers of gevent reach PostgreSQL by a psycopg2 that does not give way."""
    project = deployment.project
    for app in deployment.apps:
        if not _asks_postgresql(deployment, app):
            continue
        for service in app.services:
            found = _gevent(deployment, service)
            if found is not None and _waits_in_c(project):
                yield found


def driver_line(project: Project) -> Span | None:
    """Return the line of a list of requirements that asks for psycopg2."""
    for path in project.paths:
        source = project.read(path) if _LIST.search(path) else None
        match = _DRIVER.search(source.text) if source is not None and "psycopg2" in source.text else None
        if match is not None and source is not None:
            return source.span(*match.span())
    return None


def _asks_postgresql(deployment: Deployment, app: App) -> bool:
    """Say whether the database is PostgreSQL: an address that is not known leads to the stack's own."""
    engine = entry(app.settings.get("DATABASES"), "default", "ENGINE")
    if isinstance(engine, Known):
        return re.search(r"postgres|postgis", str(engine.value)) is not None
    found = (deployment.datastore(service) for service in deployment.services.values())
    stores = {kind for kind, _ in filter(None, found)}
    return engine is not None and "PostgreSQL" in stores and "MySQL" not in stores


def _gevent(deployment: Deployment, service: str) -> Blocked | None:
    chosen = worker_class(deployment, service)
    if chosen is not None and chosen[0].rpartition(".")[2] in ("gevent", "GeventWorker"):
        return Blocked(service, "gunicorn", chosen[1])
    process = deployment.processes[service]
    if _POOL.search(" ".join(process.words)):
        return Blocked(service, "celery", process.span)
    return None


def _waits_in_c(project: Project) -> bool:
    """Say whether psycopg2 is what Django takes, and no file of the project teaches it to give way."""
    found = installed(project)
    if found is None or not found.names & {"psycopg2", "psycopg2-binary"} or found.names & _NEWER:
        return False
    return not project.once(("green drivers",), lambda: _is_taught(project))


def _is_taught(project: Project) -> bool:
    sources = (project.read(path) for path in project.paths if _SPEAKS.search(path))
    return any(word in source.text for source in sources if source is not None for word in _GREEN)
