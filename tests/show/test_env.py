"""What ``show env`` says."""

import json

import pytest
from click.testing import CliRunner

from confguard.cli import main

FILES = {
    "compose.yaml": (
        "services:\n  web:\n    build: .\n    command: gunicorn shop.wsgi\n    env_file: .env\n"
        "    environment:\n      MODE: ${MODE:-live}\n      DEAD_KEY: 'x'\n"
    ),
    ".env.example": "SECRET_KEY=super-duper-99\n",
    "Dockerfile": "FROM python:3.13\n",
    "manage.py": "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\n",
    "shop/__init__.py": "",
    "shop/settings.py": (
        "import os\nROOT_URLCONF = 'shop.urls'\nINSTALLED_APPS = []\n"
        "SECRET_KEY = os.environ['SECRET_KEY']\nMODE = os.environ['MODE']\n"
        "EMAIL_HOST = os.environ.get('EMAIL_HOST', 'localhost')\n"
    ),
}


@pytest.fixture
def shown(repository):
    root = repository(FILES)

    def invoke(*arguments):
        return CliRunner().invoke(main, ["show", "env", *arguments, "--project", str(root)])

    return invoke


def test_a_variable_has_its_value_its_trail_and_its_readers(shown):
    (facts,) = json.loads(shown("web", "--format", "json").output)
    mode = facts["variables"]["MODE"]
    assert mode["value"] == "live"
    assert mode["trail"][-1]["origin"] == "default"
    assert mode["readers"] == [
        {
            "kind": "settings",
            "who": "shop.settings",
            "place": "shop/settings.py:5",
            "required": True,
            "default": None,
        }
    ]
    assert facts["read_and_not_delivered"]["EMAIL_HOST"]["readers"][0]["default"] == "localhost"


def test_secrets_are_shapes_unless_revealed(shown):
    assert "super-duper-99" not in shown("web").output
    assert "super-duper-99" in shown("web", "--reveal").output


def test_what_nobody_reads_is_said(shown):
    line = next(line for line in shown("web").output.splitlines() if "DEAD_KEY" in line)
    assert "read by nobody" in line


def test_an_unknown_service_or_stack_is_an_error(shown):
    done = shown("wbe")
    assert done.exit_code == 2
    assert "there is no service 'wbe'; there are web" in done.output
    assert shown("web", "--stack", "nope").exit_code == 2


def test_without_a_service_all_are_shown_that_get_anything(shown):
    done = shown()
    assert done.exit_code == 0
    assert done.output == shown("web").output


def test_places_and_readers_stand_in_columns(shown):
    lines = [line for line in shown("web").output.splitlines() if " read by " in line]
    delivered = [line for line in lines if "EMAIL_HOST" not in line and "SETTINGS" not in line]
    assert len(delivered) > 2
    assert len({line.index("read by ") for line in delivered}) == 1
