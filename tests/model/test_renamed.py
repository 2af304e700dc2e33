"""Families of variables that the code knows by two names."""

from __future__ import annotations

import pytest

from confguard.model.delivery.renamed import renamed

FILES = {
    "compose.yaml": "services:\n  web: {build: ., command: gunicorn app.wsgi, env_file: [.env]}\n",
    "Dockerfile": "FROM python:3.13\nENV DJANGO_SETTINGS_MODULE=app.settings\n",
    ".env.example": "COPY_AWAY_ON=\nCOPY_AWAY_TO=\nCOPY_AWAY_AT=\n",
    "app/__init__.py": "",
    "app/settings.py": (
        "import os\nROOT_URLCONF = 'app.urls'\nINSTALLED_APPS = []\n"
        "ON = os.getenv('COPY_AWAY_ON')\nTO = os.getenv('COPY_AWAY_TO')\n"
        "AT = os.getenv('COPY_AWAY_AT')\n"
    ),
    "app/copy.py": "import os\nON = os.getenv('AWAY_ON')\nTO = os.getenv('AWAY_TO')\n",
}


@pytest.fixture
def families(deployment_of):
    """Return a function that names the families in a project with these files."""

    def ask(files=()):
        deployment = deployment_of(FILES | dict(files))
        found = renamed(deployment, deployment.apps[0])
        return [[(one.name, one.other.name, one.read.path) for one in family] for family in found]

    return ask


def test_a_family_is_at_least_two_variables_with_one_prefix(families):
    assert families() == [
        [("COPY_AWAY_ON", "AWAY_ON", "app/settings.py"), ("COPY_AWAY_TO", "AWAY_TO", "app/settings.py")]
    ]


@pytest.mark.parametrize(
    "files",
    [
        {"app/copy.py": "import os\nON = os.getenv('AWAY_ON')\n"},
        {"bin/copy.sh": "#!/bin/sh\nAWAY_ON=1 AWAY_TO=there python -m app.copy\n"},
        {"docs/copy.md": "Set `AWAY_ON` and AWAY_TO.\n"},
        {".env.example": "COPY_AWAY_ON=\n"},
    ],
    ids=["one pair", "a script sets them", "a document names them", "one is set"],
)
def test_what_may_be_two_things_is_no_family(families, files):
    assert families(files) == []


def test_a_file_that_reads_both_knows_that_they_are_two(families):
    both = FILES["app/settings.py"] + "A = os.getenv('AWAY_ON')\nB = os.getenv('AWAY_TO')\n"
    assert families({"app/settings.py": both}) == []
