"""Programs that images surely lack."""

from __future__ import annotations

import pytest

from confguard.model.image_tools import lacks


@pytest.mark.parametrize(
    ("dockerfile", "curl", "wget"),
    [
        ("FROM python:3.13-slim\n", True, True),
        ("FROM python:3.13\n", False, False),
        ("FROM node:22-alpine\n", True, False),
        ("FROM debian:bookworm-slim\n", True, True),
        ("FROM python:3.13-slim\nRUN apt-get install -y curl\n", False, True),
        (
            "FROM python:3.13-slim AS base\nRUN apt-get install -y wget\nFROM base\nRUN pip install x\n",
            True,
            False,
        ),
        ("FROM python:3.13-slim\nRUN apt-get install -y $(cat packages)\n", False, False),
        ("FROM python:3.13-slim\nRUN <<EOF\napt-get install -y curl\nEOF\n", False, False),
        ("FROM python:3.13-slim\nCOPY --from=tools /usr/bin/x /usr/bin/\n", False, False),
        ("FROM ghcr.io/example/python:3.13-slim\n", False, False),
        ("FROM nginx:1.29\n", False, False),
    ],
)
def test_a_program_is_missing_where_neither_base_nor_dockerfile_has_it(deployment_of, dockerfile, curl, wget):
    found = deployment_of({"compose.yaml": "services:\n  web:\n    build: .\n", "Dockerfile": dockerfile})
    process = found.processes["web"]
    assert (lacks(process, "curl"), lacks(process, "wget")) == (curl, wget)
    assert not lacks(process, "python")
