"""What explains that a file is not in the repository."""

from __future__ import annotations

import pytest

from confguard.discover.kinds import classify
from confguard.discover.project import open_project
from confguard.model.absent import is_ignored, is_moved, why_absent

FILES = {
    ".gitignore": "/data/\n*.log\n!keep.log\nlocal.*\nnginx/extra.d/*.conf\n[\n",
    "deploy/.gitignore": "!local.conf\ncerts\n",
    "app/settings.example.yml": "a: 1\n",
    "app/module.txt": "",
    "docs/install.md": "# Install\n\nCopy the sample to `theme.json`.\n\nThe file nginx.conf is read.\n",
    "install.sh": "cp compose.prod.yaml /opt/shop/\n",
}


@pytest.mark.parametrize(
    ("path", "explained"),
    [
        ("data/x/y.conf", "git ignores it"),
        ("app/local.yml", "git ignores it"),
        ("deploy/local.conf", ""),
        ("deploy/certs/a.conf", "git ignores it"),
        ("certs/a.conf", ""),
        ("deploy/keep.log", ""),
        ("nginx/extra.d", "git ignores what lies in it"),
        ("nginx/extra", ""),
        ("app/settings.yml", "app/settings.example.yml is a template of it"),
        ("app/module.txt/below.conf", "it lies in a submodule, or behind a link"),
        ("theme.json", "docs/install.md:3 makes it"),
        ("nginx.conf", ""),
        ("other.json", ""),
    ],
)
def test_an_absent_file_is_explained_by_what_the_repository_says(repository, path, explained):
    project = open_project(repository(FILES))
    assert why_absent(project, classify(project), path) == explained


def test_a_folder_pattern_ignores_what_lies_in_it_and_nothing_beside_it(repository):
    project = open_project(repository(FILES))
    assert is_ignored(project, "data")
    assert not is_ignored(project, "database.conf")


def test_a_file_that_a_command_copies_away_is_moved(repository):
    project = open_project(repository(FILES))
    assert is_moved(project, classify(project), "compose.prod.yaml")
    assert not is_moved(project, classify(project), "compose.yaml")
