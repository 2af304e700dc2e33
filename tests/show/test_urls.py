# ruff: noqa: E501 - small programs are easier to read on one line
"""What ``show urls`` says: routes in their order, views, and what is not known."""

import json

import pytest
from click.testing import CliRunner

from confguard.cli import main

FILES = {
    "compose.yaml": "services:\n  web:\n    build: .\n    command: gunicorn config.wsgi\n    env_file: .env\n",
    "Dockerfile": "FROM python:3.12\nWORKDIR /app\nCOPY . .\nENV DJANGO_SETTINGS_MODULE=config.settings\n",
    "manage.py": "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'config.settings')\n",
    "config/__init__.py": "",
    "config/settings.py": (
        "import os\nDEBUG = os.environ.get('DEBUG') == '1'\nINSTALLED_APPS = []\nROOT_URLCONF = 'config.urls'\n"
        "MIDDLEWARE = []\nDATABASES = {}\n"
    ),
    "config/views.py": "def health(request):\n    return None\n",
    "config/urls.py": (
        "from django.conf import settings\nfrom django.contrib import admin\nfrom django.urls import include, path\n"
        "from config import views\n"
        "handler404 = 'config.views.gone'\n"
        "urlpatterns = [path('health/', views.health, name='health'), path('admin/', admin.site.urls),\n"
        "path('api/', include(('allauth.urls', 'api'))), path('\\x1b[31m', views.health)]\n"
        "if settings.DEBUG:\n    urlpatterns += [path('debug/', views.health)]\n"
    ),
}


@pytest.fixture
def run(repository):
    root = repository(FILES)

    def invoke(*arguments):
        result = CliRunner().invoke(main, ["show", "urls", "--project", str(root), *arguments])
        assert result.exit_code == 0, result.output
        return result.output

    return invoke


def test_a_page_has_the_routes_with_their_views_and_places(run):
    page = run("--service", "web")
    assert "/health/" in page
    assert "config.views.health  [health]" in page
    assert "config/urls.py:6" in page
    assert "the admin" in page
    assert "routes of allauth.urls" in page
    assert "perhaps config.views.health" in page
    assert "handler404" in page
    assert "\x1b" not in page


def test_json_says_the_same(run):
    (facts,) = json.loads(run("--format", "json"))
    assert facts["module"] == "config.urls"
    assert facts["complete"] is True
    assert [(one["kind"], one["certain"]) for one in facts["routes"]] == [
        ("view", True), ("admin", True), ("include", True), ("view", True), ("view", False),
    ]  # fmt: skip
    assert facts["routes"][0] == {
        "route": "health/", "kind": "view", "view": "config.views.health", "name": "health", "namespaces": [],
        "target": None, "certain": True, "place": "config/urls.py:6", "through": [],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("/health/", "/health/ has a view"),
        ("/api/x", "/api/x may have a view"),
        ("/debug/", "/debug/ may have a view"),
        ("/nothing", "/nothing has no view"),
    ],
)
def test_a_path_is_asked_for(run, path, text):
    assert text in run("--path", path)


def test_a_setting_that_is_given_decides(run):
    facts = json.loads(run("--set", "DEBUG=1", "--path", "/debug/", "--format", "json"))
    assert facts[0]["routed"] is True
    alone = json.loads(run("--module", "config.settings", "--path", "/debug/", "--format", "json"))
    assert alone[0]["routed"] is False


def test_services_with_the_same_routes_are_told_once(repository):
    worker = "  job:\n    build: .\n    command: python manage.py jobs\n    environment: {COLOUR: red}\n"
    settings = FILES["config/settings.py"] + "COLOUR = os.environ.get('COLOUR')\n"
    files = FILES | {"compose.yaml": FILES["compose.yaml"] + worker, "config/settings.py": settings}
    root = str(repository(files))
    done = CliRunner().invoke(main, ["show", "urls", "--project", root, "--path", "/nothing"])
    assert done.output.count("config.urls") == 1, done.output
    assert "services web, job\n  /nothing " in done.output
