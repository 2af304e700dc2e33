"""Which services a Compose command of a job starts."""

from __future__ import annotations

import pytest

from confguard.discover.kinds import classify
from confguard.discover.project import open_project
from confguard.model.repo import build
from confguard.model.workflows.compose_jobs import compose_steps, model_of, started_by
from confguard.model.workflows.env_copies import incomplete
from confguard.model.workflows.jobs import jobs

COMPOSE = """\
services:
  db:
    image: postgres:17
    environment: {POSTGRES_PASSWORD: "${DB_PASSWORD:-}"}
  web:
    image: shop:1
    depends_on: [db]
  tools:
    image: shop:1
    profiles: [tools]
"""


def _repo(repository, run):
    workflow = "jobs:\n  a:\n    steps:\n      - run: |\n"
    text = workflow + "".join(f"          {line}\n" for line in run)
    files = {"compose.yaml": COMPOSE, ".env.example": "A=1\n", ".github/workflows/a.yml": text}
    project = open_project(repository(files))
    return build(project, classify(project), (), {}, frozenset())


@pytest.mark.parametrize(
    ("command", "started"),
    [
        ("up -d", {"db", "web"}),
        ("up -d web", {"db", "web"}),
        ("up -d --no-deps web", {"web"}),
        ("up -d db", {"db"}),
        ("run --rm tools true", {"tools"}),
        ("--profile tools up -d", {"db", "web", "tools"}),
    ],
)
def test_a_command_starts_what_it_names_and_what_that_depends_on(repository, command, started):
    repo = _repo(repository, [f"docker compose {command}"])
    ((workflow, job),) = jobs(repo)
    ((sighting, invocation),) = compose_steps(repo, workflow, job)
    assert started_by(model_of(repo, sighting), invocation) == started


@pytest.mark.parametrize(
    ("lines", "lacking"),
    [
        (["cp .env.example .env", "docker compose up -d"], [("DB_PASSWORD",)]),
        (["cp -f .env.example .env", "docker compose run --rm web true"], [("DB_PASSWORD",)]),
        (["cp .env.example .env", "docker compose up -d --no-deps web"], []),
        (["cp .env.example .env", "echo DB_PASSWORD=x >> .env", "docker compose up -d"], []),
        (["cp .env.example .env", 'echo "DB_PASSWORD=$X" >> .env', "docker compose up -d"], []),
        (["cp .env.example .env", "tools/fill .env", "docker compose up -d"], []),
        (["docker compose up -d", "cp .env.example .env"], []),
        (["cp .env.example other.env", "docker compose up -d"], []),
    ],
)
def test_a_copied_env_file_is_what_the_lines_behind_it_make_of_it(repository, lines, lacking):
    assert [one.variables for one in incomplete(_repo(repository, lines))] == lacking
