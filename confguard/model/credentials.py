"""The passwords that datastores, brokers and consoles are started with, and where Compose files say them.

The variables are those that the images document: postgres (``POSTGRES_PASSWORD``), mysql and mariadb
(``MYSQL_PASSWORD``, ``MYSQL_ROOT_PASSWORD``, the same with ``MARIADB_``), rabbitmq
(``RABBITMQ_DEFAULT_PASS``), mongo (``MONGO_INITDB_ROOT_PASSWORD``), minio (``MINIO_ROOT_PASSWORD``),
elasticsearch (``ELASTIC_PASSWORD``), opensearch (``OPENSEARCH_INITIAL_ADMIN_PASSWORD``), clickhouse
(``CLICKHOUSE_PASSWORD``), influxdb (``DOCKER_INFLUXDB_INIT_PASSWORD``), mssql (``MSSQL_SA_PASSWORD``),
neo4j (``NEO4J_AUTH``), grafana (``GF_SECURITY_ADMIN_PASSWORD``), pgadmin4 (``PGADMIN_DEFAULT_PASSWORD``),
keycloak (``KC_BOOTSTRAP_ADMIN_PASSWORD``, before 26 ``KEYCLOAK_ADMIN_PASSWORD``); Redis gets its own by
``--requirepass``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from confguard.model.compose.interpolation import Interpolation
from confguard.model.value import Known
from confguard.source import Span

if TYPE_CHECKING:
    from confguard.model.compose import Service
    from confguard.model.deployment import Deployment

_VARIABLES = {
    **dict.fromkeys(
        ("postgres", "postgresql", "postgis", "timescaledb", "pgvector"),
        ("POSTGRES_PASSWORD", "POSTGRESQL_PASSWORD"),
    ),
    **dict.fromkeys(
        ("mysql", "mariadb", "mysql-server", "percona"),
        ("MYSQL_PASSWORD", "MYSQL_ROOT_PASSWORD", "MARIADB_PASSWORD", "MARIADB_ROOT_PASSWORD"),
    ),
    "rabbitmq": ("RABBITMQ_DEFAULT_PASS",),
    **dict.fromkeys(("mongo", "mongodb"), ("MONGO_INITDB_ROOT_PASSWORD",)),
    "minio": ("MINIO_ROOT_PASSWORD", "MINIO_SECRET_KEY"),
    "elasticsearch": ("ELASTIC_PASSWORD",),
    "opensearch": ("OPENSEARCH_INITIAL_ADMIN_PASSWORD",),
    **dict.fromkeys(("clickhouse", "clickhouse-server"), ("CLICKHOUSE_PASSWORD",)),
    "influxdb": ("DOCKER_INFLUXDB_INIT_PASSWORD", "DOCKER_INFLUXDB_INIT_ADMIN_TOKEN"),
    "mssql": ("MSSQL_SA_PASSWORD", "SA_PASSWORD"),
    "neo4j": ("NEO4J_AUTH",),
    "grafana": ("GF_SECURITY_ADMIN_PASSWORD",),
    "pgadmin4": ("PGADMIN_DEFAULT_PASSWORD",),
    "keycloak": ("KC_BOOTSTRAP_ADMIN_PASSWORD", "KEYCLOAK_ADMIN_PASSWORD"),
}
_REDIS = frozenset({"redis", "valkey", "redis-stack", "redis-stack-server", "keydb"})
_OPTION = re.compile(r"--requirepass[\s\"',=\\]*(?:-\s+)?[\\\"']*(?P<text>\$\{|[^\s\"',\]\\]+)")
_TO_BE_REPLACED = re.compile(r"<[^<>]*>|\{\{.*\}\}|\$\(|`")


@dataclass(frozen=True, slots=True)
class Credential:
    """A password that a service is started with, as the Compose files say it.

    ``name`` is the variable of the image, or the option. ``variable`` is the one that fills it, None for a
    literal; ``place`` is the default or the literal that anybody can read.
    """

    service: Service
    name: str
    place: Span
    variable: str | None
    others: tuple[Span, ...]
    """Further places that have a default for the same variable."""


def readable_credentials(deployment: Deployment) -> Iterator[Credential]:
    """Yield the passwords of a stack's servers that are a literal or a default in its Compose files."""
    required = {one.name for one in deployment.compose.interpolations if one.operator in ("?", ":?")}
    for service in deployment.services.values():
        for name, span in _said(deployment, service):
            used = uses_in(deployment, span)
            if used:
                with_default = next((one for one in used if one.default), None)
                if with_default is not None and with_default.name in required:
                    continue  # Compose refuses the whole stack without it: the default is never taken
                if len(used) == 1 and with_default is not None and with_default.span is not None:
                    others = _others(deployment, with_default)
                    yield Credential(service, name, with_default.span, with_default.name, others)
            elif "$" not in span.text and not _TO_BE_REPLACED.search(span.text):
                yield Credential(service, name, span, None, ())


def uses_in(deployment: Deployment, span: Span) -> list[Interpolation]:
    """Return the variables that Compose replaces in a place, each once."""
    found = {
        (one.span.start, one.name): one
        for one in deployment.compose.interpolations
        if one.span is not None
        and one.span.file is span.file
        and span.start <= one.span.start
        and one.span.end <= span.end
    }
    return list(found.values())


def _said(deployment: Deployment, service: Service) -> Iterator[tuple[str, Span]]:
    """Yield name and place of each password that the Compose files give to a server."""
    reference = deployment.base_image(service)
    if reference is None:
        return
    for name in _VARIABLES.get(reference.name, ()):
        value = service.environment.get(name)
        file = service.environment.get(f"{name}_FILE")
        if isinstance(value, Known) and value.value and file is None and value.span is not None:
            yield name, value.span
    text = service.command_text or service.command
    if reference.name in _REDIS and isinstance(text, Known) and text.span is not None:
        option = _OPTION.search(text.span.text)
        if option is not None and not option["text"].startswith("$$"):
            written = text.span.text
            end = option.end("text")
            if option["text"] == "${":
                end = written.find("}", end) + 1 or len(written)
            yield "requirepass", text.span.sub(option.start("text"), end)


def _others(deployment: Deployment, first: Interpolation) -> tuple[Span, ...]:
    places = dict.fromkeys(
        one.span
        for one in deployment.compose.interpolations
        if one.name == first.name and one.default and one.span is not None and one.span != first.span
    )
    return tuple(places)
