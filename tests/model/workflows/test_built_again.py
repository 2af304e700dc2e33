"""Images that workflows push and that production builds once more."""

from __future__ import annotations

import pytest

from confguard.discover.kinds import classify
from confguard.discover.project import open_project
from confguard.model.repo import build
from confguard.model.workflows.built_again import built_again

WORKFLOW = """
on: push
jobs:
  image:
    runs-on: ubuntu-latest
    steps:
      - uses: docker/build-push-action@v6
        with:
          context: ./web
          push: true
          tags: {tags}
"""
STACK = "services:\n  web:\n    build: ./web\n    command: gunicorn shop.wsgi\n"


@pytest.fixture
def again(repository):
    """Return a function that names the Dockerfiles which are built again in a small repository."""

    def names(more=None, tags="example/shop:1.0"):
        files = {
            "compose.prod.yaml": STACK,
            "web/Dockerfile": "FROM python:3.13\n",
            ".github/workflows/publish.yml": WORKFLOW.format(tags=tags),
        }
        project = open_project(repository({**files, **(more or {})}))
        repo = build(project, classify(project), (), {}, frozenset())
        return [one.dockerfile for one in built_again(repo)]

    return names


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"README.md": "    docker pull owasp/zap2docker-stable\n"},
        {"README.md": "    docker run --rm hello-world\n"},
        {"compose.dev.yaml": "services:\n  web:\n    image: postgres:17\n"},
    ],
)
def test_what_nothing_runs_by_its_name_is_built_again(again, more):
    assert again(more) == ["web/Dockerfile"]


@pytest.mark.parametrize(
    "more",
    [
        {"README.md": "    docker pull example/shop:1.0\n"},
        {"README.md": "    docker run -p 80:80 <your registry>/x\n"},
        {"README.md": "See https://hub.docker.com/r/example/shop\n"},
        {"k8s/web.yaml": "apiVersion: apps/v1\nkind: Deployment\n"},
        {"deploy.sh": "docker pull $IMAGE\n"},
        {"main.tf": 'image = "ghcr.io/example/shop"\n'},
        {"compose.nas.yaml": "services:\n  web:\n    image: example/shop:1.0\n"},
        {"compose.nas.yaml": "services:\n  web:\n    image: ${IMAGE}\n"},
        {"compose.prod.yaml": STACK.replace("./web\n", "./web\n    image: example/shop:1.0\n")},
        {"compose.prod.yaml": STACK.replace("./web\n", "{context: ./web, target: slim}\n")},
        {"compose.prod.yaml": "services: {}\n", "compose.dev.yaml": STACK},
    ],
)
def test_what_somebody_may_run_is_not(again, more):
    assert again(more) == []


def test_a_name_that_is_not_known_is_looked_for_by_its_folder(again):
    name = "${{ secrets.IMAGE }}:${{ github.sha }}"
    assert again(tags=name) == ["web/Dockerfile"]
    assert again({"README.md": "    docker run someone/web\n"}, tags=name) == []
