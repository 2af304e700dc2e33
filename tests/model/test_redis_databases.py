"""The database of Redis that a cache and the queues of an application are in."""

from __future__ import annotations

import pytest

from confguard.model.redis_databases import database_of, shared_database
from confguard.model.value import Known, Unknown

SETTINGS = """
import os

from elsewhere import choose

CACHES = {{"default": {{"BACKEND": "{backend}", "LOCATION": "{location}", "OPTIONS": {options}}}}}
CELERY_BROKER_URL = "{broker}"
"""
DJANGO = "django.core.cache.backends.redis.RedisCache"
LIBRARY = "django_redis.cache.RedisCache"


@pytest.mark.parametrize(
    ("backend", "location", "options", "broker", "expected"),
    [
        (DJANGO, "redis://redis:6379", "{}", "redis://redis:6379/0", "redis:6379/0"),
        (DJANGO, "redis://redis:6379", '{"db": 1}', "redis://redis:6379/0", None),
        (DJANGO, "redis://redis:6379", '{"db": 1}', "redis://redis:6379/1", "redis:6379/1"),
        (DJANGO, "redis://redis/0", '{"db": 1}', "redis://redis", "redis:6379/0"),
        (DJANGO, "redis://redis", '{"db": choose()}', "redis://redis", None),
        (DJANGO, "redis://redis", "choose()", "redis://redis", None),
        (DJANGO, "redis://redis?db=3", "{}", "redis://redis", None),
        (LIBRARY, "redis://redis", '{"db": 1}', "redis://redis", "redis:6379/0"),
        (LIBRARY, "redis://redis", '{"CONNECTION_POOL_KWARGS": {"db": 1}}', "redis://redis", None),
        ("django.core.cache.backends.locmem.LocMemCache", "redis://redis", "{}", "redis://redis", None),
    ],
)
def test_the_number_is_the_one_of_the_url_or_else_of_the_options(
    deployment_of, backend, location, options, broker, expected
):
    settings = SETTINGS.format(backend=backend, location=location, options=options, broker=broker)
    files = {
        "compose.prod.yaml": "services:\n  web:\n    build: .\n    command: gunicorn shop.wsgi\n",
        "Dockerfile": "FROM python:3.13\nENV DJANGO_SETTINGS_MODULE=shop.settings\nWORKDIR /app\nCOPY . .\n",
        "shop/settings.py": settings,
    }
    (app,) = deployment_of(files).apps
    shared = shared_database(app)
    assert (shared.name if shared else None) == expected


@pytest.mark.parametrize(
    ("value", "number", "expected"),
    [
        (Known("redis://:secret@redis:6380/2", ()), None, "redis:6380/2"),
        (Known("rediss://redis", ()), Known(4, ()), "redis:6379/4"),
        (Known("redis://redis", ()), Unknown("of the environment"), None),
        (Known("redis://redis/5", ()), Unknown("of the environment"), "redis:6379/5"),
        (Known("amqp://queue", ()), None, None),
        (Unknown("of the environment"), None, None),
        (None, None, None),
    ],
)
def test_a_database_has_a_host_a_port_and_a_number(value, number, expected):
    assert database_of(value, number) == expected
