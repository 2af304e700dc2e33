"""Which settings module each program runs with."""

from __future__ import annotations

import pytest

from confguard.model.listening import programs
from confguard.model.running_settings import running, target_of

_ENTRY = 'import os\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "{}")\n'
_FILES = {
    "Dockerfile": "FROM python:3.13\nWORKDIR /app\nCOPY . .\n",
    "manage.py": _ENTRY.format("shop.dev"),
    "shop/wsgi.py": _ENTRY.format("shop.prod") + "application = None\n",
    "shop/celery.py": _ENTRY.format("shop.prod") + "app = Celery()\n",
    "shop/dev.py": "",
    "shop/prod.py": "",
    "shop/other.py": "",
}


def _running(deployment_of, command, extra="", files=None):
    compose = f"services:\n  web:\n    build: .\n    command: {command}\n{extra}"
    return running(deployment_of({**_FILES, "compose.yaml": compose, **(files or {})}))


@pytest.mark.parametrize(
    ("command", "extra", "expected"),
    [
        ("gunicorn shop.wsgi", "", ("server", "shop.prod", True)),
        ("python manage.py migrate", "", ("command", "shop.dev", True)),
        ("python manage.py migrate --settings=shop.other", "", ("command", "shop.other", False)),
        ("celery -A shop worker", "", ("worker", "shop.prod", True)),
        (
            "gunicorn shop.wsgi",
            "    environment: {DJANGO_SETTINGS_MODULE: shop.other}\n",
            ("server", "shop.other", False),
        ),
    ],
)
def test_the_environment_counts_before_the_entry_points_default(deployment_of, command, extra, expected):
    (one,) = _running(deployment_of, command, extra)
    assert (one.kind, one.module, one.by_default) == expected
    assert one.path == expected[1].replace(".", "/") + ".py"


def test_an_assignment_of_the_entry_point_counts_before_the_environment(deployment_of):
    entry = 'import os\nos.environ["DJANGO_SETTINGS_MODULE"] = "shop.prod"\n'
    extra = "    environment: {DJANGO_SETTINGS_MODULE: shop.other}\n"
    (one,) = _running(deployment_of, "gunicorn shop.wsgi", extra, {"shop/wsgi.py": entry})
    assert one.module == "shop.prod"


@pytest.mark.parametrize(
    ("command", "target"),
    [
        ("gunicorn -w 4 --bind 0.0.0.0:8000 -k uvicorn.workers.UvicornWorker shop.asgi:application",
         "shop.asgi:application"),
        ("uvicorn --app-dir=/app shop.asgi:application --host 0.0.0.0", "shop.asgi:application"),
        ("daphne -b 0.0.0.0 -p 8000 shop.asgi:application", "shop.asgi:application"),
        ("gunicorn shop.wsgi --chdir=/app", "shop.wsgi"),
        ("celery --app shop.celery:app worker", "shop.celery:app"),
        ("python manage.py migrate", None),
        ("gunicorn", None),
    ],
)  # fmt: skip
def test_the_target_of_a_server_is_the_word_that_is_no_option(deployment_of, command, target):
    found = deployment_of(
        {**_FILES, "compose.yaml": f"services:\n  web:\n    build: .\n    command: {command}\n"}
    )
    (program,) = programs(found, "web")
    assert target_of(program) == target
