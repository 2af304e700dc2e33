"""Passwords of servers that stand in Compose files."""

from __future__ import annotations

import pytest

from confguard.model.credentials import readable_credentials


def found(deployment_of, image, *lines):
    text = "\n".join(("services:", "  one:", f"    image: {image}", *(f"    {line}" for line in lines), ""))
    return [
        (one.name, one.variable, one.place.text)
        for one in readable_credentials(deployment_of({"compose.yaml": text}))
    ]


@pytest.mark.parametrize(
    ("image", "line", "expected"),
    [
        ("redis:8", "command: redis-server --requirepass hush --save 1", ("requirepass", None, "hush")),
        ("redis:8", 'command: ["redis-server", "--requirepass", "hush"]', ("requirepass", None, "hush")),
        (
            "valkey/valkey:8",
            "command: valkey-server --requirepass ${A:-b}",
            ("requirepass", "A", "${A:-b}"),
        ),
        ("postgres:17", "environment: {POSTGRES_PASSWORD: hush}", ("POSTGRES_PASSWORD", None, "hush")),
        ("mongo:8", "environment: {MONGO_INITDB_ROOT_PASSWORD: '${A-b}'}", None),
    ],
)
def test_a_literal_and_a_default_are_readable(deployment_of, image, line, expected):
    names = found(deployment_of, image, line)
    if expected is None:
        assert [(name, variable) for name, variable, _ in names] == [("MONGO_INITDB_ROOT_PASSWORD", "A")]
    else:
        assert names == [expected]


@pytest.mark.parametrize(
    ("image", "line"),
    [
        ("redis:8", "command: redis-server --requirepass ${A:?}"),
        ("redis:8", "command: sh -c 'redis-server --requirepass $$A'"),
        ("redis:8", "command: redis-server --save 1"),
        ("postgres:17", "environment: {POSTGRES_PASSWORD: '${A}'}"),
        ("postgres:17", "environment: {POSTGRES_PASSWORD: '${A:-}'}"),
        ("postgres:17", "environment: {POSTGRES_PASSWORD: 'x${A:-b}${B}'}"),
        ("postgres:17", "environment: {POSTGRES_PASSWORD: '<choose one>'}"),
        ("postgres:17", "environment: {POSTGRES_PASSWORD: a, POSTGRES_PASSWORD_FILE: /run/secrets/a}"),
        ("python:3.13", "environment: {POSTGRES_PASSWORD: hush}"),
    ],
)
def test_others_are_not(deployment_of, image, line):
    assert not found(deployment_of, image, line)
