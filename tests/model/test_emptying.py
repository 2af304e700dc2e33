"""What the start of a container deletes from its database."""

from __future__ import annotations

import pytest

from confguard.discover.kinds import classify
from confguard.discover.project import open_project
from confguard.model.emptying import emptying
from confguard.model.repo import build

FILES = {
    "Dockerfile": (
        "FROM python:3.13\nENV DJANGO_SETTINGS_MODULE=shop.settings\nWORKDIR /app\nCOPY . .\n"
        'ENTRYPOINT ["/app/start.sh"]\n'
    ),
    "shop/settings.py": "INSTALLED_APPS = []\n",
}


@pytest.fixture
def deleting(deployment_of):
    """Return a function that names the commands of a start script which delete, and their switches."""

    def commands(script, environment="", more=None):
        lines = f"    environment:\n      {environment}\n" if environment else ""
        compose = f"services:\n  web:\n    build: .\n    command: gunicorn shop.wsgi\n{lines}"
        files = {**FILES, "compose.prod.yaml": compose, "start.sh": f'#!/bin/sh\n{script}\nexec "$@"\n'}
        found = emptying(deployment_of({**files, **(more or {})}))
        return [(one.command, one.switch[0] if one.switch else None) for one in found]

    return commands


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("python manage.py flush --no-input", "flush --no-input"),
        ("python manage.py flush --noinput --database=default", "flush --noinput --database=default"),
        ("./manage.py reset_db --noinput", "reset_db --noinput"),
        ("python manage.py migrate shop zero", "migrate shop zero"),
        ("dropdb -h db shop", "dropdb"),
        ("while ! python manage.py flush --no-input 2>&1; do\n  sleep 3\ndone", "flush --no-input"),
        ("until python3 manage.py flush --noinput; do sleep 3; done", "flush --noinput"),
        ('psql -h db -c "drop schema public cascade"', "psql"),
        ('[ "${FLUSH:-1}" = 1 ] && python manage.py flush --no-input', "flush --no-input"),
        ("if [ 1 = 1 ] || [ -f x ]; then\npython manage.py flush --no-input\nfi", "flush --no-input"),
    ],
)
def test_what_deletes_without_a_question_is_found(deleting, script, expected):
    assert deleting(script) == [(expected, None)]


@pytest.mark.parametrize(
    "script",
    [
        "python manage.py flush",  # asks, and fails where nobody answers
        "# python manage.py flush --no-input",
        "python manage.py migrate shop 0003",
        "python manage.py migrate --no-input",
        "python manage.py flushexpiredtokens",
        'psql -h db -c "select 1"',
        'if [ "$FLUSH" = 1 ]; then python manage.py flush --no-input; fi',
        "if [ 1 = 1 ] || [ -f x ] && [ -f y ]; then\npython manage.py flush --no-input\nfi",
        "reset() {\n  while ! python manage.py flush --no-input; do sleep 3; done\n}",
        '[ "$1" = web ] || exec "$@"\nwhile ! python manage.py flush --no-input; do sleep 3; done',
        "while ! python manage.py migrate --no-input; do sleep 3; done",
        "if [ -f x ]; then python manage.py flush --no-input; fi",
        'case "$1" in reset) python manage.py flush --no-input ;; esac',
    ],
)
def test_what_does_not_surely_delete_is_not(deleting, script):
    assert deleting(script) == []


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ('cursor.execute("DROP TABLE shop_order")', True),
        ('cursor.execute(f"DROP TABLE IF EXISTS {schema}.order CASCADE")', True),
        ('cursor.execute("TRUNCATE shop_order")', True),
        ('call_command("flush", interactive=False)', True),
        ('cursor.execute("DROP TABLE IF EXISTS tmp_order")', False),
        ('# cursor.execute("DROP TABLE shop_order")', False),
        ('help = "drops tables that do not fit"', False),
        ('call_command("migrate")', False),
    ],
)
def test_a_command_of_the_repository_may_delete_as_far_as_its_code_says(deleting, code, found):
    more = {"shop/management/commands/repair.py": f"{code}\n"}
    expected = [("repair", None)] if found else []
    assert deleting("python manage.py repair", more=more) == expected


@pytest.mark.parametrize(
    ("environment", "switch", "found"),
    [
        ("", "REPAIR", True),
        ("REPAIR: 'true'", None, True),
        ("REPAIR: 'false'", None, False),
    ],
)
def test_the_switch_is_named_where_nothing_sets_it(deleting, environment, switch, found):
    script = 'if [ "${REPAIR:-true}" = "true" ]; then\n  python manage.py repair\nfi'
    more = {"shop/management/commands/repair.py": 'execute("DROP TABLE shop_order")\n'}
    assert deleting(script, environment, more) == ([("repair", switch)] if found else [])


def test_a_service_of_a_profile_is_started_by_hand(repository):
    compose = (
        "services:\n  web:\n    build: .\n    command: gunicorn shop.wsgi\n    entrypoint: []\n"
        "  reset:\n    build: .\n    profiles: [reset]\n    entrypoint: []\n"
        "    command: python manage.py flush --no-input\n"
    )
    make = "prod-reset:\n\tdocker compose -f compose.prod.yaml --profile reset up -d\n"
    project = open_project(repository({**FILES, "compose.prod.yaml": compose, "Makefile": make}))
    deployments = build(project, classify(project), (), {}, frozenset()).deployments
    assert any("reset" in one.services for one in deployments)
    assert [list(emptying(one)) for one in deployments] == [[] for _ in deployments]
