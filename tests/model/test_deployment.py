"""What runs in a stack: datastores, proxies, applications, and how severe a finding about it can be."""

from __future__ import annotations

import pytest

from confguard.discover.kinds import classify
from confguard.discover.project import open_project
from confguard.finding import Severity
from confguard.model.repo import build

SETTINGS = "import os\nSECRET_KEY = os.environ.get('SECRET_KEY')\nROOT_URLCONF = 'a'\nINSTALLED_APPS = []\n"


def model(root):
    project = open_project(root)
    return build(project, classify(project), (), {}, frozenset())


@pytest.mark.parametrize(
    ("name", "severity"),
    [
        ("docker-compose.prod.yml", Severity.ERROR),
        ("docker-compose.yml", Severity.WARNING),
        ("docker-compose.dev.yml", Severity.INFO),
    ],
)
def test_an_error_is_for_what_the_repository_calls_production(repository, name, severity):
    repo = model(repository({name: "services:\n  web:\n    image: a:1\n"}))
    (deployment,) = repo.production
    assert deployment.most_severe is severity
    assert bool(repo.notes) is (severity is not Severity.ERROR)


def test_a_finding_of_no_stack_may_be_an_error(repository):
    assert model(repository({"compose.yaml": "services: {}\n"})).most_severe(()) is Severity.ERROR


def test_datastores_are_known_by_their_image_or_base_image(deployment_of):
    deployment = deployment_of(
        {
            "compose.yaml": (
                "services:\n  a: {image: 'bitnami/postgresql:17'}\n  b: {build: ./db}\n  c: {image: w:1}\n"
            ),
            "db/Dockerfile": "FROM postgis/postgis:16-3.4\n",
        }
    )
    kinds = {name: deployment.datastore(service) for name, service in deployment.services.items()}
    assert {name: kind[0] if kind else None for name, kind in kinds.items()} == {
        "a": "PostgreSQL",
        "b": "PostgreSQL",
        "c": None,
    }


@pytest.mark.parametrize(
    ("command", "runs"),
    [
        ("gunicorn app.wsgi", True),
        ("python manage.py runserver", True),
        ("celery -A app worker", True),
        ("uvicorn app.asgi:application", True),
        ("uvicorn main:app", False),
        ("node server.js", False),
    ],
)
def test_a_service_runs_django_if_its_program_says_so(deployment_of, command, runs):
    deployment = deployment_of(
        {
            "compose.yaml": f"services:\n  web:\n    build: .\n    command: {command}\n",
            "Dockerfile": "FROM python:3.13\n",
            "app/settings.py": SETTINGS,
        }
    )
    assert bool(deployment.apps) is runs


def test_services_with_one_environment_are_one_application(deployment_of):
    deployment = deployment_of(
        {
            "compose.yaml": (
                "services:\n"
                "  web: {build: ., command: gunicorn app.wsgi, environment: {SECRET_KEY: a}}\n"
                "  worker: {build: ., command: celery -A app worker, environment: {SECRET_KEY: a}}\n"
                "  beat: {build: ., command: celery -A app beat, environment: {SECRET_KEY: b}}\n"
            ),
            "Dockerfile": "FROM python:3.13\n",
            "app/settings.py": SETTINGS,
        }
    )
    assert sorted(app.services for app in deployment.apps) == [("beat",), ("web", "worker")]
    assert deployment.app_of("worker") is deployment.app_of("web")
    assert deployment.app_of("nobody") is None


def test_an_evaluation_is_kept_for_an_environment_that_answers_alike(deployment_of):
    deployment = deployment_of(
        {
            "compose.yaml": (
                "services:\n"
                "  web: {build: ., command: gunicorn app.wsgi, environment: {UNREAD: a}}\n"
                "  worker: {build: ., command: celery -A app worker, environment: {UNREAD: b}}\n"
            ),
            "Dockerfile": "FROM python:3.13\n",
            "app/settings.py": SETTINGS,
        }
    )
    evaluations = deployment.evaluations
    first, second = (deployment.processes[name].environment for name in ("web", "worker"))
    kept = evaluations.settings("app.settings", "app/settings.py", first)
    assert evaluations.settings("app.settings", "app/settings.py", second).values is kept.values


def test_a_node_image_runs_no_django_whatever_its_shared_entrypoint_and_env_file_speak_of(deployment_of):
    files = {
        "compose.yaml": "services:\n  collab:\n    build: .\n"
        "    environment: {DJANGO_SETTINGS_MODULE: app.settings}\n",
        "Dockerfile": "FROM node:22-alpine\n"
        'COPY entrypoint /entrypoint\nENTRYPOINT ["/entrypoint"]\nCMD ["yarn", "start"]\n',
        "entrypoint": '#!/bin/sh\n# e.g. python manage.py migrate\nexec "$@"\n',
        "manage.py": "",
        "app/__init__.py": "",
        "app/settings.py": "SECRET_KEY = 'x'\nDEBUG = True\nALLOWED_HOSTS = []\nINSTALLED_APPS = []\n",
    }
    assert deployment_of(files).apps == ()
    python = {**files, "Dockerfile": files["Dockerfile"].replace("node:22-alpine", "python:3.13")}
    assert [app.services for app in deployment_of(python).apps] == [("collab",)]


def test_the_entry_point_of_what_a_service_runs_names_the_settings_module(deployment_of):
    entry = "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', '{}')\n"
    settings = "ROOT_URLCONF = 'app.urls'\nINSTALLED_APPS = []\nMIDDLEWARE = []\n"
    deployment = deployment_of(
        {
            "compose.prod.yaml": (
                "services:\n"
                "  web: {build: ., entrypoint: ./start.sh, command: gunicorn shop.wsgi}\n"
                "  worker: {build: ., entrypoint: ./start.sh, command: celery -A work worker}\n"
            ),
            "Dockerfile": "FROM python:3.13\nWORKDIR /code\nCOPY . .\n",
            "start.sh": '#!/bin/sh\nif [ "$1" = gunicorn ]; then echo; fi\n# celery\nexec "$@"\n',
            "shop/__init__.py": "",
            "shop/wsgi.py": entry.format("shop.settings"),
            "shop/settings.py": settings,
            "work/__init__.py": "",
            "work/celery.py": entry.format("work.settings"),
            "work/settings.py": settings,
            "other/settings.py": settings,
        }
    )
    assert {app.services: app.settings.module for app in deployment.apps} == {
        ("web",): "shop.settings",
        ("worker",): "work.settings",
    }


def test_files_that_a_generator_fills_in_are_named_once_and_not_judged(repository):
    repo = model(
        repository(
            {
                "{{ cookiecutter.slug }}/.env": "A=1\nB=2\nC=3\n{% if cookiecutter.a %}\nD=1\n{% endif %}\n",
                "{{ cookiecutter.slug }}/compose.yaml": "services:\n  web:\n    image: a\n",
                "{{ cookiecutter.slug }}/deploy.sh": "docker compose -f gone.yaml up -d unknown\n",
            }
        )
    )
    assert not repo.problems
    assert not repo.stacks
    assert not repo.sightings
    (note,) = repo.notes
    assert note.startswith("not judged: {{ cookiecutter.slug }}/.env and 2 more")
