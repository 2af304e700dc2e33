"""Which Celery programs a stack runs."""

from __future__ import annotations

import pytest

from confguard.model.celery import consumption


def _found(deployment_of, services, files=None):
    files = {
        "compose.yaml": services,
        "Dockerfile": "FROM python:3.13\nWORKDIR /app\nCOPY . .\n",
        **(files or {}),
    }
    return consumption(deployment_of(files))


@pytest.mark.parametrize(
    ("command", "queues"),
    [
        ("celery -A shop worker", None),
        ("celery -A shop worker -Q a,b", ("a", "b")),
        ("celery --app=shop worker --queues=a", ("a",)),
        ("python -m celery -A shop worker -Qa", ("a",)),
    ],
)
def test_the_queues_of_a_worker_are_those_of_its_options(deployment_of, command, queues):
    found = _found(deployment_of, f"services:\n  worker:\n    build: .\n    command: {command}\n")
    (worker,) = found.workers
    assert (worker.service, worker.application, worker.queues, worker.known) == (
        "worker",
        "shop",
        queues,
        True,
    )
    assert found.complete
    assert not found.beats


def test_beat_runs_alone_or_in_a_worker(deployment_of):
    found = _found(
        deployment_of,
        "services:\n  beat:\n    build: .\n    command: celery -A shop beat\n"
        "  worker:\n    build: .\n    command: celery -A shop worker -B\n    scale: 2\n",
    )
    assert [(beat.service, beat.replicas) for beat in found.beats] == [("beat", 1), ("worker", 2)]


def test_queues_from_a_variable_of_the_host_are_not_known(deployment_of):
    script = '#!/bin/sh\nexec celery -A shop worker -Q "$(cat /etc/queues)"\n'
    found = _found(
        deployment_of, "services:\n  worker:\n    build: .\n    command: ./run.sh\n", {"run.sh": script}
    )
    assert [worker.known for worker in found.workers] == [False]


def test_a_service_of_which_nothing_is_known_may_be_a_worker(deployment_of):
    found = _found(deployment_of, "services:\n  jobs:\n    image: registry.example.com/jobs:1\n")
    assert not found.complete
