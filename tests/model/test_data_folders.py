"""Where the images of databases keep their data."""

from __future__ import annotations

import pytest

from confguard.model.data_folders import data_folder, runs_server
from confguard.model.environment import Environment
from confguard.model.image import parse_image
from confguard.model.value import Known, Unknown


@pytest.mark.parametrize(
    ("image", "folder"),
    [
        ("postgres:17.6", "/var/lib/postgresql/data"),
        ("postgres:18-alpine", "/var/lib/postgresql"),
        ("postgres:latest", None),
        ("postgres", None),
        ("pgvector/pgvector:pg17", "/var/lib/postgresql/data"),
        ("pgvector/pgvector:0.8.1-pg18-trixie", "/var/lib/postgresql"),
        ("timescale/timescaledb:2.22.0-pg16", "/var/lib/postgresql/data"),
        ("bitnami/postgresql:16", None),
        ("bitnami/mysql:8.4", None),
        ("mysql:8.4", "/var/lib/mysql"),
        ("redis:8", None),
        ("example/shop:1", None),
    ],
)
def test_an_image_has_its_folder(image, folder):
    assert data_folder(parse_image(image), Environment()) == folder


def test_pgdata_says_where_postgres_keeps_its_data():
    reference = parse_image("postgres:18")
    assert data_folder(reference, Environment({"PGDATA": Known("/srv/pg")})) == "/srv/pg"
    assert data_folder(reference, Environment({"PGDATA": Unknown("it may be set")})) is None


@pytest.mark.parametrize(
    ("words", "server"),
    [
        ((), True),
        (("-c", "max_connections=200"), True),
        (("/usr/local/bin/docker-entrypoint.sh", "postgres"), True),
        (("pg_dump", "-h", "db"), False),
        (("/bin/sh", "-c", "sleep 1"), False),
    ],
)
def test_a_command_that_is_no_server_keeps_no_data(words, server):
    assert runs_server(words) is server
