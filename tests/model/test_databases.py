"""What applications ask of a database, and what its container creates."""

from __future__ import annotations

import pytest

from confguard.model.databases import uses

COMPOSE = """\
services:
  web:
    build: .
    command: gunicorn config.wsgi
    environment: {{DJANGO_SETTINGS_MODULE: settings}}
  db:
    image: {image}
    environment: {{{variables}}}
{more}
"""
SETTINGS = """\
INSTALLED_APPS = []
ROOT_URLCONF = "urls"
SECRET_KEY = "x"
DATABASES = {
    "default": {"ENGINE": "django.db.backends.ENGINE", "NAME": "shop", "USER": "me", "HOST": "db"}
}
"""


def found(deployment_of, image, variables, more="", engine="postgresql", dockerfile="FROM python:3.13\n"):
    deployment = deployment_of(
        {
            "compose.yaml": COMPOSE.format(image=image, variables=variables, more=more),
            "Dockerfile": dockerfile,
            "settings.py": SETTINGS.replace('ENGINE"', f'{engine}"').replace(f'"{engine}":', '"ENGINE":'),
            "init/x.sql": "",
        }
    )
    return list(uses(deployment))


@pytest.mark.parametrize(
    ("image", "engine", "variables", "served"),
    [
        (
            "postgres:17",
            "postgresql",
            "POSTGRES_DB: a, POSTGRES_USER: b, POSTGRES_PASSWORD: c",
            ("a", "b", "c"),
        ),
        ("postgres:17", "postgresql", "POSTGRES_USER: b", ("b", "b", None)),
        ("postgres:17", "postgresql", "POSTGRES_PASSWORD: c", ("postgres", "postgres", "c")),
        ("mysql:8.4", "mysql", "MYSQL_DATABASE: a, MYSQL_USER: b", ("a", "b", None)),
        ("mariadb:11", "mysql", "MARIADB_DATABASE: a, MARIADB_PASSWORD: c", ("a", None, "c")),
        ("edoburu/pgbouncer:1", "postgresql", "DB_USER: b, LISTEN_PORT: 5432", (None, "b", None)),
    ],
)
def test_an_image_creates_what_its_variables_say(deployment_of, image, engine, variables, served):
    (use,) = found(deployment_of, image, variables, engine=engine)
    parts = (use.served.name, use.served.user, use.served.password)
    assert tuple(getattr(part, "value", None) for part in parts) == served
    assert (use.services, use.server) == (("web",), "db")
    assert (use.asked.name.value, use.asked.user.value, use.asked.password) == ("shop", "me", None)


@pytest.mark.parametrize(
    ("image", "more"),
    [
        ("postgres:17", "    volumes: ['./init:/docker-entrypoint-initdb.d']"),
        ("bitnami/postgresql:17", ""),
        ("registry.example.com/own-database:3", ""),
    ],
)
def test_what_may_create_more_is_not_compared(deployment_of, image, more):
    assert found(deployment_of, image, "POSTGRES_DB: a", more) == []


def test_a_file_with_the_password_leaves_it_open(deployment_of):
    (use,) = found(deployment_of, "postgres:17", "POSTGRES_PASSWORD_FILE: /run/secrets/db")
    assert use.served.password is not None
    assert not hasattr(use.served.password, "value")
