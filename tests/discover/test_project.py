"""Which files a project has, and that nothing else is read."""

from __future__ import annotations

import os
import subprocess

import pytest

from confguard.discover.project import find_root, open_project


def git(root, *arguments):
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.com"]
    subprocess.run(["git", *identity, "-C", root, *arguments], check=True, capture_output=True)


@pytest.fixture
def tracked(repository):
    root = repository(
        {
            "compose.yaml": "services: {}\n",
            "app/settings.py": "DEBUG = True\n",
            ".gitignore": ".env\n",
            ".env": "SECRET=1\n",
        }
    )
    git(root, "init", "-q")
    git(root, "add", ".")
    (root / "untracked.yaml").write_text("services: {}\n")
    return root


def test_git_says_which_files_there_are(tracked):
    project = open_project(tracked)
    assert project.paths == (".gitignore", "app/settings.py", "compose.yaml")
    assert project.listing.by == "git"


def test_a_developers_ignored_file_is_as_absent_as_elsewhere(tracked):
    project = open_project(tracked)
    assert not project.exists(".env")
    assert project.read(".env") is None
    assert project.head(".env") != b"SECRET=1\n" or not project.exists(".env")


@pytest.mark.parametrize("inside", ["", "compose.yaml", "app", "app/settings.py"])
def test_any_path_inside_gives_the_same_project(tracked, inside, monkeypatch):
    monkeypatch.chdir(tracked / "app")
    assert open_project(tracked / inside).paths == open_project(tracked).paths
    assert find_root(tracked / inside) == tracked.resolve()


def test_a_submodules_git_file_marks_a_root(repository):
    root = repository({"sub/.git": "gitdir: elsewhere\n", "sub/a/compose.yaml": ""})
    assert find_root(root / "sub" / "a") == (root / "sub").resolve()


def test_a_configuration_makes_a_folder_a_project_of_its_own(tracked):
    (tracked / "app" / "confguard.toml").write_text("")
    git(tracked, "add", "app")
    assert open_project(tracked / "app" / "settings.py").paths == ("confguard.toml", "settings.py")


def test_without_git_the_folder_is_walked_as_gitignore_says(repository):
    root = repository(
        {
            "compose.yaml": "",
            ".env": "",
            "logs/a.log": "",
            "keep/a.log": "",
            "keep/.gitignore": "!a.log\n",
            "node_modules/x/compose.yaml": "",
            ".gitignore": "*.log\n.env\n",
        }
    )
    project = open_project(root)
    assert project.paths == (".gitignore", "compose.yaml", "keep/.gitignore", "keep/a.log")
    assert project.listing.by == "walk"


def test_a_line_of_gitignore_that_is_no_pattern_is_passed_over(repository):
    root = repository({"a.yaml": "", "b.log": "", ".gitignore": "broken\\\n*.log\n"})
    assert open_project(root).paths == (".gitignore", "a.yaml")


def test_excluded_paths_are_not_there(tracked):
    assert open_project(tracked, ["app/"]).paths == (".gitignore", "compose.yaml")


def test_a_missing_path_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        open_project(tmp_path / "nowhere")


def test_links_out_of_the_project_are_not_followed(repository, tmp_path):
    secret = tmp_path / "secret.yaml"
    secret.write_text("services: {}\n")
    root = repository({"a.yaml": "a: 1\n"})
    (root / "out.yaml").symlink_to(secret)
    (root / "in.yaml").symlink_to("a.yaml")
    (root / "loop.yaml").symlink_to("loop.yaml")
    (root / "loop").symlink_to(".")
    (root / "gone.yaml").symlink_to("nowhere.yaml")
    project = open_project(root)
    assert project.read("out.yaml") is None
    assert project.head("out.yaml") == b""
    assert project.read("in.yaml").text == "a: 1\n"
    assert project.read("gone.yaml") is None
    assert project.read("loop.yaml") is None or not project.read("loop.yaml").text
    assert "loop/a.yaml" not in project.paths


def test_a_pipe_is_never_opened(repository):
    root = repository({"a.yaml": ""})
    os.mkfifo(root / "compose.yaml")
    assert open_project(root).read("compose.yaml") is None


def test_what_cannot_be_read_is_told(repository):
    root = repository({"big.yaml": b"a" * (10 * 1024 * 1024 + 1), "bin.yaml": b"\0", "latin.yaml": b"\xe9"})
    project = open_project(root)
    assert [project.read(path).text for path in ("big.yaml", "bin.yaml", "latin.yaml")] == ["", "", "\u00e9"]
    assert [problem.message.split(" ")[0] for problem in project.problems] == ["is", "holds", "is"]


def test_a_file_deleted_in_the_work_tree_cannot_be_had(tracked):
    (tracked / "compose.yaml").unlink()
    assert open_project(tracked).read("compose.yaml") is None


def test_a_repository_runs_nothing_when_its_files_are_listed(tracked, tmp_path):
    mark = tmp_path / "ran"
    script = tmp_path / "monitor"
    script.write_text(f"#!/bin/sh\ntouch {mark}\n")
    script.chmod(0o755)
    git(tracked, "config", "core.fsmonitor", str(script))
    assert open_project(tracked).paths
    assert not mark.exists()


def test_the_callers_git_variables_do_not_lead_elsewhere(tracked, monkeypatch, tmp_path):
    monkeypatch.setenv("GIT_DIR", str(tmp_path))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "index"))
    assert "compose.yaml" in open_project(tracked).paths


def test_a_file_is_parsed_once(tracked):
    project = open_project(tracked)
    seen = []
    for _ in range(2):
        assert project.parsed(seen.append, "compose.yaml") is None
    assert len(seen) == 1


def test_files_are_found_by_their_name(repository):
    project = open_project(repository({"a/manage.py": "", "manage.py": "", "b/remanage.py": ""}))
    assert project.named("manage.py") == ("a/manage.py", "manage.py")
    assert project.named("settings.py") == ()


def test_a_file_in_a_folder_that_links_out_of_the_project_is_not_read(tracked, tmp_path_factory):
    """The folder was a plain one when git listed its file."""
    outside = tmp_path_factory.mktemp("outside")
    (outside / "settings.py").write_text("PASSWORD = 'secret'\n")
    (tracked / "app" / "settings.py").unlink()
    (tracked / "app").rmdir()
    (tracked / "app").symlink_to(outside)
    project = open_project(tracked)
    assert project.exists("app/settings.py")
    assert project.read("app/settings.py") is None
    assert project.head("app/settings.py") == b""


def test_the_files_below_a_folder_are_those_whose_path_begins_with_it(repository):
    names = ("a-b/x", "a.py", "a/x", "a/b/y", "a/b.py", "ab/x", "b", "A/x", "a/é")
    project = open_project(repository(dict.fromkeys(names, "")))
    for folder in ("", "a", "a/b", "ab", "b", "c", "A", "z"):
        assert list(project.under(folder)) == [
            path for path in project.paths if not folder or path.startswith(f"{folder}/")
        ]
