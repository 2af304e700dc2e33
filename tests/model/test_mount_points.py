"""Mounts below read-only mounts."""

from __future__ import annotations

import pytest

from confguard.model.mount_points import blocked


def found(deployment_of, *mounts, **files):
    lines = "".join(f"      - {mount}\n" for mount in mounts)
    text = f"services:\n  one:\n    image: a:1\n    volumes:\n{lines}volumes:\n  vol:\n  more:\n"
    return [one.path for one in blocked(deployment_of({"compose.yaml": text, "src/a.txt": "", **files}))]


@pytest.mark.parametrize(
    ("mounts", "paths"),
    [
        (("./src:/app:ro", "vol:/app/x"), ["src/x"]),
        (("vol:/app/x", "./src:/app:ro"), ["src/x"]),
        (("./src:/app:ro", "vol:/app/x", "more:/app/x/y"), ["src/x"]),
        (("./src:/app:ro", "./src:/app/deep/er"), ["src/deep/er"]),
        (("./src:/app", "vol:/app/x"), []),
        (("./src:/app:ro", "vol:/apple"), []),
        (("./src:/app:ro", "./src/a.txt:/app/a.txt"), []),
        (("./absent:/app:ro", "vol:/app/x"), []),
        (("more:/app:ro", "vol:/app/x"), []),
    ],
)
def test_a_mount_point_is_made_in_the_nearest_mount(deployment_of, mounts, paths):
    assert found(deployment_of, *mounts) == paths


def test_a_command_that_makes_the_folder_is_believed(deployment_of):
    made = {"start.sh": "mkdir -p src/x\n"}
    other = {"start.sh": "mkdir -p /srv/x\n"}
    assert found(deployment_of, "./src:/app:ro", "vol:/app/x", **made) == []
    assert found(deployment_of, "./src:/app:ro", "vol:/app/x", **other) == ["src/x"]
