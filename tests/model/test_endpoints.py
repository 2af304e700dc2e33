"""Where services connect to."""

from __future__ import annotations

import pytest

from confguard.model.endpoints import endpoints, reached
from confguard.model.hosts import Reach

COMPOSE = """\
services:
  web:
    build: .
    command: gunicorn config.wsgi
    environment:
      DJANGO_SETTINGS_MODULE: settings
      REDIS_URL: redis://:pass@cache:6380/1
{more}
  cache: {{image: "redis:8"}}
"""
SETTINGS = "import os\nINSTALLED_APPS = []\nROOT_URLCONF = 'urls'\nSECRET_KEY = 'x'\n"


def found(deployment_of, settings="", more="", **files):
    deployment = deployment_of(
        {
            "compose.yaml": COMPOSE.format(more=more),
            "Dockerfile": "FROM python:3.13\n",
            "settings.py": SETTINGS + settings,
            **files,
        }
    )
    return deployment, endpoints(deployment)


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (
            "DATABASES = {'default': {'ENGINE': 'django.db.backends.postgresql', 'HOST': 'db',"
            " 'PORT': '5433'}}",
            ("db", 5433, "postgresql", 'DATABASES["default"]'),
        ),
        (
            "DATABASES = {'default': {'ENGINE': 'django.contrib.gis.db.backends.postgis', 'HOST': 'db'}}",
            ("db", 5432, "postgresql", 'DATABASES["default"]'),
        ),
        (
            "DATABASES = {'a': {'ENGINE': 'django.db.backends.mysql'}}",
            ("", 3306, "mysql", 'DATABASES["a"]'),
        ),
        (
            "CACHES = {'default': {'BACKEND': 'django_redis.cache.RedisCache',"
            " 'LOCATION': os.environ['REDIS_URL']}}",
            ("cache", 6380, "redis", 'CACHES["default"]'),
        ),
        (
            "CACHES = {'m': {'BACKEND': 'django.core.cache.backends.memcached.PyMemcacheCache',"
            " 'LOCATION': ['one:11211']}}",
            ("one", 11211, "memcached", 'CACHES["m"]'),
        ),
        (
            "CHANNEL_LAYERS = {'default': {'CONFIG': {'hosts': [('cache', 6379)]}}}",
            ("cache", 6379, "redis", "CHANNEL_LAYERS"),
        ),
        (
            "CELERY_BROKER_URL = f\"amqp://u:{os.environ['NOT_KNOWN']}@queue//\"",
            ("queue", 5672, "amqp", "CELERY_BROKER_URL"),
        ),
        ("EMAIL_HOST = 'mail'\nEMAIL_PORT = 2525", ("mail", 2525, "smtp", "EMAIL_HOST")),
        (
            "RQ_QUEUES = {'default': {'HOST': 'cache', 'PORT': 6379, 'DB': 0}}",
            ("cache", 6379, "redis", 'RQ_QUEUES["default"]'),
        ),
        (
            "ELASTICSEARCH_DSL = {'default': {'hosts': 'http://search:9200'}}",
            ("search", 9200, "http", 'ELASTICSEARCH_DSL["default"]'),
        ),
    ],
)
def test_settings_lead_to_hosts(deployment_of, settings, expected):
    _, all_found = found(deployment_of, settings + "\n", more="    env_file: [missing.env]\n")
    assert expected in [(one.host, one.port, one.kind, one.name) for one in all_found]


@pytest.mark.parametrize(
    "settings",
    [
        "DATABASES = {'default': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': 'x'}}",
        "DATABASES = {'default': {'ENGINE': 'django.db.backends.postgresql', 'HOST': '/run/postgresql'}}",
        "CACHES = {'a': {'BACKEND': 'django.core.cache.backends.locmem.LocMemCache', 'LOCATION': 'a:1'}}",
        "EMAIL_BACKEND = 'django.core.mail.backends.console.EmailBackend'\nEMAIL_HOST = 'mail'",
        "FRONTEND_URL = 'http://localhost:3000'",
        "",
    ],
)
def test_what_is_no_connection_is_left_out(deployment_of, settings):
    _, all_found = found(deployment_of, settings + "\n")
    assert [one for one in all_found if one.source == "setting"] == []


def test_variables_count_where_a_service_is_given_them_for_itself(deployment_of):
    more = """\
  ui:
    image: node:24
    command: npm start
    env_file: [shared.env]
    environment:
      API_URL: http://web:8000/api
      REDIS_HOST: cache
      REDIS_PORT: 6379
      CORS_ORIGINS: http://other:1
"""
    _, all_found = found(deployment_of, more=more, **{"shared.env": "DB_HOST=db\n"})
    own = [(one.name, one.host, one.port, one.kind) for one in all_found if one.services == ("ui",)]
    assert own == [("API_URL", "web", 8000, "http"), ("REDIS_HOST", "cache", 6379, "redis")]


def test_commands_and_health_checks_lead_somewhere(deployment_of):
    more = """\
    healthcheck: {test: [CMD, curl, "http://localhost:8000/health"]}
  flower:
    build: .
    command: celery --broker=redis://cache:6379// flower
"""
    _, all_found = found(deployment_of, more=more)
    places = {(one.services, one.source, one.host, one.port, one.span.text) for one in all_found}
    assert (("web",), "healthcheck", "localhost", 8000, "localhost") in places
    assert (("flower",), "command", "cache", 6379, "--broker=redis://cache:6379//") in places


def test_a_front_end_reads_no_settings(deployment_of):
    more = "  ui: {image: 'node:24', command: npm start, environment: {DJANGO_SETTINGS_MODULE: settings}}\n"
    settings = "DATABASES = {'default': {'ENGINE': 'django.db.backends.postgresql', 'HOST': 'db'}}\n"
    _, all_found = found(deployment_of, settings, more=more)
    assert {one.services for one in all_found if one.kind == "postgresql"} == {("web",)}


def test_an_endpoint_is_resolved_in_the_container_of_the_service(deployment_of):
    settings = "CACHES = {'default': {'BACKEND': 'redis', 'LOCATION': 'redis://cache'}}\n"
    deployment, all_found = found(deployment_of, settings)
    one = next(one for one in all_found if one.kind == "redis")
    assert reached(deployment, one, "web").kind is Reach.SERVICE
    assert reached(deployment, one, "web").service.name == "cache"


def test_long_texts_are_read_in_time_that_grows_with_them(deployment_of):
    more = f"""\
  ui:
    image: node:24
    command: npm start
    environment: {{ONE_URL: {"a" * 200_000}, TWO_URL: "{"redis://" * 20_000}cache"}}
"""
    _, all_found = found(deployment_of, more=more)
    assert all(one.host for one in all_found)


def test_celery_reads_no_settings_but_those_of_its_namespace(deployment_of):
    settings = "CELERY_BROKER_URL = 'redis://cache'\nBROKER_URL = 'redis://localhost'\n"
    celery = (
        "from celery import Celery\napp = Celery('x')\napp.config_from_object('django.conf:settings'{})\n"
    )
    _, all_found = found(deployment_of, settings, **{"shop/celery.py": celery.format(", namespace='CELERY'")})
    assert "BROKER_URL" not in [one.name for one in all_found]
    _, all_found = found(deployment_of, settings, **{"shop/celery.py": celery.format("")})
    assert "BROKER_URL" in [one.name for one in all_found]
