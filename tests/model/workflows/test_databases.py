"""The kind of database on which jobs test, and that of production."""

from __future__ import annotations

import pytest

from confguard.discover.kinds import classify
from confguard.discover.project import open_project
from confguard.model.repo import build
from confguard.model.workflows.databases import other_databases

SETTINGS = (
    'import os\nDATABASES = {"default": {"ENGINE": os.getenv("ENGINE", "django.db.backends.sqlite3")}}\n'
)
JOB = """
on: push
jobs:
  test:
    runs-on: ubuntu-latest
    {env}
    steps:
      - uses: actions/checkout@v4
      - run: {run}
"""


def others(repository, run="python manage.py test", env="", production="django.db.backends.postgresql"):
    web = f"    build: .\n    command: gunicorn shop.wsgi\n    environment: [ENGINE={production}]\n"
    files = {
        "compose.prod.yaml": f"services:\n  web:\n{web}",
        "Dockerfile": "FROM python:3.13\nENV DJANGO_SETTINGS_MODULE=shop.settings\nWORKDIR /app\nCOPY . .\n",
        "manage.py": 'import os\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")\n',
        "shop/settings.py": SETTINGS,
        ".github/workflows/test.yml": JOB.format(run=run, env=env),
    }
    project = open_project(repository(files))
    repo = build(project, classify(project), (), {}, frozenset())
    return [(one.job.name, one.tested, one.real) for one in other_databases(repo)]


def test_the_default_of_the_settings_is_what_a_job_tests_on(repository):
    assert others(repository) == [("test", "sqlite3", "postgresql")]


@pytest.mark.parametrize(
    "given",
    [
        {"env": "env: {ENGINE: django.db.backends.postgresql}"},
        {"env": "env: {ENGINE: '${{ secrets.ENGINE }}'}"},
        {"run": "python manage.py check"},
        {"production": "django.db.backends.sqlite3"},
        {"production": "${ENGINE}"},
    ],
)
def test_a_job_on_the_same_kind_or_an_unknown_one_is_not_told(repository, given):
    assert others(repository, **given) == []
