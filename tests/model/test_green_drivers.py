"""Workers of gevent, and whether the driver of their database gives way while it waits."""

from __future__ import annotations

import pytest

from confguard.model.green_drivers import blocked_workers
from confguard.model.time_limits import worker_class

DOCKERFILE = "FROM python:3.13\nENV DJANGO_SETTINGS_MODULE=shop.settings\nWORKDIR /app\nCOPY . .\n"
SETTINGS = 'DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql"}}\n'


def stack(deployment_of, command, requirements, **files):
    return deployment_of(
        {
            "compose.prod.yaml": f"services:\n  web:\n    build: .\n    command: {command}\n",
            "Dockerfile": DOCKERFILE,
            "requirements.txt": f"Django==5.2\n{requirements}\n",
            "shop/settings.py": SETTINGS,
            **{name.replace("_py", ".py").replace("__", "/"): text for name, text in files.items()},
        }
    )


@pytest.mark.parametrize(
    ("command", "configuration", "expected"),
    [
        ("gunicorn shop.wsgi", "", "sync"),
        ("gunicorn shop.wsgi -k gevent", "worker_class = 'sync'", "gevent"),
        ("gunicorn shop.wsgi", "worker_class = 'gevent'", "gevent"),
        ("gunicorn shop.wsgi", "import os\nworker_class = os.environ['CLASS']", None),
        ("gunicorn shop.wsgi -c elsewhere.py", "worker_class = 'gevent'", None),
        ("python manage.py runserver", "worker_class = 'gevent'", None),
    ],
)
def test_the_class_is_the_one_of_the_command_or_else_of_the_configuration(
    deployment_of, command, configuration, expected
):
    files = {
        "compose.prod.yaml": f"services:\n  web:\n    build: .\n    command: {command}\n",
        "Dockerfile": "FROM python:3.13\nWORKDIR /app\nCOPY . .\n",
        "gunicorn.conf.py": configuration,
    }
    found = worker_class(deployment_of(files), "web")
    assert (found[0] if found else None) == expected


@pytest.mark.parametrize(
    ("command", "requirements", "blocked"),
    [
        ("gunicorn shop.wsgi -k gevent", "psycopg2-binary==2.9.10", True),
        ("gunicorn shop.wsgi -k gunicorn.workers.ggevent.GeventWorker", "psycopg2==2.9.10", True),
        ("celery -A shop worker -P gevent", "psycopg2==2.9.10", True),
        ("celery -A shop worker -P eventlet", "psycopg2==2.9.10", False),
        ("gunicorn shop.wsgi -k gthread", "psycopg2==2.9.10", False),
        ("gunicorn shop.wsgi -k gevent", "psycopg2==2.9.10\npsycogreen==1.0.2", False),
        ("gunicorn shop.wsgi -k gevent", "psycopg2==2.9.10\npsycopg==3.2.3", False),
        ("gunicorn shop.wsgi -k gevent", "gunicorn==23.0.0", False),
    ],
)
def test_a_worker_is_blocked_where_psycopg2_waits_in_c(deployment_of, command, requirements, blocked):
    assert bool(list(blocked_workers(stack(deployment_of, command, requirements)))) is blocked


def test_a_callback_of_the_project_s_own_lets_it_wait(deployment_of):
    text = "import psycopg2.extensions\npsycopg2.extensions.set_wait_callback(print)\n"
    found = stack(deployment_of, "gunicorn shop.wsgi -k gevent", "psycopg2==2.9.10", shop__green_py=text)
    assert list(blocked_workers(found)) == []


def test_an_address_that_nobody_knows_leads_to_the_server_of_the_stack(deployment_of):
    text = (
        "import os, dj_database_url\nDATABASES = {'default': dj_database_url.parse(os.environ['ADDRESS'])}\n"
    )
    files = {
        "compose.prod.yaml": "services:\n  web:\n    build: .\n    command: gunicorn -k gevent a.wsgi\n"
        "  db:\n    image: {image}\n",
        "Dockerfile": DOCKERFILE,
        "requirements.txt": "Django==5.2\npsycopg2==2.9.10\n",
        "shop/settings.py": text,
    }
    compose = files["compose.prod.yaml"]
    for image, expected in (("postgres:17.6", ["web"]), ("mysql:8.4", [])):
        found = deployment_of({**files, "compose.prod.yaml": compose.replace("{image}", image)})
        assert [one.service for one in blocked_workers(found)] == expected
