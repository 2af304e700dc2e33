"""Which .dockerignore a build reads, and which line of it decides."""

from __future__ import annotations

from confguard.discover.project import open_project
from confguard.model.dockerignore import ignore_of


def test_the_file_beside_the_dockerfile_comes_first(repository):
    root = repository({"a.Dockerfile.dockerignore": "x\n", ".dockerignore": "y\n"})
    project = open_project(root)
    assert ignore_of(project, "", "a.Dockerfile").excluded("x") is not None
    assert ignore_of(project, "", "b.Dockerfile").excluded("x") is None
    assert ignore_of(project, "folder", "folder/Dockerfile").source is None


def test_the_line_that_decides_is_the_first_that_leaves_out_what_no_later_one_takes_back(repository):
    root = repository({".dockerignore": "# all but one\n*\n!keep\n\nkeep/secret\n"})
    ignore = ignore_of(open_project(root), "", "Dockerfile")
    assert ignore.excluded("keep/file") is None
    assert [ignore.excluded(path).line for path in ("other", "keep/secret/key")] == [2, 5]
    assert ignore.takes_back
