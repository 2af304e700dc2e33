"""What the container of a service listens on: each program that it starts is asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from confguard.model.environment import Environment
from confguard.model.image import OFFICIAL, PROXIES
from confguard.model.listening import node_servers, python_servers, stores
from confguard.model.listening.programs import Program, Programs, programs_of
from confguard.model.listening.types import Found, Listener, Listening, Where
from confguard.model.process import script_of
from confguard.model.value import Unknown

if TYPE_CHECKING:
    from confguard.model.compose import Service
    from confguard.model.deployment import Deployment
    from confguard.model.nginx import Listen, NginxModel

_PYTHON: Mapping[str, Callable[[Program, Where], Found]] = {
    "gunicorn": python_servers.gunicorn,
    "uvicorn": python_servers.uvicorn,
    "daphne": python_servers.daphne,
    "hypercorn": python_servers.hypercorn,
    "granian": python_servers.granian,
    "uwsgi": python_servers.uwsgi,
    "flower": python_servers.flower,
}

_SILENT = frozenset([
    # Programs that end by themselves, or go on and listen on nothing.
    "rq", "rqworker", "dramatiq", "huey_consumer", "huey_consumer.py", "cron", "crond", "supercronic",
    "pg_dump", "pg_basebackup", "certbot", "aws", "tail", "sleep", "find", "pip", "alembic", "bash", "sh",
    "true", "env",
    "envsubst", "curl", "wget", "psql", "mysql", "mc", "tar", "gzip", "pg_isready", "redis-cli", "echo",
    "python", "python3", "compilemessages", "nslookup", "openssl", "git", "node_modules", "rsync",
])  # fmt: skip
_SILENT_COMMANDS = frozenset([
    # Management commands of Django, Celery and others that listen on nothing.
    "migrate", "collectstatic", "createcachetable", "compilemessages", "loaddata", "createsuperuser", "check",
    "makemigrations", "qcluster", "rqworker", "rqscheduler", "run_huey", "process_tasks", "db_worker",
    "celery", "wait_for_db", "clearsessions", "compress", "shell", "crontab", "rundramatiq", "dumpdata",
    "flush",
])  # fmt: skip


def programs(deployment: Deployment, service: str) -> Programs:
    """Return the programs that a service's container starts, in their order."""
    return deployment.once(("programs", service), lambda: _programs(deployment, service))


def _programs(deployment: Deployment, service: str) -> Programs:
    process = deployment.processes[service]
    image = process.image
    delivered = deployment.compose.container_environment(service)
    own = {**(image.environment if image else {}), **delivered.values}
    known = process.environment
    base = Environment(own, known.complete, known.trail, known.reason)
    found = programs_of(
        process, base, lambda word: script_of(deployment.project, process.build, process.files, word)
    )
    if image is not None or process.service.entrypoint is not None:
        return found
    reference = deployment.base_image(process.service)
    if reference is not None and reference.name in OFFICIAL:
        return found
    plain = ("npm", "npx", "yarn", "pnpm", "node", "bun")
    return replace(found, programs=tuple(replace(one, whole=one.name in plain) for one in found))


def listening(deployment: Deployment, service: str) -> Listening:
    """Return what a service's container listens on: what its own programs bind, as far as it is known.

    EXPOSE and ``expose`` say what somebody thought; they open nothing and are not looked at.
    """
    return deployment.once(("listening", service), lambda: _listening(deployment, service))


def _listening(deployment: Deployment, service: str) -> Listening:
    found = programs(deployment, service)
    process = deployment.processes[service]
    where = Where(deployment.project, process)
    answers = _as_started(deployment, process.service, found)
    listeners: list[Listener] = []
    reason = "" if answers else found.reason
    for index, program in enumerate(answers):
        said = _ask(deployment, service, program, where)
        if isinstance(said, tuple):
            listeners += said
        elif isinstance(said, Unknown):
            reason = reason or said.reason
        elif program.last or program.background or index == len(answers) - 1:
            reason = reason or f"what {program.name} listens on is not known"
    if len(answers) and not found.complete and process.words:
        reason = reason or found.reason
    return Listening(tuple(dict.fromkeys(listeners)), not reason, reason)


def _as_started(deployment: Deployment, service: Service, found: Programs) -> list[Program]:
    """Return the programs; that of a well-known image which gets options, or nothing, by its name."""
    reference = deployment.base_image(service)
    name = stores.PROGRAM_OF_IMAGE.get(reference.name) if reference else None
    if reference is not None and reference.name in PROXIES:
        name = "nginx"
    answers = list(found)
    environment = deployment.processes[service.name].environment
    if not deployment.processes[service.name].words and reference is not None:
        return [Program((name or f"image:{reference.name}",), None, True, False, True, environment)]
    if name is not None and len(answers) == 1:
        first = answers[0].words[0] if answers[0].words else "-"
        if first.startswith("-") or (name == "minio" and first == "server"):
            answers[0] = replace(answers[0], words=(name, *answers[0].words))
    return answers


def _ask(deployment: Deployment, service: str, program: Program, where: Where) -> Found | None:
    """Return what a program listens on, why that is not known, or None for a program that is not known."""
    name = program.name
    if name == "nginx":
        return _nginx(next((one for one in deployment.proxies if one.service == service), None), program)
    if name.startswith("image:"):
        reference = deployment.base_image(where.process.service)
        return stores.image(reference, program) if reference is not None else None
    if name in ("celery", "celeryworker"):
        return python_servers.flower(program, where) if "flower" in program.words else ()
    if name in ("manage.py", "django-admin"):
        return _management(program, where)
    if name in _PYTHON:
        return _PYTHON[name](program, where)
    said = stores.store(program, where)
    if said is None and program.whole:
        said = node_servers.listeners(program, where)
    return () if said is None and name in _SILENT and _is_plain(program) else said


def _is_plain(program: Program) -> bool:
    """Say whether an interpreter is only asked, not given a program that may listen."""
    return not program.name.startswith("python") or program.words[1:2] in (("-c",), ("-",), ())


def _management(program: Program, where: Where) -> Found | None:
    command = next((word for word in program.words[1:] if not word.startswith("-")), "")
    if command.startswith("runserver"):
        return python_servers.runserver(program, where)
    return () if command in _SILENT_COMMANDS else None


def _nginx(model: NginxModel | None, program: Program) -> Found:
    if model is None:
        return Unknown("the configuration of its nginx is not in the repository")
    missing = [one for one in model.missing if one.may_hold("listen") and one.may_hold("server")]
    if missing or model.foreign or model.problems:
        return Unknown("not all of its nginx configuration is in the repository")
    found = list(_listens([one for server in model.servers for one in server.listens], program))
    for level in model.stream_servers:
        for statement in level.named("listen"):
            text = statement.first.rpartition(":")[2]
            if not text.isdigit():
                return Unknown("a port of its nginx is not known")
            found.append(Listener("", int(text), "", "nginx", statement.span, program.sure))
    if any(one is None for one in found):
        return Unknown("a port of its nginx is not known")
    return tuple(one for one in found if one is not None)


def _listens(listens: Iterable[Listen], program: Program) -> Iterable[Listener | None]:
    for listen in listens:
        if listen.unknown:
            yield None
        elif listen.port is not None:
            span = listen.statement.span if listen.statement and not listen.statement.stock else None
            address = "" if listen.wildcard else listen.address
            protocol = "https" if listen.ssl else "http"
            yield Listener(address, listen.port, protocol, "nginx", span, program.sure)
