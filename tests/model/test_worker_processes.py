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
