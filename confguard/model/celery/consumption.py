"""Which Celery programs a stack runs: its workers with their queues, its schedulers.

Options are those of Celery 5's command line: ``-Q``/``--queues`` (without it a worker consumes
``task_queues``, or the default queue ``celery``), ``-B``/``--beat``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from confguard.model.image import DATASTORES
from confguard.model.listening import Program, programs
from confguard.model.listening.programs import MARK
from confguard.model.roles import ServiceRole, role_of
from confguard.model.running_settings import target_of
from confguard.model.value import Known
from confguard.source import Span

if TYPE_CHECKING:
    from confguard.model.celery.code import Code
    from confguard.model.deployment import Deployment

_WITHOUT_PYTHON = frozenset({
    "node", "golang", "ruby", "php", "rust", "caddy", "traefik", "haproxy", "httpd", "grafana", "loki",
    "promtail",
    "prometheus", "certbot", "minio", "mailhog", "mailpit", "gotenberg", "tika", "anubis",
})  # fmt: skip
_WORKER_COMMANDS = frozenset({"celery", "celeryworker", "celery_worker", "celery_reload"})


@dataclass(frozen=True, slots=True)
class Worker:
    """A worker: its queues, None where it consumes the default ones; ``known``: whether they are."""

    service: str
    application: str
    queues: tuple[str, ...] | None
    known: bool
    span: Span | None
    sure: bool


@dataclass(frozen=True, slots=True)
class Beat:
    """A scheduler, alone or in a worker."""

    service: str
    application: str
    span: Span | None
    sure: bool
    replicas: int


@dataclass(frozen=True, slots=True)
class Consumption:
    """The Celery programs of a stack; where ``complete`` is False it may run others."""

    workers: tuple[Worker, ...]
    beats: tuple[Beat, ...]
    complete: bool


def consumption(deployment: Deployment) -> Consumption:
    """Return the Celery programs that a stack runs."""
    workers: list[Worker] = []
    beats: list[Beat] = []
    complete = True
    for name, service in deployment.services.items():
        found = programs(deployment, name)
        replicas = service.replicas.value if isinstance(service.replicas, Known) else 1
        for program in found:
            words = program.words
            if program.name in ("manage.py", "django-admin"):
                complete = complete and not _WORKER_COMMANDS & set(words) and "qcluster" not in words
            if program.name != "celery":
                continue
            span = program.span.first_line() if program.span is not None else service.span
            application = target_of(program) or ""
            if "worker" in words:
                workers.append(_worker(name, application, program, span))
            if "beat" in words or ("worker" in words and _has_beat(words)):
                beats.append(Beat(name, application, span, program.sure, replicas))
        role = role_of(deployment, service)
        complete = complete and (role.sure or _is_foreign(deployment, name))
        if role.role in (ServiceRole.APP, ServiceRole.WORKER, ServiceRole.BEAT, ServiceRole.MIGRATION):
            complete = complete and found.complete
    return Consumption(tuple(workers), tuple(beats), complete)


def _is_foreign(deployment: Deployment, service: str) -> bool:
    """Say whether a service's image surely has nothing of the repository's Python."""
    reference = deployment.base_image(deployment.services[service])
    return reference is not None and (reference.name in _WITHOUT_PYTHON or reference.name in DATASTORES)


def _has_beat(words: tuple[str, ...]) -> bool:
    return any(word in ("-B", "--beat") for word in words)


def _worker(service: str, application: str, program: Program, span: Span | None) -> Worker:
    words = program.words
    queues: list[str] | None = None
    known = True
    for index, word in enumerate(words):
        text = ""
        if word.startswith("--queues="):
            text = word.partition("=")[2]
        elif word in ("-Q", "--queues") and index + 1 < len(words):
            text = words[index + 1]
        elif word.startswith("-Q") and len(word) > 2:
            text = word[2:]
        else:
            known = known and not (MARK in word and word == MARK)
            continue
        known = known and MARK not in text
        queues = [*(queues or []), *(one.strip() for one in text.split(",") if one.strip())]
    return Worker(
        service, application, tuple(queues) if queues is not None else None, known, span, program.sure
    )


def code_run_by(deployment: Deployment, service: str) -> Code:
    """Return the code that a service runs: that of its build context, or of the whole project."""
    build = deployment.processes[service].build
    context = build.context if build is not None else None
    folder = context.value if isinstance(context, Known) else ""
    return deployment.evaluations.celery(folder if deployment.project.is_folder(folder) else "")
