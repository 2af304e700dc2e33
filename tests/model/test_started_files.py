"""Which scripts containers are told to run and do not have."""

from __future__ import annotations

import pytest

from confguard.model.started_files import unstarted

DOCKERFILE = "FROM python:3.13-slim\nWORKDIR /app\nCOPY . .\n"


def absent(deployment_of, command, dockerfile=DOCKERFILE, **files):
    compose = f"services:\n  web:\n    build: .\n    command: {command}\n"
    start = {"start.sh": "#!/bin/sh\nexec sleep 1\n"}
    made = deployment_of({"compose.prod.yaml": compose, "Dockerfile": dockerfile, **start, **files})
    return [one.path for one in unstarted(made)]


@pytest.mark.parametrize(
    ("command", "paths"),
    [
        ("/app/start.sh", []),
        ("./start.sh", []),
        ("sh start.sh", []),
        ("/app/begin.sh", ["/app/begin.sh"]),
        ("./begin.sh", ["/app/begin.sh"]),
        ("bash begin.sh", ["/app/begin.sh"]),
        ("python jobs.py", ["/app/jobs.py"]),
        ("/begin", ["/begin"]),
        ("/usr/local/bin/begin", []),
        ("gunicorn shop.wsgi", []),
        ("python -m shop", []),
        ("/$NAME/begin.sh", []),
    ],
)
def test_a_path_below_the_sources_or_at_the_root_is_looked_for(deployment_of, command, paths):
    assert absent(deployment_of, command) == paths


@pytest.mark.parametrize(
    "dockerfile",
    [
        DOCKERFILE + "RUN printf 'exit' > /begin\n",
        DOCKERFILE + "ADD release.tar.gz /\n",
        DOCKERFILE + "COPY overlay.tar.gz /tmp/\nRUN tar xzf /tmp/overlay.tar.gz -C /\n",
        DOCKERFILE + "RUN unzip /tmp/overlay.zip\n",
        DOCKERFILE.replace("python:3.13-slim", "registry.example.com/base:1"),
    ],
)
def test_what_the_image_may_hold_is_not_missing(deployment_of, dockerfile):
    assert absent(deployment_of, "/begin", dockerfile) == []


def test_what_is_unpacked_elsewhere_is_not_there(deployment_of):
    dockerfile = DOCKERFILE + "RUN tar -xzf /tmp/node.tar.gz -C /usr/local\n"
    assert absent(deployment_of, "/begin", dockerfile) == ["/begin"]


def test_what_dockerignore_leaves_out_is_named(deployment_of):
    made = deployment_of(
        {
            "compose.prod.yaml": "services:\n  web:\n    build: .\n    command: ./start.sh\n",
            "Dockerfile": DOCKERFILE,
            ".dockerignore": "*.sh\n",
            "start.sh": "#!/bin/sh\nexec sleep 1\n",
        }
    )
    assert [one.left_out for one in unstarted(made)] == ["start.sh"]
