"""Image references: registry, repository, tag, digest; and what well-known images are for.

The grammar is that of the distribution project's ``reference`` package (``docker pull`` uses it).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_TAG = re.compile(r"[\w][\w.-]{0,127}\Z", re.ASCII)
_VERSION = re.compile(r"v?(\d+)(?:\.(\d+))?(?:\.(\d+))?")

DATASTORES = {
    # The last part of the repository to what it stores and the ports that it listens on.
    **dict.fromkeys(
        ("postgres", "postgresql", "postgis", "timescaledb", "pgvector"), ("PostgreSQL", (5432,))
    ),
    **dict.fromkeys(("pgbouncer", "pgpool"), ("PostgreSQL", (5432, 6432))),
    **dict.fromkeys(("mysql", "mariadb", "mysql-server", "percona"), ("MySQL", (3306,))),
    **dict.fromkeys(("redis", "valkey", "redis-stack", "redis-stack-server", "keydb"), ("Redis", (6379,))),
    **dict.fromkeys(("mongo", "mongodb", "mongodb-community-server"), ("MongoDB", (27017,))),
    "memcached": ("Memcached", (11211,)),
    "rabbitmq": ("RabbitMQ", (5672, 15672)),
    **dict.fromkeys(("elasticsearch", "opensearch"), ("Elasticsearch", (9200, 9300))),
    "clickhouse-server": ("ClickHouse", (8123, 9000)),
    "clickhouse": ("ClickHouse", (8123, 9000)),
    "cassandra": ("Cassandra", (9042,)),
    "neo4j": ("Neo4j", (7474, 7687)),
    "influxdb": ("InfluxDB", (8086,)),
    "mssql": ("SQL Server", (1433,)),
    "etcd": ("etcd", (2379,)),
}

OFFICIAL = frozenset([
    "almalinux", "alpine", "amazoncorretto", "archlinux", "busybox", "caddy", "debian", "docker",
    "eclipse-temurin", "fedora", "golang", "httpd", "mariadb", "memcached", "mongo", "mysql", "nginx", "node",
    "oraclelinux", "php", "postgres", "pypy", "python", "rabbitmq", "redis", "rockylinux", "ruby", "rust",
    "traefik", "ubuntu", "valkey",
])  # fmt: skip
"""Docker Official Images that stacks run: they set only their own documented variables."""

PROXIES = frozenset(
    {"nginx", "nginx-unprivileged", "openresty", "nginx-certbot", "angie", "freenginx", "nginx-brotli"}
)
"""Images that are nginx with its usual places for configuration."""


@dataclass(frozen=True, slots=True)
class ImageReference:
    """A parsed image reference; ``tag`` and ``digest`` are None where they are not written."""

    registry: str | None
    repository: str
    tag: str | None
    digest: str | None

    @property
    def path(self) -> str:
        """Registry and repository, without tag and digest: what a tag is put behind."""
        return f"{self.registry}/{self.repository}" if self.registry else self.repository

    @property
    def name(self) -> str:
        """The last part of the repository: ``postgres`` of ``docker.io/library/postgres:17``."""
        return self.repository.rpartition("/")[2]

    @property
    def version(self) -> tuple[int, ...] | None:
        """The version that the tag begins with, as far as it is given; None for ``latest`` or no tag."""
        match = _VERSION.match(self.tag or "")
        return tuple(int(part) for part in match.groups() if part is not None) if match else None

    @property
    def is_mutable(self) -> bool:
        """Whether the reference names no version at all: no digest, and no tag or one without a number."""
        return self.digest is None and (self.tag is None or not any(c.isdigit() for c in self.tag))


def parse_image(text: str) -> ImageReference | None:
    """Parse an image reference; None if it is not a valid one."""
    rest, _, digest = text.partition("@")
    head, slash, last = rest.rpartition("/")
    name, colon, tag = last.partition(":")
    if not name or (colon and not _TAG.match(tag)) or re.search(r"\s", text):
        return None
    path = f"{head}{slash}{name}"
    first, _, remainder = path.partition("/")
    registry = None
    if remainder and ("." in first or ":" in first or first == "localhost"):
        registry, path = first, remainder
    if not re.fullmatch(r"[a-z0-9]+(?:[._/-]+[a-z0-9]+)*", path):
        return None
    return ImageReference(registry, path, tag or None, digest or None)
