"""How long gunicorn lets a request work."""

from __future__ import annotations

import pytest

from confguard.model.time_limits import time_limit

FILES = {"Dockerfile": "FROM python:3.13\nWORKDIR /code\nCOPY . .\n"}


def limit(deployment_of, command, environment="", **files):
    compose = f"services:\n  web:\n    build: .\n    environment: {{{environment}}}\n    command: {command}\n"
    return time_limit(deployment_of(FILES | {"compose.prod.yaml": compose} | files), "web")


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("gunicorn app.wsgi", (30.0, False)),
        ("gunicorn app.wsgi --timeout 120", (120.0, True)),
        ("gunicorn app.wsgi -t 90 --workers 3", (90.0, True)),
        ("sh -c 'python manage.py migrate && exec gunicorn app.wsgi --timeout=75'", (75.0, True)),
        ("gunicorn app.wsgi --timeout 0", (0.0, True)),
    ],
)
def test_the_command_line_says_it(deployment_of, command, expected):
    found = limit(deployment_of, command)
    assert (found.seconds, found.chosen) == expected


@pytest.mark.parametrize(
    "command",
    [
        "gunicorn app.wsgi -k gevent --timeout 120",
        "gunicorn app.wsgi --threads 4",
        "gunicorn app.asgi -k uvicorn.workers.UvicornWorker",
        "gunicorn app.wsgi -c /etc/gunicorn.py",
        "gunicorn app.wsgi --timeout $WAIT",
        "uvicorn app.asgi:application",
    ],
)
def test_other_workers_and_what_is_not_known_have_none(deployment_of, command):
    assert limit(deployment_of, command) is None


def test_the_environment_is_below_the_command_line(deployment_of):
    arguments = "GUNICORN_CMD_ARGS: '--timeout 45'"
    assert limit(deployment_of, "gunicorn app.wsgi", arguments).seconds == 45
    assert limit(deployment_of, "gunicorn app.wsgi --timeout 50", arguments).seconds == 50


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("timeout = 200\n", 200.0),
        ("import os\ntimeout = int(os.environ['T'])\n", None),
        ("if True:\n    timeout = 5\n", None),
        ("worker_class = 'gevent'\n", None),
        ("bind = '0.0.0.0:80'\n", 30.0),
        ("timeout = (\n", None),
    ],
)
def test_the_configuration_file_is_read(deployment_of, text, expected):
    found = limit(deployment_of, "gunicorn app.wsgi", **{"gunicorn.conf.py": text})
    assert (found.seconds if found else None) == expected
