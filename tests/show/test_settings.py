"""What ``show settings`` and ``trace`` say: values, shapes of secrets, reasons, and nothing that acts."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from confguard.cli import main

FILES = {
    "compose.yaml": (
        "services:\n  web:\n    build: .\n    command: gunicorn config.wsgi\n    env_file: .env\n"
        "    environment:\n      DEBUG: 'false'\n"
    ),
    ".env.example": "SECRET_KEY=changeme-please\nHOSTS=a.example,b.example\n",
    "Dockerfile": "FROM python:3.12\nENV DJANGO_SETTINGS_MODULE=config.settings\n",
    "manage.py": "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'config.settings')\n",
    "config/__init__.py": "",
    "config/settings.py": (
        "import os\nfrom pathlib import Path\n"
        "DEBUG = os.environ.get('DEBUG', 'true') == 'true'\n"
        "SECRET_KEY = os.environ['SECRET_KEY']\n"
        "ALLOWED_HOSTS = os.environ['HOSTS'].split(',')\n"
        "INSTALLED_APPS = []\nROOT_URLCONF = 'config.urls'\nMIDDLEWARE = "
        "['django.middleware.clickjacking.XFrameOptionsMiddleware']\n"
        "DATABASES = {'default': {'ENGINE': 'x', 'PASSWORD': 'hunter2-hunter2'}}\n"
        "X_FRAME_OPTIONS = 'SAMEORIGIN'\n"
        "COLOUR = '\\x1b[31mred\\u202e'\n"
        "HOST = __import__('socket').gethostname()\n"
    ),
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def run(project: Path, *arguments: str):
    return CliRunner().invoke(main, [*arguments, "--project", str(project)])


def shown(project: Path, *arguments: str) -> list[dict]:
    done = run(project, "show", "settings", "--format", "json", *arguments)
    assert done.exit_code == 0, done.output
    return json.loads(done.output)


def test_the_settings_of_a_service_are_those_under_its_environment(project):
    (app,) = shown(project)
    assert app["services"] == ["web"]
    assert app["starts"]
    assert app["settings"]["DEBUG"] == {
        "known": True,
        "value": False,
        "trail": app["settings"]["DEBUG"]["trail"],
    }
    assert app["settings"]["ALLOWED_HOSTS"]["value"] == ["a.example", "b.example"]
    places = [step["place"] for step in app["settings"]["ALLOWED_HOSTS"]["trail"]]
    assert ".env.example:2" in places
    assert "template" in [step["origin"] for step in app["settings"]["ALLOWED_HOSTS"]["trail"]]


def test_secrets_are_shapes_unless_they_are_revealed(project):
    (app,) = shown(project)
    assert app["settings"]["SECRET_KEY"]["value"] == {"secret": "a placeholder", "length": 15}
    assert "hunter2" not in json.dumps(app)
    assert "hunter2" not in run(project, "show", "settings").output
    (revealed,) = shown(project, "--reveal")
    assert revealed["settings"]["SECRET_KEY"]["value"] == "changeme-please"
    assert revealed["settings"]["DATABASES"]["value"]["default"]["PASSWORD"] == "hunter2-hunter2"


def test_a_module_alone_has_the_environment_that_is_given_and_no_other(project, tmp_path):
    (app,) = shown(project, "--module", "config.settings")
    assert not app["starts"]
    assert app["failures"][0]["cause"] == "nothing delivers a variable"
    assert app["failures"][0]["variables"] == ["SECRET_KEY"]
    assert app["failures"][0]["place"] == "config/settings.py:4"
    env_file = project / "given.env"
    env_file.write_text("SECRET_KEY=abc\nHOSTS=x\n")
    (app,) = shown(
        project, "--module", "config/settings.py", "--env-file", str(env_file), "--set", "HOSTS=y,z"
    )
    assert app["starts"]
    assert app["settings"]["ALLOWED_HOSTS"]["value"] == ["y", "z"]


def test_what_is_unknown_says_why(project):
    (app,) = shown(project)
    assert app["settings"]["HOST"]["known"] is False
    assert "unknown" in app["settings"]["HOST"]["value"]


def test_a_page_holds_no_control_characters_of_the_repository(project):
    for arguments in (("show", "settings"), ("show", "settings", "--reveal"), ("trace", "COLOUR")):
        done = run(project, *arguments)
        assert done.exit_code == 0, done.output
        assert "\x1b" not in done.output
        assert "\u202e" not in done.output
        assert "red" in done.output


def test_a_service_that_is_not_there_is_an_error_which_names_those_that_are(project):
    done = run(project, "show", "settings", "--service", "nope")
    assert done.exit_code == 2
    assert "those that do: web" in done.output


def test_a_trace_leads_from_the_template_to_the_setting(project):
    done = run(project, "trace", "HOSTS")
    assert done.exit_code == 0, done.output
    text = done.output
    assert (
        text.index(".env.example:2")
        < text.index("setting ALLOWED_HOSTS")
        < text.rindex("config/settings.py:5")
    )


def test_a_trace_of_a_header_names_the_setting_that_decides_it(project):
    done = run(project, "trace", "X-Frame-Options")
    assert done.exit_code == 0, done.output
    assert 'X-Frame-Options (from X_FRAME_OPTIONS) = "SAMEORIGIN"' in done.output
    assert "config/settings.py:10" in done.output


def test_a_trace_of_a_secret_does_not_show_it(project):
    done = run(project, "trace", "SECRET_KEY", "--set", "SECRET_KEY=Zx81-very-secret-value")
    assert done.exit_code == 0, done.output
    assert "Zx81" not in done.output


def test_a_trace_of_nothing_is_an_error(project):
    assert run(project, "trace", "NO_SUCH_NAME").exit_code == 2


def test_a_trace_of_a_misspelt_name_tells_the_nearest_one(project):
    done = run(project, "trace", "ALOWED_HOSTS")
    assert done.exit_code == 2
    assert "(did you mean 'ALLOWED_HOSTS'?)" in done.output
    assert "(did you mean 'X-Frame-Options'?)" in run(project, "trace", "X-Frame-Option").output


def test_a_trace_of_a_setting_with_parts_names_the_variables_that_these_read(repository):
    root = repository(
        {
            "shop/settings.py": "import os\nROOT_URLCONF = 'shop.urls'\nINSTALLED_APPS = []\n"
            "PLAIN = os.environ.get('PLAIN', 'x')\n"
            "DATABASES = {\n    'default': {'NAME': os.environ['DB_NAME']},\n}\n",
            "shop/__init__.py": "",
        }
    )
    done = run(root, "trace", "DATABASES", "--module", "shop.settings", "--set", "DB_NAME=a")
    assert "  reads DB_NAME: `confguard trace DB_NAME` has its steps\n" in done.output
    done = run(root, "trace", "PLAIN", "--module", "shop.settings", "--set", "PLAIN=a")
    assert done.exit_code == 0 and "reads PLAIN" not in done.output


@pytest.mark.parametrize("option", ["--format", "--output-format"])
def test_both_names_of_the_option_for_the_format_are_understood(project, option):
    for command in (("show", "settings"), ("show", "stacks"), ("trace", "HOSTS"), ("graph",)):
        assert run(project, *command, option, "json").output[0] in "[{", command


def test_what_nothing_sets_is_told_once_for_all_services(repository):
    root = repository(
        {
            "compose.yaml": "services:\n  web:\n    build: .\n    command: gunicorn shop.wsgi\n"
            "  job:\n    build: .\n    command: celery -A shop worker\n    environment: {OTHER: a}\n",
            "Dockerfile": "FROM python:3.13\nWORKDIR /app\nCOPY . .\n",
            "manage.py": "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\n",
            "shop/settings.py": "import os\nROOT_URLCONF = 'shop.urls'\nINSTALLED_APPS = []\n"
            "DEBUG = os.environ.get('DEBUG', 'x') == '1'\nOTHER = os.environ.get('OTHER')\n",
            "shop/__init__.py": "",
        }
    )
    text = run(root, "trace", "DEBUG").output
    assert text.count("variable DEBUG = not set\n  in compose.yaml: web, job\n   1. nothing sets it\n") == 1
    assert text.count("variable DEBUG") == 1
    assert "reads DEBUG" not in text
