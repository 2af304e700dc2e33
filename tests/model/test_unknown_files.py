"""Files that are named and not there."""

from __future__ import annotations

from confguard import run
from confguard.model.unknown_files import unknown_files

_COMPOSE = "services:\n  web:\n    build: .\n  db:\n    image: postgres:17\n"


def _repo(repository, files):
    root = repository({"compose.yaml": _COMPOSE, "Dockerfile": "FROM python:3.13\n", **files})
    return run.repo(root, run.settings_for(root))


def test_a_file_that_was_moved_is_named_with_its_new_place(repository):
    files = {
        "Makefile": "up:\n\tdocker compose -f deploy/compose.prod.yaml up\n\tbash tools/check.sh\n",
        "ops/check.sh": "#!/bin/sh\n",
        "docker/compose.prod.yaml": _COMPOSE,
        "docker/Dockerfile": "FROM python:3.13\n",
        "docker/compose.dev.yaml": _COMPOSE,
    }
    found = {one.name: one.near for one in unknown_files(_repo(repository, files))}
    assert found == {"tools/check.sh": "ops/check.sh"}  # of the Compose file the end of the path is there


def test_downloads_of_other_projects_and_versions_are_not_judged(repository):
    raw = "https://raw.githubusercontent.com"
    text = (
        f"curl -O {raw}/example/shop/main/conf/a.yaml\ncurl -O {raw}/example/shop/main/old/b.yaml\n"
        f"curl -O {raw}/example/shop/v1.0/old/b.yaml\ncurl -O {raw}/other/tool/main/old/b.yaml\n"
    )
    files = {"conf/a.yaml": "a: 1\n", "conf/b.yaml": "b: 1\n", "README.md": f"```bash\n{text}```\n"}
    (one,) = unknown_files(_repo(repository, files))
    assert (one.name, one.near, len(one.spans)) == ("old/b.yaml", "conf/b.yaml", 1)
