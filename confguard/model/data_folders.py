"""Where well-known images keep the data that nobody wants to lose.

From the images' own documentation on Docker Hub (sections "Where to Store Data", "Caveats"). PostgreSQL's
image keeps each version's data in a folder of its own from 18 on, and does not start with a mount at the
old one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from confguard.model.image import ImageReference
from confguard.model.value import Known

if TYPE_CHECKING:
    from confguard.model.environment import Environment

_POSTGRES = ("postgres", "postgis", "timescaledb", "pgvector")
_FOLDERS = {
    **dict.fromkeys(("mysql", "mariadb", "percona"), "/var/lib/mysql"),
    **dict.fromkeys(("mongo", "mongodb-community-server"), "/data/db"),
    "clickhouse-server": "/var/lib/clickhouse",
    "influxdb": "/var/lib/influxdb2",
    "neo4j": "/data",
}
_OTHER_LAYOUTS = ("bitnami", "bitnamilegacy", "rhel", "ubi", "sclorg", "centos", "cloudsql", "linuxserver")
"""Publishers whose images have other folders."""

_SERVERS = frozenset({"postgres", "mysqld", "mariadbd", "mongod", "docker-entrypoint.sh", "neo4j", "influxd"})
"""Programs that the images start as servers; options alone are for these."""

OLD_POSTGRES = "/var/lib/postgresql/data"


def data_folder(reference: ImageReference, environment: Environment) -> str | None:
    """Return the folder in which a datastore's image keeps its data; None where that is not known."""
    if any(part in _OTHER_LAYOUTS for part in reference.repository.split("/")):
        return None
    if reference.name in _POSTGRES:
        chosen = environment.get("PGDATA")
        if chosen is not None:
            return chosen.value if isinstance(chosen, Known) and chosen.value.startswith("/") else None
        version = postgres_version(reference)
        if version is None:
            return None
        return "/var/lib/postgresql" if version >= 18 else OLD_POSTGRES
    return _FOLDERS.get(reference.name)


def runs_server(words: tuple[str, ...]) -> bool:
    """Say whether a container of such an image runs its server: the image's own command, or one like it."""
    return not words or words[0].startswith("-") or words[0].rpartition("/")[2] in _SERVERS


def postgres_version(reference: ImageReference) -> int | None:
    """Return the major version of PostgreSQL in its image, None where the tag does not say it."""
    if reference.name not in _POSTGRES:
        return None
    if reference.name in ("timescaledb", "pgvector"):  # their tags begin with their own version
        tag = reference.tag or ""
        major = tag.rpartition("pg")[2].partition("-")[0].partition(".")[0]
        return int(major) if "pg" in tag and major.isdigit() else None
    return reference.version[0] if reference.version else None
