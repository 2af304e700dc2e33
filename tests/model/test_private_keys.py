"""Private keys in repositories."""

from __future__ import annotations

import pytest

from confguard.model.private_keys import used_keys

KEY = "-----BEGIN PRIVATE KEY-----\nbm90IGEga2V5IGF0IGFsbCwganVzdCBhIHRleHQ=\n-----END PRIVATE KEY-----\n"


def found(deployment_of, mount, path, text=KEY):
    compose = f"services:\n  one:\n    image: a:1\n    volumes: ['{mount}']\n"
    return [(one.path, one.target) for one in used_keys(deployment_of({"compose.yaml": compose, path: text}))]


@pytest.mark.parametrize(
    ("mount", "path", "target"),
    [
        ("./tls/a.key:/tls/b.key", "tls/a.key", "/tls/b.key"),
        ("./tls:/etc/tls", "tls/a.pem", "/etc/tls/a.pem"),
        ("./tls:/etc/tls", "tls/live/a.pem", "/etc/tls/live/a.pem"),
    ],
)
def test_a_mounted_key_is_found(deployment_of, mount, path, target):
    assert found(deployment_of, mount, path) == [(path, target)]


@pytest.mark.parametrize(
    ("mount", "path", "text"),
    [
        ("./tls:/etc/tls", "tls/a.key", "-----BEGIN PUBLIC KEY-----\n" + "a" * 40),
        ("./tls:/etc/tls", "tls/a.key", "-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----\n"),
        ("./tls:/etc/tls", "tls/a.md", KEY),
        ("./tls:/etc/tls", "other/a.key", KEY),
        (".:/app", "docker/postgresql/a.key", KEY),
        (".:/app", "tests/a.key", KEY),
    ],
)
def test_other_files_are_none(deployment_of, mount, path, text):
    assert found(deployment_of, mount, path, text) == []
