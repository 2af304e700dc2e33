"""What each service of a stack is there for (proxy, application, worker, datastore, ...), with evidence."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from confguard.model.image import DATASTORES, PROXIES
from confguard.model.listening import Program, Programs, programs
from confguard.model.value import Step

if TYPE_CHECKING:
    from confguard.model.compose import Service
    from confguard.model.deployment import Deployment
    from confguard.model.nginx import NginxModel


class ServiceRole(Enum):
    """What a service is there for; the value is the word that people read."""

    PROXY = "proxy"
    APP = "application"
    WORKER = "worker"
    BEAT = "scheduler"
    MIGRATION = "migration"
    """It prepares the database and ends."""
    DATASTORE = "datastore"
    CACHE = "cache"
    """Redis and its kind: it may be a broker as well."""
    BROKER = "broker"
    FRONTEND = "front end"
    MAIL = "mail"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class RoleOf:
    """The role of a service and what says so; where it is not ``sure``, the role is OTHER."""

    role: ServiceRole
    evidence: Step
    sure: bool = True


_STORES: Mapping[str, ServiceRole] = {
    **dict.fromkeys(DATASTORES, ServiceRole.DATASTORE),
    **dict.fromkeys(("minio", "meilisearch", "typesense", "solr", "qdrant"), ServiceRole.DATASTORE),
    **dict.fromkeys(
        ("redis", "valkey", "redis-stack", "redis-stack-server", "keydb", "memcached"), ServiceRole.CACHE
    ),
    **dict.fromkeys(
        ("rabbitmq", "kafka", "cp-kafka", "nats", "activemq", "activemq-artemis"), ServiceRole.BROKER
    ),
    **dict.fromkeys(
        ("mailhog", "mailpit", "maildev", "postfix", "docker-mailserver", "smtp"), ServiceRole.MAIL
    ),
}
_STORE_PROGRAMS = frozenset([
    "postgres", "redis-server", "valkey-server", "keydb-server", "mysqld", "mariadbd", "mysqld_safe",
    "mongod", "memcached",
    "rabbitmq-server", "minio", "server", "pgbouncer", "docker-entrypoint.sh", "elasticsearch",
])  # fmt: skip
_OTHER_PROXIES = frozenset(
    ("traefik", "caddy", "haproxy", "envoy", "nginx-proxy", "swag", "nginx-proxy-manager", "nginx-ui")
)
_OF_TESTS = re.compile(r"(^|/)tests?/", re.IGNORECASE)
_SERVERS = frozenset(("gunicorn", "uvicorn", "daphne", "hypercorn", "granian", "uwsgi", "runserver"))
_WORKERS = frozenset(("rq", "rqworker", "dramatiq", "huey_consumer", "huey_consumer.py", "celeryworker"))
_WORKER_COMMANDS = frozenset((
    "qcluster", "rqworker", "run_huey", "process_tasks", "db_worker", "rundramatiq", "celery_worker",
    "runworker",
))  # fmt: skip
_SCHEDULERS = frozenset(("celerybeat", "rqscheduler", "rqscheduler.py"))
_CRON = frozenset(("cron", "crond", "supercronic"))
_NODE = frozenset((
    "node", "npm", "npx", "yarn", "pnpm", "bun", "vite", "next", "serve", "http-server", "react-router-serve",
    "ng",
))  # fmt: skip


def role_of(deployment: Deployment, service: Service) -> RoleOf:
    """Return what a service is there for, by its image and the programs that it starts."""
    reference = deployment.base_image(service)
    name = reference.name if reference else ""
    found = programs(deployment, service.name)
    place = service.image.span if service.image is not None else service.span
    by_image = Step(f"its image is {name}", place.first_line() if place else None)
    if name in _STORES and _runs_store(found):
        return RoleOf(_STORES[name], by_image)
    if name in PROXIES or name in _OTHER_PROXIES or any(one.name == "nginx" for one in found):
        role = _nginx_role(deployment, service.name)
        if role is not None:
            return RoleOf(role, by_image)
    if re.search(r"nginx|proxy\Z", name):
        return RoleOf(ServiceRole.PROXY, by_image)
    said = list(_by_programs(deployment, service.name, found))
    if said:
        order = (ServiceRole.APP, ServiceRole.FRONTEND, ServiceRole.WORKER, ServiceRole.BEAT)
        return min(said, key=lambda one: order.index(one.role) if one.role in order else len(order))
    step = Step("neither its image nor its programs are known", service.span)
    return RoleOf(ServiceRole.OTHER, step, sure=False)


def _runs_store(found: Programs) -> bool:
    """Say whether a datastore's image runs its server: a job that makes backups uses the same image."""
    return not found.programs or any(
        one.name in _STORE_PROGRAMS or one.name.startswith("-") for one in found.programs
    )


def _nginx_role(deployment: Deployment, service: str) -> ServiceRole | None:
    """Return proxy, or front end for an nginx that only serves files; None beside an application."""
    from confguard.model.nginx import upstream_targets

    if any(one.name in _SERVERS for one in programs(deployment, service)):
        return None
    model = next((one for one in deployment.proxies if one.service == service), None)
    if model is None or model.missing or model.problems:
        return ServiceRole.PROXY
    if _is_for_tests(deployment, model):
        return ServiceRole.OTHER
    passes = any(True for _ in upstream_targets(model)) or bool(model.stream_servers)
    return ServiceRole.PROXY if passes else ServiceRole.FRONTEND


def _is_for_tests(deployment: Deployment, model: NginxModel) -> bool:
    """Say whether an nginx is configured among the tests, and what it leads to is published as well."""
    from confguard.model.nginx import upstream_targets
    from confguard.model.responses import service_behind

    if not model.files or not all(_OF_TESTS.search(path) for path in model.files):
        return False
    behind = [service_behind(deployment, target) for target in upstream_targets(model)]
    return bool(behind) and all(service is not None and service.ports for service in behind)


def _by_programs(deployment: Deployment, service: str, found: Programs) -> Iterator[RoleOf]:
    migrates: RoleOf | None = None
    for program in found:
        role = _role(program)
        step = Step(f"it runs {program.name}", program.span.first_line() if program.span else None)
        if role is ServiceRole.MIGRATION:
            migrates = RoleOf(role, step)
        elif program.name in _CRON and program.last:
            runs_django = deployment.app_of(service) is not None
            yield RoleOf(ServiceRole.WORKER if runs_django else ServiceRole.OTHER, step)
        elif role is not None:
            yield RoleOf(role, step)
    if migrates is not None and found.programs[-1].name in ("manage.py", "django-admin", "alembic"):
        yield migrates


def _role(program: Program) -> ServiceRole | None:
    name, words = program.name, program.words[1:]
    if name in ("celery", *_WORKERS, *_SCHEDULERS):
        if "flower" in words or "inspect" in words:
            return ServiceRole.OTHER
        beat = name in _SCHEDULERS or ("beat" in words and "worker" not in words)
        return ServiceRole.BEAT if beat else ServiceRole.WORKER
    if name in ("manage.py", "django-admin"):
        command = next((word for word in words if not word.startswith("-")), "")
        if command.startswith("runserver"):
            return ServiceRole.APP
        if command in _WORKER_COMMANDS or re.match(r"celery(?:_reload)?\b", command):
            return ServiceRole.BEAT if any("beat" in word.split() for word in words) else ServiceRole.WORKER
        return ServiceRole.MIGRATION if command == "migrate" else None
    if name in _SERVERS:
        return ServiceRole.APP
    if name == "flower":
        return ServiceRole.OTHER
    if name in _NODE and program.last and program.whole:
        return ServiceRole.FRONTEND
    return ServiceRole.MIGRATION if name == "alembic" else None
