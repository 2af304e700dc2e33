"""What Caddyfiles take from the environment."""

from __future__ import annotations

import pytest

from confguard.model.caddy import undelivered

COMPOSE = """\
services:
  proxy:
    image: IMAGE
    environment: {GIVEN: "", PASSED: "${PASSED}"}
    volumes: ["./Caddyfile:/etc/caddy/Caddyfile"]
"""


def found(deployment_of, text, image="caddy:2"):
    deployment = deployment_of({"compose.yaml": COMPOSE.replace("IMAGE", image), "Caddyfile": text})
    return [(use.name, use.default, use.address) for use in undelivered(deployment, "proxy")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{$A} {\n}\n", [("A", "", True)]),
        ("{$A:x.example} {\n}\n", [("A", "x.example", True)]),
        ("{\n\temail {$A}\n\t{$B}\n}\n", [("A", "", False), ("B", "", False)]),
        ("{$GIVEN} {\n}\n{$PASSED} {\n}\n", []),
        ("# {$A}\nx.example { # {$B}\n\trespond /#{$C}\n}\n", [("C", "", False)]),
        ("{env.A} {$ A} {$}\n", []),
    ],
)
def test_what_is_not_given_is_found(deployment_of, text, expected):
    assert found(deployment_of, text) == expected


def test_another_image_reads_no_caddyfile(deployment_of):
    assert found(deployment_of, "{$A} {\n}\n", "nginx:1.29") == []
