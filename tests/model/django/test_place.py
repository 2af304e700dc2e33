"""What settings are in a service's container: where their files lie decides what BASE_DIR is."""

from __future__ import annotations

import pytest

from confguard.model.django.place import ContainerPlace, Place
from confguard.model.django.values import Partial, plain
from confguard.model.value import Known, Unknown

SETTINGS = """
import os
from pathlib import Path
BASE_DIR = Path(__file__).resolve().parent.parent
STATIC_ROOT = BASE_DIR / "staticfiles"
LOCALES = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "locale")
HERE = os.getcwd()
HAS_VERSION = (BASE_DIR / "VERSION").exists()
HAS_README = os.path.exists(BASE_DIR / "README.md")
HAS_MEDIA = os.path.isdir(BASE_DIR / "media")
HAS_UPLOAD = os.path.exists(BASE_DIR / "media" / "x")
HAS_CERTIFICATE = os.path.exists("/etc/ssl/cert.pem")
RELEASE = (BASE_DIR / "VERSION").read_text().strip()
INSTALLED_APPS = []
ROOT_URLCONF = "config.urls"
DATABASES = {}
"""
PROJECT = {
    "backend/manage.py": "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'config.settings')\n",
    "backend/config/__init__.py": "",
    "backend/config/settings.py": SETTINGS,
    "backend/VERSION": "1.2\n",
    "backend/README.md": "# App\n",
    "backend/.dockerignore": "*.md\n",
    "backend/Dockerfile": "FROM python:3.13\nWORKDIR /app\nCOPY . .\nCMD gunicorn config.wsgi\n",
    "compose.yaml": (
        "services:\n  web:\n    build: backend\n    volumes: [media:/app/media]\nvolumes: {media: {}}\n"
    ),
}


@pytest.fixture
def app_of(deployment_of):
    return lambda **files: deployment_of({**PROJECT, **files}).apps[0]


def test_paths_are_those_of_the_container(app_of):
    values = app_of().settings.values
    assert str(plain(values["STATIC_ROOT"])) == "/app/staticfiles"
    assert plain(values["LOCALES"]) == "/app/locale"
    assert plain(values["HERE"]) == "/app"
    assert plain(values["RELEASE"]) == "1.2"


def test_a_file_is_there_if_it_is_copied(app_of):
    values = app_of().settings.values
    assert plain(values["HAS_VERSION"]) is True
    assert plain(values["HAS_MEDIA"]) is True
    unknown = ["HAS_README", "HAS_UPLOAD", "HAS_CERTIFICATE"]
    assert all(isinstance(values[name], Unknown) for name in unknown)


def test_a_mount_moves_the_project(app_of):
    compose = (
        "services:\n  web:\n    build: backend\n    working_dir: /src\n    volumes: ['./backend:/src']\n"
    )
    values = app_of(**{"compose.yaml": compose}).settings.values
    assert str(plain(values["STATIC_ROOT"])) == "/src/staticfiles"
    assert plain(values["HERE"]) == "/src"


def test_a_place_that_is_not_known_leaves_paths_partly_known(app_of):
    compose = "services:\n  web:\n    image: example/app:1\n    command: gunicorn config.wsgi\n"
    values = app_of(**{"compose.yaml": compose, "backend/Dockerfile": ""}).settings.values
    assert isinstance(values["STATIC_ROOT"].value, Partial)
    assert isinstance(values["HERE"].value, Partial)


def test_a_script_that_goes_elsewhere_leaves_the_folder_open(app_of):
    start = "#!/bin/sh\ncd $TARGET\nexec gunicorn config.wsgi\n"
    dockerfile = "FROM python:3.13\nWORKDIR /app\nCOPY . .\nCMD ['/app/start.sh']\n".replace("'", '"')
    values = app_of(**{"backend/start.sh": start, "backend/Dockerfile": dockerfile}).settings.values
    assert str(plain(values["BASE_DIR"])) == "/app"
    assert isinstance(values["HERE"].value, Partial)


def test_services_whose_files_lie_alike_are_one_application(deployment_of):
    compose = (
        "services:\n  web: {build: backend}\n  worker: {build: backend, command: celery -A config worker}\n"
        "  other: {build: backend, volumes: ['./backend:/elsewhere'], working_dir: /elsewhere}\n"
    )
    apps = deployment_of({**PROJECT, "compose.yaml": compose}).apps
    assert [app.services for app in apps] == [("web", "worker"), ("other",)]


def test_places_are_alike_as_far_as_they_were_asked(deployment_of):
    files = deployment_of(PROJECT).container_files["web"]
    one, other = ContainerPlace(files=files), Place("/app")
    assert one.alike(other)
    assert one.of("backend/manage.py") == "/app/manage.py"
    assert not one.alike(other)
    assert one.alike(ContainerPlace(files=files))
    assert one.inside("/app/config/new.py") == "backend/config/new.py"
    assert one.inside("/app/README.md") is None
    assert one.inside("/app/media/x") is None


@pytest.mark.parametrize(
    ("command", "directory"),
    [
        ("gunicorn config.wsgi", "/app"),
        ("sh -c 'cd config && gunicorn wsgi'", "/app/config"),
        ("gunicorn --chdir /srv/app config.wsgi", "/srv/app"),
        ("sh -c 'cd $WHERE && gunicorn wsgi'", None),
        ("sh -c 'cd /a && make && cd /b && gunicorn wsgi'", None),
    ],
)
def test_the_folder_of_a_program_follows_its_command(deployment_of, command, directory):
    compose = f'services:\n  web:\n    build: backend\n    command: "{command}"\n'.replace("$", "$$")
    found = deployment_of({**PROJECT, "compose.yaml": compose}).processes["web"].directory
    assert (found.value if isinstance(found, Known) else None) == directory


LOADED = {
    "python-dotenv": "from dotenv import load_dotenv\nFOUND = load_dotenv()",
    "python-dotenv by its path": (
        "import os\nfrom dotenv import load_dotenv\nFOUND = load_dotenv(os.path.join('/app', '.env'))"
    ),
    "django-environ": "import environ\nenviron.Env.read_env('/app/.env')",
    "environs": "from environs import Env\nenv = Env()\nenv.read_env('/app/.env')",
}
DJANGO = "\nINSTALLED_APPS = []\nROOT_URLCONF = 'config.urls'\nDATABASES = {}\n"
ENV_READ = f"{DJANGO}\nimport os\nNAME = os.environ.get('NAME', 'none')\nOTHER = os.environ.get('OTHER')\n"
MOUNTED = "services:\n  web:\n    build: backend\n    volumes: ['./backend:/app']\n"


@pytest.mark.parametrize("load", LOADED.values(), ids=LOADED)
def test_a_template_stands_in_for_an_env_file_that_the_settings_load(app_of, load):
    files = {
        "backend/config/settings.py": load + ENV_READ,
        "backend/.env.example": "# the site\nNAME=site\n",
        "compose.yaml": MOUNTED + "    env_file: backend/.env\n    environment: {NAME: ''}\n",
    }
    files["compose.yaml"] = MOUNTED + "  db: {image: 'postgres:17', env_file: backend/.env}\n"
    values = app_of(**files).settings.values
    assert plain(values["NAME"]) == "site"
    assert values["NAME"].from_template
    assert [step.span.path for step in values["NAME"].trail if step.span][-1] == "backend/.env.example"
    assert plain(values["OTHER"]) is None
    assert "FOUND" not in values or plain(values["FOUND"]) is True


@pytest.mark.parametrize("load", LOADED.values(), ids=LOADED)
def test_what_a_mounted_folder_of_the_host_may_set_is_not_known(app_of, load):
    files = {
        "backend/config/settings.py": load + ENV_READ,
        ".gitignore": ".env\n",
        "compose.yaml": MOUNTED + "    environment: {OTHER: here}\n",
    }
    values = app_of(**files).settings.values
    assert isinstance(values["NAME"], Unknown)
    assert ".env may be on the host" in values["NAME"].reason
    assert plain(values["OTHER"]) == "here"
    assert not isinstance(values.get("FOUND"), Known)


@pytest.mark.parametrize("load", LOADED.values(), ids=LOADED)
def test_an_image_that_is_built_from_the_repository_has_no_env_file(app_of, load):
    files = {"backend/config/settings.py": load + ENV_READ, ".gitignore": ".env\n"}
    assert plain(app_of(**files).settings.values["NAME"]) == "none"


DECOUPLE = "from decouple import config\nNAME = config('NAME', default='none')\n" + DJANGO


def test_decouple_reads_what_stands_in_for_its_file(app_of):
    files = {
        "backend/config/settings.py": DECOUPLE,
        "backend/.env.example": "NAME='site'\n",
        "compose.yaml": MOUNTED + "  db: {image: 'postgres:17', env_file: backend/.env}\n",
    }
    assert plain(app_of(**files).settings.values["NAME"]) == "site"
    files = {
        "backend/config/settings.py": DECOUPLE,
        ".gitignore": ".env\n",
        "compose.yaml": MOUNTED,
    }
    assert isinstance(app_of(**files).settings.values["NAME"], Unknown)
