"""The command line, called as a user would, in an environment of its own."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from confguard.cli import main

VARIABLES = ("GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY", "NO_COLOR", "FORCE_COLOR", "CONFGUARD_OUTPUT_FORMAT")


@pytest.fixture
def invoke(monkeypatch):
    """Return a function that runs confguard with arguments."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)

    def call(*arguments):
        return CliRunner().invoke(main, [str(argument) for argument in arguments])

    return call


DATABASE = (
    "services:\n  db:\n    image: postgres:17.6\n    ports: ['5432:5432']\n"
    "    volumes: ['data:/var/lib/postgresql/data']\n"
    "    environment: {POSTGRES_PASSWORD: '${POSTGRES_PASSWORD:?}'}\nvolumes: {data: {}}\n"
)
"""A stack with one finding: its database is open to the world."""

PUBLISHED = "published-datastore-port"
