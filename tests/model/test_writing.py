"""Who can write to a folder of a container."""

from __future__ import annotations

import pytest

from confguard.model.value import Known
from confguard.model.writing import user_of, why_unwritable

COMPOSE = """\
services:
  web:
    build: .
    volumes:
      - made:/app/made
      - lost:/srv/lost
      - ./host:/srv/host:ro
    tmpfs: [/cache]
  frozen:
    build: .
    user: "0:0"
    read_only: true
    volumes: ["other:/srv/other"]
volumes:
  made:
  lost:
  other:
"""
DOCKERFILE = """\
FROM python:3.13
WORKDIR /app
RUN useradd app && mkdir made && chown app made
USER app
"""


@pytest.mark.parametrize(
    ("service", "path", "part"),
    [
        ("web", "/app/made", ""),
        ("web", "/srv/lost", "belongs to root and not to app"),
        ("web", "/srv/lost/below", "belongs to root and not to app"),
        ("web", "/srv/host/x", "mounted read-only at /srv/host"),
        ("web", "/cache/x", ""),
        ("web", "/app/anywhere", ""),
        ("frozen", "/app/anywhere", "the container is read-only"),
        ("frozen", "/srv/other", ""),
    ],
)
def test_a_folder_can_be_written_to_unless_something_surely_forbids_it(deployment_of, service, path, part):
    deployment = deployment_of({"compose.yaml": COMPOSE, "Dockerfile": DOCKERFILE})
    reason = why_unwritable(deployment, deployment.services[service], path)
    assert (reason is not None) == bool(part)
    assert reason is None or part in reason[0]


def test_compose_decides_on_the_user_before_the_dockerfile(deployment_of):
    deployment = deployment_of({"compose.yaml": COMPOSE, "Dockerfile": DOCKERFILE})
    users = [user_of(deployment, deployment.services[name]) for name in ("web", "frozen")]
    assert all(isinstance(user, Known) for user in users)
    assert [user.value for user in users] == ["app", "0:0"]


HOST = """\
services:
  web:
    build: .
    volumes: ["./{folder}:/data"]
"""
IMAGE = "FROM python:3.13\nRUN {adding}\nUSER app\n"


@pytest.mark.parametrize(
    ("adding", "more", "part"),
    [
        ("useradd app", {}, "the daemon makes it for root, and not app"),
        ("useradd -r app", {"start.sh": "mkdir -p data\n"}, "whoever runs the commands makes it"),
        ("adduser --system app", {"start.sh": "mkdir -p data\n"}, "whoever runs the commands makes it"),
        ("useradd app", {"start.sh": "mkdir -p data\n"}, ""),
        ("useradd -r -u 1000 app", {"start.sh": "mkdir -p data\n"}, ""),
        ("useradd -r app", {"setup.sh": "chown 999 data\n"}, ""),
        ("useradd -r app", {"data/.gitkeep": ""}, ""),
    ],
)
def test_a_folder_of_the_host_that_git_does_not_have_is_not_the_containers(deployment_of, adding, more, part):
    files = {"compose.yaml": HOST.format(folder="data"), "Dockerfile": IMAGE.format(adding=adding), **more}
    deployment = deployment_of(files)
    reason = why_unwritable(deployment, deployment.services["web"], "/data")
    assert (reason is not None) == bool(part)
    assert reason is None or part in reason[0]
