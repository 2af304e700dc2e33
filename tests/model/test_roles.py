"""What services are there for."""

from __future__ import annotations

import pytest

from confguard.model.roles import ServiceRole

COMPOSE = """\
services:
  proxy:
    image: nginx:1.29
    volumes: ["./site.conf:/etc/nginx/conf.d/default.conf:ro"]
  pages:
    image: nginx:1.29
    volumes: ["./pages.conf:/etc/nginx/conf.d/default.conf:ro"]
  edge: {image: "traefik:3"}
  web: {build: ., command: gunicorn a.wsgi}
  starts: {build: ., command: ./start.sh}
  worker: {build: ., command: celery -A a worker -B}
  beat: {build: ., command: celery -A a beat}
  reload: {build: ., command: ./manage.py celery_reload -c "-A a beat"}
  queue: {build: ., command: python manage.py qcluster}
  flower: {build: ., command: celery -A a flower}
  migrate: {build: ., command: sh -c "python manage.py migrate && python manage.py loaddata x"}
  jobs: {build: ., command: cron -f}
  db: {image: "postgres:17"}
  backup: {image: "postgres:17", entrypoint: [sh, -c, "while true; do pg_dump; sleep 9; done"]}
  pool: {image: "edoburu/pgbouncer:1"}
  cache: {image: "redis:8", command: redis-server --save 20 1}
  queueing: {image: "rabbitmq:4"}
  mail: {image: "axllent/mailpit:1"}
  ui: {image: "node:24", command: npm start}
  elsewhere: {image: "example/thing:1", command: serve}
"""
FILES = {
    "compose.yaml": COMPOSE,
    "Dockerfile": "FROM python:3.13\nENV DJANGO_SETTINGS_MODULE=settings\n",
    "settings.py": "DEBUG = False\nINSTALLED_APPS = []\nROOT_URLCONF = 'urls'\n",
    "start.sh": "#!/bin/sh\npython manage.py migrate\nexec gunicorn a.wsgi\n",
    "site.conf": "server { listen 80; location / { proxy_pass http://web:8000; } }\n",
    "pages.conf": "server { listen 80; root /srv; }\n",
}


@pytest.mark.parametrize(
    ("service", "role", "serves"),
    [
        ("proxy", ServiceRole.PROXY, True),
        ("pages", ServiceRole.FRONTEND, True),
        ("edge", ServiceRole.PROXY, True),
        ("web", ServiceRole.APP, True),
        ("starts", ServiceRole.APP, True),
        ("worker", ServiceRole.WORKER, False),
        ("beat", ServiceRole.BEAT, False),
        ("reload", ServiceRole.BEAT, False),
        ("queue", ServiceRole.WORKER, False),
        ("flower", ServiceRole.OTHER, False),
        ("migrate", ServiceRole.MIGRATION, False),
        ("jobs", ServiceRole.WORKER, False),
        ("db", ServiceRole.DATASTORE, False),
        ("backup", ServiceRole.OTHER, True),
        ("pool", ServiceRole.DATASTORE, False),
        ("cache", ServiceRole.CACHE, False),
        ("queueing", ServiceRole.BROKER, False),
        ("mail", ServiceRole.MAIL, False),
        ("ui", ServiceRole.FRONTEND, True),
        ("elsewhere", ServiceRole.OTHER, True),
    ],
)
def test_a_service_is_what_its_image_and_programs_make_it(deployment_of, service, role, serves):
    deployment = deployment_of(FILES)
    assert deployment.roles[service].role is role
    assert deployment.serves_http(service) is serves


def test_the_evidence_is_the_place_of_the_program(deployment_of):
    span = deployment_of(FILES).roles["starts"].evidence.span
    assert (span.path, span.line) == ("start.sh", 3)
