"""The env file of the real host: it stands in for the template, is judged, and never shown."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from confguard.cli import main

SECRET = "correct-horse-battery-9"
FILES = {
    "compose.prod.yaml": (
        "services:\n  web:\n    build: .\n    command: gunicorn shop.wsgi\n    env_file: .env\n"
        "  db:\n    image: postgres:17\n    environment: {POSTGRES_PASSWORD: '${DB_PASSWORD}'}\n"
    ),
    ".env.example": "SECRET_KEY=change-me\nHOSTS=shop.example\nDEBUG=\nDB_PASSWORD=change-me\n",
    "Dockerfile": "FROM python:3.13\nCOPY . /app\n",
    "manage.py": "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\n",
    "shop/__init__.py": "",
    "shop/settings.py": (
        "import os\nROOT_URLCONF = 'shop.urls'\nDEBUG = bool(os.environ.get('DEBUG'))\n"
        "SECRET_KEY = os.environ['SECRET_KEY']\n"
        "ALLOWED_HOSTS = os.environ.get('HOSTS', '').split(',')\n"
    ),
}
HOST = (
    f"SECRET_KEY=django-insecure-{SECRET}\nHOSTS=secret-host.example,*\nDEBUG=False\nDB_PASSWORD={SECRET}\n"
)


@pytest.fixture
def run(repository, tmp_path):
    root = repository(FILES)
    host = tmp_path / "host.env"
    host.write_text(HOST)

    def invoke(*arguments):
        words = [one.replace("{root}", str(root)).replace("{host}", str(host)) for one in arguments]
        return CliRunner().invoke(main, words)

    return invoke


def rules(done):
    return {one["rule"] for one in json.loads(done.output)["findings"]}


def test_the_hosts_file_is_judged_instead_of_the_template(run):
    before = rules(run("check", "{root}", "--output-format", "json"))
    after = rules(run("check", "{root}", "--output-format", "json", "--env-file", "{host}"))
    assert "debug-enabled" not in before
    assert {"debug-enabled", "default-secret-key", "open-allowed-hosts"} <= after


@pytest.mark.parametrize("form", ["full", "concise", "json", "github", "sarif"])
def test_no_format_shows_a_value(run, form):
    done = run("check", "{root}", "--output-format", form, "--env-file", "{host}")
    assert done.exit_code == 1
    assert "debug-enabled" in done.output
    assert SECRET not in done.output
    assert "secret-host" not in done.output


@pytest.mark.parametrize("form", ["text", "json"])
def test_show_env_hides_the_hosts_values(run, form):
    done = run("show", "env", "web", "--project", "{root}", "--env-file", "{host}", "--format", form)
    assert done.exit_code == 0
    assert "HOSTS" in done.output
    assert "secret-host" not in done.output
    assert SECRET not in done.output


def test_a_file_can_be_given_for_a_path(run):
    done = run("check", "{root}", "--output-format", "json", "--env-file", ".env={host}")
    assert "debug-enabled" in rules(done)


@pytest.mark.parametrize(
    ("given", "said"),
    [("nowhere.env", "there is no file"), ("other.env={host}", "no stack of production reads other.env")],
)
def test_a_file_that_fits_nowhere_is_an_error(run, given, said):
    done = run("check", "{root}", "--env-file", given)
    assert done.exit_code == 2
    assert said in done.output


def test_a_key_of_the_host_is_not_called_committed(run, tmp_path):
    (tmp_path / "host.env").write_text(f"SECRET_KEY={SECRET}{SECRET}\nHOSTS=shop.example\nDB_PASSWORD=x\n")
    assert "default-secret-key" not in rules(
        run("check", "{root}", "--output-format", "json", "--env-file", "{host}")
    )


def test_words_that_are_values_are_hidden_where_they_are_quoted(run, tmp_path):
    settings = (
        "\nREPORT_TO = os.environ['REPORT_TO'].split(',')\n"
        "EMAIL_PORT = int(os.environ.get('EMAIL_PORT', 25))\n"
    )
    path = tmp_path / "repository" / "shop" / "settings.py"
    path.write_text(path.read_text() + settings)
    (tmp_path / "host.env").write_text(
        "SECRET_KEY=x\nREPORT_TO=ulf, kim\nEMAIL_PORT=smtp\nDB_PASSWORD=your-zebra\n"
    )
    for form in ("full", "concise", "json", "sarif"):
        done = run("check", "{root}", "--output-format", form, "--env-file", "{host}")
        assert "miscast-value" in done.output
        assert "unreplaced-placeholder" in done.output
        assert not any(word in done.output for word in ("ulf,", "kim", "smtp'", "zebra"))
