"""Env files that people are told to make: which of them something may load."""

from __future__ import annotations

import pytest

from confguard.discover.kinds import classify
from confguard.discover.project import open_project
from confguard.model.repo import build
from confguard.model.unloaded_env_files import unloaded

COMPOSE = "services:\n  web:\n    image: shop:1.0\n    environment:\n      SECRET: ${SECRET}\n"
START = "    docker compose -f compose.prod.yaml up -d\n"
TEMPLATE = "SECRET=change-me\n"


@pytest.fixture
def lost(repository):
    """Return a function that names the copies which nothing loads in a small repository."""

    def names(readme, more=None, template=".env.example"):
        files = {"compose.prod.yaml": COMPOSE, template: TEMPLATE, "README.md": f"# Deployment\n\n{readme}"}
        project = open_project(repository({**files, **(more or {})}))
        repo = build(project, classify(project), (), {}, frozenset())
        return [copy.target for one in unloaded(repo) for copy in one.copies]

    return names


@pytest.mark.parametrize(
    "line",
    [
        "",
        "    nano .env.prod   # your values",
        "    chmod 600 .env.prod",
        "Never commit `.env.prod`.",
        "- `.env.prod`: what production needs",
        "    # POSTGRES_PASSWORD: <the one from .env.prod>",
        "Do not touch `.env.prod.local`; it is sourced.",
    ],
)
def test_what_speaks_of_a_file_without_loading_it_changes_nothing(lost, line):
    assert lost(f"    cp .env.example .env.prod\n{START}\n{line}\n") == [".env.prod"]


@pytest.mark.parametrize(
    "line",
    [
        "    docker compose --env-file .env.prod up -d",
        "    source .env.prod",
        "    . ./.env.prod",
        "    cp .env.prod .env",
        "    mv .env.prod deploy/.env",
        "    cat .env.base .env.prod > .env",
        "    scp .env.prod host:",
        "    fly secrets import < .env.prod",
        "Upload `.env.prod` to the host.",
        "Portainer: choose `.env.prod`.",
        "Environment=`.env.prod`, or EnvironmentFile=.env.prod in the unit.",
    ],
)
def test_a_document_that_says_how_it_is_loaded_is_believed(lost, line):
    assert lost(f"    cp .env.example .env.prod\n{START}\n{line}\n") == []


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("deploy.sh", "docker compose --env-file .env.prod up -d\n"),
        ("deploy.sh", 'docker compose --env-file "$1" up -d\n'),
        ("deploy.sh", 'source ".env.${STAGE}"\n'),
        ("deploy.sh", "cp .env.prod /srv/shop/.env\n"),
        ("Makefile", "include .env.prod\n"),
        ("app/settings.py", 'read_env(".env.prod")\n'),
        ("app/settings.py", 'read_env(f".env.{stage}")\n'),
        ("app/settings.py", 'read_env(".env." + stage)\n'),
        ("shop.service", "[Service]\nEnvironmentFile=/srv/shop/.env.prod\n"),
        ("package.json", '{"scripts": {"build": "vite build --mode prod"}}\n'),
        ("compose.dev.yaml", "services:\n  web:\n    image: shop:1.0\n    env_file: .env.prod\n"),
        ("compose.dev.yaml", "services:\n  web:\n    image: shop:1.0\n    env_file: ${FILE}\n"),
        (".env", "SECRET=abc\n"),
    ],
)
def test_code_that_may_load_it_is_enough(lost, path, text):
    assert lost(f"    cp .env.example .env.prod\n{START}", {path: text}) == []


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("setup.sh", "test -f .env.prod || cp .env.example .env.prod\n"),
        (".gitignore", ".env.prod\n"),
        (".dockerignore", ".env*\n"),
        ("front/package.json", "{}\n"),
        ("app/settings.py", 'read_env(".env")\n'),
        ("logo.svg", "<svg><!-- .env.prod --></svg>\n"),
    ],
)
def test_code_that_loads_others_or_only_makes_it_is_not(lost, path, text):
    found = lost(f"    cp .env.example .env.prod\n{START}", {path: text})
    assert found == ([".env.prod"] if path != "setup.sh" else [])


def test_another_template_for_what_compose_reads_means_that_the_copy_is_for_something_else(lost):
    readme = f"    cp .env.example .env.prod\n    cp base.env.example .env\n{START}"
    assert lost(readme, {"base.env.example": "SECRET=other\n"}) == []


def test_a_copy_of_the_same_template_that_compose_reads_is_the_one_that_counts(lost):
    assert lost(f"    cp .env.example .env.prod\n    cp .env.example .env\n{START}") == []


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, ["backend/.env"]),
        ({"backend/settings.py": "# backend/.env\nimport os\n"}, ["backend/.env"]),
        ({"backend/settings.py": "from decouple import config\n"}, []),
        ({"backend/settings.py": 'read(BASE / ".env")\n'}, []),
        ({"settings.py": 'read(BASE / "backend" / ".env")\n'}, []),
        ({"settings.py": 'read(BASE / ".env")\n'}, ["backend/.env"]),
        ({"backend/Procfile": "web: gunicorn shop.wsgi\n"}, []),
        ({"backend/compose.yaml": COMPOSE}, []),
        ({"start.sh": "cd backend\ndocker compose -f ../compose.prod.yaml up -d\n"}, []),
    ],
)
def test_env_of_a_folder_is_found_by_programs_that_run_there(lost, more, expected):
    readme = f"    cp backend/.env.example backend/.env\n{START}"
    assert lost(readme, more, "backend/.env.example") == expected


def test_env_of_the_root_is_found_by_too_many_to_be_sure(lost):
    assert lost(f"    cp deploy/.env.example .env\n{START}", template="deploy/.env.example") == []
