"""Deployments of small repositories."""

from __future__ import annotations

import pytest

from confguard.discover.kinds import classify
from confguard.discover.project import open_project
from confguard.model.repo import build


@pytest.fixture
def deployment_of(repository):
    """Return a function that models a small repository: its first deployment without profiles."""

    def model(files):
        project = open_project(repository(files))
        deployments = build(project, classify(project), (), {}, frozenset()).deployments
        return next(deployment for deployment in deployments if not deployment.stack.profiles)

    return model
