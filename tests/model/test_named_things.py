"""What commands name and the repository does not have."""

from __future__ import annotations

import pytest

from confguard import run
from confguard.model.named_things import unknown_services, unknown_targets
from confguard.model.updates import restarted_only

_COMPOSE = "services:\n  web:\n    build: .\n  db:\n    image: postgres:17\n"


def _repo(repository, files):
    root = repository({"compose.yaml": _COMPOSE, "Dockerfile": "FROM python:3.13\n", **files})
    return run.repo(root, run.settings_for(root))


@pytest.mark.parametrize(
    ("command", "names"),
    [
        ("docker compose up -d web db", []),
        ("docker compose up -d web cache", ["cache"]),
        ("docker compose exec -T app python manage.py check web", []),
        ("docker compose logs SERVICE", []),
        ("docker compose restart backend", ["backend"]),
        ("docker compose run --rm -e A=b -u root backend sh", ["backend"]),
        ("docker compose up --scale cache=2 web", []),
    ],
)
def test_a_service_is_unknown_where_no_compose_file_has_it(repository, command, names):
    repo = _repo(repository, {"deploy.sh": f"#!/bin/sh\n{command}\n"})
    assert [one.name for one in unknown_services(repo)] == names


def test_a_compose_file_with_a_mistake_may_have_any_service(repository):
    files = {"deploy.sh": "#!/bin/sh\ndocker compose restart backend\n"}
    mistake = "services:\n  backend:\n    image: a:1\n    image: a:2\n"
    repo = _repo(repository, files | {"compose.prod.yaml": mistake})
    assert list(unknown_services(repo)) == []


@pytest.mark.parametrize(
    ("command", "names"),
    [
        ("make up", []),
        ("make pull", ["pull"]),
        ("make up DEBUG=1 pull", ["pull"]),
        ("make -C docs html", []),
        ("make && make install", []),
        ("cmake pull", []),
        ("make $TARGET", []),
    ],
)
def test_a_target_is_unknown_where_no_makefile_has_it(repository, command, names):
    files = {"Makefile": "up down:\n\techo\n", "ci.sh": f"#!/bin/sh\n{command}\n"}
    assert [one.name for one in unknown_targets(_repo(repository, files))] == names


def test_a_pattern_may_make_any_target(repository):
    files = {"Makefile": "deploy-%:\n\techo $*\n", "ci.sh": "#!/bin/sh\nmake deploy-prod other\n"}
    assert list(unknown_targets(_repo(repository, files))) == []


@pytest.mark.parametrize(
    ("steps", "count"),
    [
        (("pull", "restart"), 1),
        (("pull", "up -d"), 0),
        (("pull", "restart web"), 0),
        (("pull", "up -d", "restart"), 0),
        (("restart", "pull"), 0),
    ],
)
def test_a_restart_right_after_a_pull_is_no_update(repository, steps, count):
    text = "\n".join(f"docker compose {step}" for step in steps)
    repo = _repo(repository, {"update.sh": f"#!/bin/sh\n{text}\n"})
    assert len(list(restarted_only(repo.sightings))) == count
