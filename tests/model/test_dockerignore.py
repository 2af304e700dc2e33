"""What .dockerignore leaves out, as patternmatcher's own tests say it."""

from __future__ import annotations

import pytest

from confguard.discover.project import open_project
from confguard.model.dockerignore import ignore_of, parse
from confguard.source import SourceFile


@pytest.mark.parametrize(
    ("pattern", "path", "left_out"),
    [
        ("scripts", "scripts/run.sh", True),
        ("/scripts", "scripts/run.sh", True),
        ("scripts/", "scripts/run.sh", True),
        ("scripts", "deploy/scripts", False),
        ("**/scripts", "deploy/scripts/run.sh", True),
        ("**/scripts", "scripts", True),
        ("*.pem", "key.pem", True),
        ("*.pem", "certs/key.pem", False),
        ("**/*.pem", "certs/a/key.pem", True),
        ("docs/**", "docs/a/b.md", True),
        ("docs/**", "docs", False),
        (".env*", ".env.production", True),
        ("a?c", "abc", True),
        ("a?c", "a/c", False),
        ("[a-c].txt", "b.txt", True),
        ("# docs", "# docs", False),
        ("*\n!keep", "keep/file", False),
        ("*\n!keep", "other", True),
        ("*\n!keep\nkeep/secret", "keep/secret", True),
        ("*", "a/b/c", True),
        ("[", "[", False),
    ],
)
def test_a_pattern_leaves_out_a_path(pattern, path, left_out):
    assert (parse(SourceFile(".dockerignore", pattern + "\n")).excluded(path) is not None) is left_out


def test_the_file_beside_the_dockerfile_comes_first(repository):
    root = repository({"a.Dockerfile.dockerignore": "x\n", ".dockerignore": "y\n"})
    project = open_project(root)
    assert ignore_of(project, "", "a.Dockerfile").excluded("x") is not None
    assert ignore_of(project, "", "b.Dockerfile").excluded("x") is None
    assert ignore_of(project, "folder", "folder/Dockerfile").source is None
