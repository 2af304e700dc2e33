"""Which project a file of an editor belongs to."""

from __future__ import annotations

from pathlib import Path

import pytest

from confguard.server.places import Places
from tests.conftest import write_files


@pytest.fixture
def tree(tmp_path):
    return write_files(
        tmp_path.resolve(),
        {
            "repo/.git/HEAD": "",
            "repo/app/settings.py": "",
            "repo/sub/confguard.toml": "",
            "repo/sub/compose.yaml": "",
            "plain/compose.yaml": "",
            "plain/deep/nginx.conf": "",
            "elsewhere/x.py": "",
        },
    )


def test_a_repository_is_a_project_also_when_only_a_part_of_it_is_open(tree):
    places = Places([tree / "repo" / "app"])
    assert places.roots() == [tree / "repo"]
    assert places.root_of(tree / "repo" / "app" / "settings.py") == tree / "repo"


def test_a_folder_with_a_configuration_is_a_project_of_its_own(tree):
    places = Places([tree / "repo"])
    assert places.root_of(tree / "repo" / "sub" / "compose.yaml") == tree / "repo" / "sub"


def test_without_a_mark_the_open_folder_is_the_project(tree):
    places = Places([tree / "plain"])
    assert places.root_of(tree / "plain" / "deep" / "nginx.conf") == tree / "plain"


def test_files_outside_of_what_is_open_belong_to_none(tree):
    places = Places([tree / "plain"])
    assert places.root_of(tree / "elsewhere" / "x.py") is None
    assert places.root_of(tree / "repo" / "app" / "settings.py") is None
    assert places.root_of(tree / "nowhere" / "x.py") is None


def test_without_open_folders_only_marked_projects_count(tree):
    assert Places().root_of(tree / "repo" / "app" / "settings.py") == tree / "repo"
    assert Places().root_of(tree / "plain" / "compose.yaml") is None


def test_a_home_folder_is_no_project(tree, monkeypatch):
    monkeypatch.setattr(Path, "home", lambda: tree / "plain")
    assert Places([tree / "plain"]).roots() == []


def test_folders_come_and_go(tree):
    places = Places()
    places.add([tree / "plain", tree / "repo"])
    places.add([tree / "repo"])
    assert places.roots() == [tree / "plain", tree / "repo"]
    places.remove([tree / "plain"])
    assert places.roots() == [tree / "repo"]


def test_files_are_named_as_the_editor_names_them(tree):
    (tree / "link").symlink_to(tree / "repo")
    places = Places([tree / "link"])
    assert places.roots() == [tree / "repo"]
    assert places.spoken(tree / "repo", "app/settings.py") == tree / "link" / "app/settings.py"
    assert places.spoken(tree / "repo" / "sub", "compose.yaml") == tree / "link" / "sub" / "compose.yaml"
