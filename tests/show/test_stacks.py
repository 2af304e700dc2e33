"""``confguard show stacks``: which stacks there are, and what says so."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from confguard.cli import main

FILES = {
    "compose.yaml": "services:\n  web:\n    image: acme/shop:${TAG}\n    env_file: .env\n"
    "  debug:\n    image: x\n    profiles: [debug]\n",
    "compose.prod.yaml": "services:\n  web:\n    restart: always\n",
    "compose.dev.yaml": "services:\n  web:\n    build: .\n",
    ".env.example": "TAG=1.2\n",
    "Dockerfile": "FROM python:3.13\n",
    "Makefile": "image:\n\tdocker build -t acme/shop:latest --target web .\n\n"
    "up:\n\tdocker compose -f compose.yaml -f compose.prod.yaml up -d\n",
}
PRODUCTION = "compose.yaml + compose.prod.yaml"


@pytest.fixture
def show(repository):
    root = repository(FILES)

    def call(*arguments, code=0):
        done = CliRunner().invoke(main, ["show", "stacks", "--project", str(root), *arguments])
        assert done.exit_code == code, done.output
        return done.output

    return call


def test_the_json_has_each_stack_with_role_evidence_and_what_stands_in(show):
    stacks = {one["name"]: one for one in json.loads(show("--format", "json"))}
    production = stacks[PRODUCTION]
    assert (production["role"], production["judged"], production["most_severe"]) == (
        "production",
        True,
        "error",
    )
    assert production["files"] == ["compose.yaml", "compose.prod.yaml"]
    assert (production["services"], production["inactive_services"]) == (["web"], ["debug"])
    assert [(one["for"], one["template"]) for one in production["stand_ins"]] == [(".env", ".env.example")]
    assert production["images"] == [
        {"service": "web", "dockerfile": "Dockerfile", "target": "web", "place": "Makefile:2"}
    ]
    assert "Makefile:5" in [one["place"] for one in production["evidence"]]
    assert not any(one["judged"] for name, one in stacks.items() if "dev" in name)


def test_the_page_shows_production_in_full_and_the_others_in_a_line(show):
    page = show()
    first, _, rest = page.partition("not judged by rules about production")
    assert first.splitlines()[0] == PRODUCTION
    assert ".env.example stands in for .env" in first
    assert "web is built from Dockerfile, stage web" in first
    assert "debug (by profiles)" in first
    assert [line for line in rest.splitlines() if "development" in line]
    assert "role" not in rest


def test_all_shows_every_stack_in_full(show):
    assert "not judged by rules" not in show("--all")
    assert show("--all").count("because") > 1


def test_one_stack_can_be_asked_for(show):
    assert show("--stack", PRODUCTION).splitlines()[0] == PRODUCTION
    assert PRODUCTION in show("--stack", "none", code=2)


def test_hostile_names_do_not_reach_the_terminal(repository):
    root = repository(
        {"compose.yaml": 'services:\n  "web":\n    image: "x\\e[31m"\n    profiles: ["\\e[2J"]\n'}
    )
    done = CliRunner().invoke(main, ["show", "stacks", "--all", "--project", str(root)])
    assert "\x1b" not in done.output
