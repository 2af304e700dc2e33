"""What git does not track yet is named, if it would matter."""

from __future__ import annotations

import subprocess

import pytest

from confguard.discover.project import list_files, open_project
from confguard.discover.untracked import untracked_note


@pytest.fixture
def repository(tmp_path):
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    (tmp_path / ".gitignore").write_text(".env\n")
    (tmp_path / "compose.yaml").write_text("services: {db: {image: postgres:17.6}}\n")
    subprocess.run(["git", "-C", str(tmp_path), "add", "."], check=True)
    return tmp_path


def note(folder):
    return untracked_note(open_project(folder))


def test_a_compose_file_that_is_not_added_is_named(repository):
    (repository / "compose.prod.yaml").write_text("services: {db: {ports: []}}\n")
    (repository / "notes.txt").write_text("nothing to do with it\n")
    assert note(repository).startswith("compose.prod.yaml is not added to git, and so counts as absent")
    assert list_files(repository).paths == (".gitignore", "compose.yaml")


def test_more_than_three_are_counted(repository):
    for number in range(5):
        (repository / f"compose.{number}.yaml").write_text("services: {db: {ports: []}}\n")
    assert "compose.2.yaml and 2 more are not added to git, and so count as absent" in note(repository)


def test_what_git_ignores_and_what_does_not_matter_is_not_named(repository):
    (repository / ".env").write_text("SECRET_KEY=x\n")
    (repository / "photo.jpeg").write_bytes(b"\xff\xd8")
    assert note(repository) == ""


def test_a_repository_inside_is_not_a_file(repository):
    inner = repository / "vendored"
    subprocess.run(["git", "init", "-q", str(inner)], check=True)
    (inner / "compose.yaml").write_text("services: {db: {image: postgres:17.6}}\n")
    assert list_files(repository).untracked == ()
    assert note(repository) == ""


def test_files_that_are_excluded_are_not_named(repository):
    (repository / "compose.prod.yaml").write_text("services: {db: {ports: []}}\n")
    assert untracked_note(open_project(repository, ["compose.prod.yaml"])) == ""


def test_where_nothing_is_tracked_the_listing_says_so_once(tmp_path):
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    (tmp_path / "compose.yaml").write_text("services: {db: {image: postgres:17.6}}\n")
    assert note(tmp_path) == ""
    assert "git tracks no file here" in list_files(tmp_path).note
