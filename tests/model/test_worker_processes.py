"""How many processes of a service answer requests."""

from __future__ import annotations

import pytest

from confguard.model.worker_processes import worker_processes

DOCKERFILE = "FROM python:3.13\n"


@pytest.mark.parametrize(
    ("lines", "count"),
    [
        (["command: gunicorn shop.wsgi --workers 4"], 4),
        (["command: gunicorn -w3 shop.wsgi"], 3),
        (["command: uvicorn shop.asgi:app --workers=2"], 2),
        (["command: sh -c 'python manage.py migrate && exec gunicorn shop.wsgi -w 2'"], 2),
        (["command: gunicorn shop.wsgi"], 1),
        (["command: gunicorn shop.wsgi", "environment: [WEB_CONCURRENCY=5]"], 5),
        (["command: gunicorn shop.wsgi -w 2", "environment: [WEB_CONCURRENCY=5]"], 2),
        (["command: hypercorn shop.asgi", "environment: [WEB_CONCURRENCY=5]"], 1),
        (["command: gunicorn shop.wsgi -w 2", "deploy: {replicas: 3}"], 6),
        (["command: gunicorn -c conf.py shop.wsgi"], None),
        (["command: celery -A shop worker -c 4"], None),
    ],
)
def test_workers_are_counted_over_all_replicas(deployment_of, lines, count):
    compose = "services:\n  web:\n    build: .\n" + "".join(f"    {line}\n" for line in lines)
    deployment = deployment_of({"compose.yaml": compose, "Dockerfile": DOCKERFILE})
    assert worker_processes(deployment, "web") == count


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("workers = 3\n", 3),
        ("import multiprocessing\nworkers = multiprocessing.cpu_count() * 2 + 1\n", None),
        ("import os\nif os.getenv('BIG'):\n    workers = 9\n", None),
        ("bind = '0.0.0.0:8000'\n", 1),
    ],
)
def test_the_configuration_that_gunicorn_finds_by_itself_says_how_many(deployment_of, text, count):
    compose = "services:\n  web:\n    build: .\n    command: ./start.sh\n"
    start = "#!/bin/sh\npython manage.py migrate\nexec gunicorn shop.wsgi\n"
    dockerfile = DOCKERFILE + "WORKDIR /app\nCOPY . /app\n"
    files = {"compose.yaml": compose, "Dockerfile": dockerfile, "start.sh": start, "gunicorn.conf.py": text}
    assert worker_processes(deployment_of(files), "web") == count
