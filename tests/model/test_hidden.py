"""Code of images that mounts hide."""

from __future__ import annotations

import pytest

from confguard.model.hidden import hidden_code

_CODE = {f"web/{name}.py": "" for name in ("a", "b", "c")}


@pytest.mark.parametrize(
    ("mount", "hidden"),
    [
        ("./web:/app", True),
        ("./web:/app:ro", True),
        (".:/srv", False),
        ("./media:/app/media", False),
        ("./web:/other", False),
        ("data:/app", False),
    ],
)
def test_a_mount_hides_the_code_that_was_copied_to_its_place(deployment_of, mount, hidden):
    compose = f"services:\n  web:\n    build: ./web\n    volumes: ['{mount}']\nvolumes:\n  data:\n"
    found = deployment_of(
        {**_CODE, "compose.yaml": compose, "web/Dockerfile": "FROM python:3.13\nWORKDIR /app\nCOPY . .\n"}
    )
    assert bool(list(hidden_code(found))) is hidden


def test_what_the_build_makes_is_hidden_unless_a_volume_keeps_it(deployment_of):
    build = "FROM node:22 AS build\nWORKDIR /src\nCOPY . .\n"
    dockerfile = f"{build}FROM node:22\nWORKDIR /app\nCOPY --from=build /out ./dist\n"
    files = {**_CODE, "web/Dockerfile": dockerfile}
    compose = "services:\n  web:\n    build: ./web\n    volumes: ['./web:/app'{}]\n"
    (one,) = hidden_code(deployment_of({**files, "compose.yaml": compose.format("")}))
    assert [path for path, _ in one.made] == ["/app/dist"]
    assert list(hidden_code(deployment_of({**files, "compose.yaml": compose.format(", /app/dist")}))) == []
