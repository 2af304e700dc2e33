"""The Python environment that a person names: in the configuration, and on the command line."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from confguard.cli import main
from confguard.model.delivery.service import delivery_of
from confguard.run import repo, settings_for

FILES = {
    "compose.prod.yaml": (
        "services:\n  web:\n    build: .\n    command: gunicorn config.wsgi --bind 0.0.0.0:8000\n"
        "    environment:\n      DJANGO_SETTINGS_MODULE: config.settings\n      SECRET_KEY: ${SECRET_KEY}\n"
    ),
    "Dockerfile": "FROM python:3.13-slim\nWORKDIR /app\nCOPY . .\nRUN pip install -r requirements.txt\n",
    "requirements.txt": "Django==5.2\nacme-settings==1.0\n",
    "manage.py": "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'config.settings')\n",
    "config/__init__.py": "",
    "config/wsgi.py": "",
    "config/settings.py": (
        '"""Ours."""\n\nfrom acme_settings.base import *\n\nROOT_URLCONF = "config.urls"\n'
        'INSTALLED_APPS = [*INSTALLED_APPS, "shop"]\nMIDDLEWARE = []\nDATABASES = {}\n'
    ),
}
BASE = (
    "import os\nDEBUG = True\nSECRET_KEY = os.environ['SECRET_KEY']\nALLOWED_HOSTS = ['*']\n"
    "INSTALLED_APPS = ['django.contrib.staticfiles']\nREGION = os.environ['ACME_REGION']\n"
)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        write(tmp_path / "shop" / name, text)
    write(tmp_path / "venv/lib/python3.13/site-packages/acme_settings/__init__.py", "")
    write(tmp_path / "venv/lib/python3.13/site-packages/acme_settings/base.py", BASE)
    return tmp_path / "shop"


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def configured(project: Path, path: str) -> None:
    write(project / "confguard.toml", f'python-environment = "{path}"\n')


def inside(project: Path) -> None:
    """Have the environment in the project's own folder, and the configuration name it."""
    (project.parent / "venv").rename(project / ".venv")
    configured(project, ".venv")


def run(*arguments: object):
    return CliRunner().invoke(main, [str(one) for one in arguments])


def checked(*arguments: object) -> dict:
    done = run("check", *arguments, "--output-format", "json", "--exit-zero")
    assert done.exit_code == 0, done.output
    return json.loads(done.output)


def rules(report: dict) -> set[str]:
    return {finding["rule"] for finding in report["findings"]}


def test_rules_see_what_the_packages_settings_are_and_tell_it_in_the_repository(project):
    blind = checked(project)
    seen = checked(project, "--python-environment", project.parent / "venv")
    assert "debug-enabled" not in rules(blind)
    assert "debug-enabled" in rules(seen)
    (debug,) = (one for one in seen["findings"] if one["rule"] == "debug-enabled")
    text = json.dumps(debug)
    assert '"config/settings.py"' in text
    assert '"site-packages/acme_settings/base.py"' in text
    assert str(project.parent) not in text.replace(str(project), "")
    for finding in seen["findings"]:
        assert not finding["labels"][0]["path"].startswith("site-packages"), finding["rule"]


def test_a_variable_that_the_package_needs_is_told_at_the_import(project):
    seen = checked(project, "--python-environment", project.parent / "venv")
    found = [one for one in seen["findings"] if "ACME_REGION" in one["message"]]
    assert found
    assert {one["labels"][0]["path"] for one in found} <= {"config/settings.py", "compose.prod.yaml"}


def test_without_it_the_package_is_named_once(project):
    notes = [note for note in checked(project)["notes"] if "acme_settings" in note]
    assert len(notes) == 1
    assert notes[0].startswith("config/settings.py:3: the settings of acme_settings.base are unknown")
    assert "python-environment" in notes[0]
    seen = checked(project, "--python-environment", project.parent / "venv")
    assert not [note for note in seen["notes"] if "acme_settings" in note]


def test_a_variable_of_which_only_the_package_speaks_is_not_said_to_be_unread(project):
    packages = project.parent / "venv/lib/python3.13/site-packages"
    write(
        packages / "acme_tracing.py",
        "import os\n\ndef start():\n    ...\n\ndef later():\n    os.environ['ACME_TRACES']\n",
    )
    settings = FILES["config/settings.py"] + "from acme_tracing import start\nstart()\n"
    write(project / "config/settings.py", settings)
    write(
        project / "compose.prod.yaml",
        FILES["compose.prod.yaml"] + "      ACME_TRACES: 'on'\n      ACME_REGION: eu\n      ACME_OTHER: x\n",
    )
    inside(project)
    (deployment,) = repo(project, settings_for(project)).production
    delivery = delivery_of(deployment, "web")
    assert [delivery.may_be_read(name) for name in ("ACME_REGION", "ACME_TRACES", "ACME_OTHER")] == [
        *(True, True),
        False,
    ]


def test_the_configuration_names_it_relative_to_itself(project):
    inside(project)
    assert "debug-enabled" in rules(checked(project))


def test_the_command_line_names_it_relative_to_the_current_folder(project, monkeypatch):
    monkeypatch.chdir(project.parent)
    configured(project, "../absent")
    done = run("show", "settings", "--project", "shop", "--python-environment", "venv", "--format", "json")
    (app,) = json.loads(done.output)
    assert app["settings"]["DEBUG"]["value"] is True
    assert app["unfollowed"] == []


@pytest.mark.parametrize(
    "arguments", [("show", "settings", "--project"), ("trace", "DEBUG", "--project"), ("readiness",)]
)
def test_other_commands_take_it_too(project, arguments):
    done = run(*arguments, project, "--python-environment", project.parent / "venv")
    assert done.exit_code in (0, 1), done.output
    assert "acme_settings" not in done.output or "site-packages/acme_settings" in done.output
    assert "Traceback" not in done.output


def test_the_page_of_settings_says_what_would_open_the_package(project):
    done = run("show", "settings", "--project", project)
    assert "may start" in done.output
    assert "config/settings.py:3: the settings of acme_settings.base are unknown" in done.output


def test_trace_leads_from_the_import_into_the_package(project):
    done = run("trace", "DEBUG", "--project", project, "--python-environment", project.parent / "venv")
    assert "config/settings.py:3" in done.output
    assert "site-packages/acme_settings/base.py:2" in done.output


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("absent", "there is no folder"),
        ("Dockerfile", "is no folder: name that of the environment, like .venv"),
        ("config", "is no Python environment: it has no lib/python3.*/site-packages"),
    ],
)
def test_what_is_no_environment_is_wrong_usage(project, path, words):
    done = run("check", project, "--python-environment", project / path)
    assert done.exit_code == 2
    assert "--python-environment" in done.output
    assert words in done.output
    configured(project, path)
    done = run("check", project)
    assert done.exit_code == 2
    assert "confguard.toml:1" in done.output
    assert words in done.output


def test_files_of_the_environment_are_no_files_of_the_project(project):
    inside(project)
    assert "site-packages" not in run("check", project, "--show-files").output


def test_a_configuration_leads_to_no_environment_outside_of_the_project(project):
    configured(project, "../venv")
    done = run("check", project)
    assert done.exit_code == 2
    assert "confguard.toml:1" in done.output
    assert "lies outside of the project: name it on the command line" in done.output
    (project / "linked").symlink_to(project.parent / "venv")
    configured(project, "linked")
    assert "lies outside of the project" in run("check", project).output
