"""Who migrates, and when."""

from __future__ import annotations

import pytest

from confguard.model.migrations import concurrent, early, ineffective_switches, migrations

_SETTINGS = 'SECRET_KEY = "x"\nDEBUG = False\nROOT_URLCONF = "shop.urls"\nINSTALLED_APPS = []\n'
_FILES = {
    "Dockerfile": "FROM python:3.13\nWORKDIR /app\nCOPY . .\n",
    "manage.py": 'import os\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")\n',
    "shop/settings.py": _SETTINGS,
}
_MIGRATE = "  migrate:\n    build: .\n    command: python manage.py migrate\n"


def _deployment(deployment_of, services, files=None):
    return deployment_of({**_FILES, "compose.yaml": f"services:\n{services}", **(files or {})})


@pytest.mark.parametrize(
    ("command", "found"),
    [
        ("python manage.py migrate --noinput", True),
        ("django-admin migrate", True),
        ("python manage.py migrate --check", False),
        ("python manage.py migrate --plan", False),
        ("python manage.py makemigrations", False),
        ("sh -c 'python manage.py migrate && gunicorn shop.wsgi'", True),
    ],
)
def test_what_migrates_applies_migrations(deployment_of, command, found):
    deployment = _deployment(deployment_of, f'  one:\n    build: .\n    command: "{command}"\n')
    assert bool(migrations(deployment)) is found


def test_who_does_not_wait_for_the_end_is_early(deployment_of):
    deployment = _deployment(
        deployment_of,
        _MIGRATE + "  web:\n    build: .\n    command: gunicorn shop.wsgi\n"
        "    depends_on:\n      migrate: {condition: service_completed_successfully}\n"
        "  worker:\n    build: .\n    command: celery -A shop worker\n    depends_on: [migrate]\n"
        "  late:\n    build: .\n    command: celery -A shop worker\n    depends_on: [web]\n",
    )
    (one,) = migrations(deployment)
    assert one.ends
    assert early(deployment, one) == ("worker",)


def test_two_that_migrate_without_an_order_are_concurrent(deployment_of):
    server = "    build: .\n    command: sh -c 'python manage.py migrate && gunicorn shop.wsgi'\n"
    deployment = _deployment(deployment_of, f"  a:\n{server}  b:\n{server}    depends_on: [a]\n")
    assert [one.service for one in concurrent(deployment)] == ["a", "b"]
    ordered = "    depends_on:\n      a: {condition: service_healthy}\n"
    deployment = _deployment(deployment_of, f"  a:\n{server}  b:\n{server}{ordered}")
    assert concurrent(deployment) == ()


def test_a_switch_is_ineffective_where_a_command_migrates_without_it(deployment_of):
    script = '#!/bin/sh\nif [ "$RUN_MIGRATIONS" = "1" ]; then python manage.py migrate; fi\nexec "$@"\n'
    web = (
        "  web:\n    build: .\n    entrypoint: /app/start.sh\n    command: gunicorn shop.wsgi\n"
        "    environment: {RUN_MIGRATIONS: '${RUN_MIGRATIONS:-1}'}\n"
    )
    deployment = _deployment(deployment_of, web + _MIGRATE, {"start.sh": script})
    (switch,) = ineffective_switches(deployment)
    assert switch.name == "RUN_MIGRATIONS"
    assert [service for service, _ in switch.by] == ["migrate"]
    assert list(ineffective_switches(_deployment(deployment_of, web, {"start.sh": script}))) == []
