"""What the applications ask of a database server, and what its container is told to create.

The variables are those of the images: postgres (``POSTGRES_DB``, ``POSTGRES_USER``, ``POSTGRES_PASSWORD``;
the database is called like the user where nothing says it), mysql and mariadb (``MYSQL_DATABASE``,
``MYSQL_USER``, ``MYSQL_PASSWORD``, and the same with ``MARIADB_``), edoburu/pgbouncer (``DB_*``).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from confguard.model.django.values import Entries, entry
from confguard.model.endpoint_texts import Endpoint
from confguard.model.endpoints import endpoints, reached
from confguard.model.hosts import Reach
from confguard.model.value import Known, Origin, Step, Unknown, Value

if TYPE_CHECKING:
    from confguard.model.compose import Service
    from confguard.model.deployment import Deployment

_LANGUAGES = {"postgresql": "PostgreSQL", "mysql": "MySQL"}
PARTS = ("name", "user", "password")


@dataclass(frozen=True, slots=True)
class Access:
    """Name, user and password of a database as one side says them; None for what it does not say."""

    name: Value[str] | None
    user: Value[str] | None
    password: Value[str] | None

    def part(self, which: str) -> Value[str] | None:
        """Return one of ``PARTS``."""
        return {"name": self.name, "user": self.user, "password": self.password}[which]


@dataclass(frozen=True, slots=True)
class Use:
    """One side that connects (services with their access), and the service that it reaches."""

    services: tuple[str, ...]
    where: str
    asked: Access
    server: str
    served: Access


def uses(deployment: Deployment) -> Iterator[Use]:
    """Yield each use of a database that a service of the stack creates, as far as both sides are known."""
    for endpoint in endpoints(deployment):
        if not endpoint.services or not endpoint.host:
            continue
        found = reached(deployment, endpoint, endpoint.services[0])
        if found.kind is not Reach.SERVICE or found.service is None:
            continue
        asked = _asked(deployment, endpoint)
        served = _served(deployment, found.service)
        if asked is not None and served is not None:
            yield Use(endpoint.services, endpoint.name, asked, found.service.name, served)


@dataclass(frozen=True, slots=True)
class Foreign:
    """A setting that speaks to a server in the language of another database."""

    endpoint: Endpoint
    spoken: str
    server: str
    store: str


def foreign(deployment: Deployment) -> Iterator[Foreign]:
    """Yield the databases of settings whose engine is not that of the server which they reach."""
    for endpoint in endpoints(deployment):
        spoken = _LANGUAGES.get(endpoint.kind)
        if not endpoint.name.startswith("DATABASES[") or spoken is None or not endpoint.services:
            continue
        found = reached(deployment, endpoint, endpoint.services[0])
        if found.kind is Reach.SERVICE and found.service is not None:
            store = deployment.datastore(found.service)
            if store is not None and store[0] in _LANGUAGES.values() and store[0] != spoken:
                yield Foreign(endpoint, spoken, found.service.name, store[0])


def _asked(deployment: Deployment, endpoint: Endpoint) -> Access | None:
    if endpoint.source == "setting" and endpoint.name.startswith("DATABASES["):
        alias = endpoint.name[len('DATABASES["') : -2]
        app = deployment.app_of(endpoint.services[0])
        database = entry(app.settings.get("DATABASES"), alias) if app else None
        if isinstance(database, Known) and isinstance(database.value, Entries):
            return Access(*(_text(database.value.get(key)) for key in ("NAME", "USER", "PASSWORD")))
    service = deployment.services[endpoint.services[0]]
    reference = deployment.base_image(service)
    if endpoint.name == "DB_HOST" and reference is not None and reference.name == "pgbouncer":
        return _of_variables(deployment, service, ("DB_NAME", "DB_USER", "DB_PASSWORD"))
    return None


def _text(value: Value[object] | None) -> Value[str] | None:
    if isinstance(value, Known):
        return Known(value.value, value.trail) if isinstance(value.value, str) and value.value else None
    return value


def _served(deployment: Deployment, service: Service) -> Access | None:
    """Return what a database's container creates; None where scripts or an old volume may know more."""
    reference = deployment.base_image(service)
    if reference is None or any(
        isinstance(mount.target, Known) and "initdb" in mount.target.value for mount in service.volumes
    ):
        return None
    image = deployment.processes[service.name].image
    if image is not None and any(
        not isinstance(copy.destination, Known) or "initdb" in copy.destination.value for copy in image.copies
    ):
        return None
    store = deployment.datastore(service)
    if reference.name == "pgbouncer" and reference.repository.startswith("edoburu/"):
        found = _of_variables(deployment, service, ("DB_NAME", "DB_USER", "DB_PASSWORD"))
        return found if found.user is not None else None
    if store is not None and store[0] == "PostgreSQL" and reference.name not in ("pgbouncer", "pgpool"):
        if reference.repository.startswith("bitnami"):
            return None
        found = _of_variables(deployment, service, ("POSTGRES_DB", "POSTGRES_USER", "POSTGRES_PASSWORD"))
        default = Known("postgres", (Step("the image's default", None, Origin.DEFAULT),))
        user = found.user or default
        return Access(found.name or user, user, found.password)
    if store is not None and store[0] == "MySQL":
        for prefix in ("MYSQL", "MARIADB"):
            names = (f"{prefix}_DATABASE", f"{prefix}_USER", f"{prefix}_PASSWORD")
            found = _of_variables(deployment, service, names)
            if found.name is not None or found.user is not None:
                return found
    return None


def _of_variables(deployment: Deployment, service: Service, names: tuple[str, str, str]) -> Access:
    environment = deployment.processes[service.name].environment
    values: list[Value[str] | None] = []
    for name in names:
        value = environment.get(name)
        if f"{name}_FILE" in environment:
            value = Unknown(f"{name}_FILE leads to a file")
        values.append(None if isinstance(value, Known) and not value.value else value)
    return Access(*values)
