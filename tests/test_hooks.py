"""The hooks: which files start them, and real pre-commit and prek running them in a throw-away repository."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.database_stack import CLEAN, PUBLISHED
from tests.once import once

ROOT = Path(__file__).resolve().parent.parent
HOOKS = {hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))}
TRIGGER = re.compile(HOOKS["confguard"]["files"])


def listed(name: str) -> list[str]:
    """Return paths as real repositories have them, one a line."""
    return (ROOT / "tests" / name).read_text(encoding="utf-8").split()


def test_every_hook_looks_at_the_whole_repository():
    assert set(HOOKS) == {"confguard", "confguard-always", "confguard-fix"}
    for name, hook in HOOKS.items():
        assert hook["pass_filenames"] is False
        assert hook["require_serial"] is True
        assert hook["language"] == "python"
        # A user's args replace ours, so what must be said cannot stand there.
        assert hook["entry"] == "confguard check --hook" + (" --fix" if name == "confguard-fix" else "")
        assert "args" not in hook
        assert hook.get("always_run", False) is ("files" not in hook)
    assert "files" in HOOKS["confguard"]


@pytest.mark.parametrize("path", listed("hook_starts.txt"))
def test_a_file_that_the_check_reads_starts_the_hook(path):
    assert TRIGGER.search(path)
    assert TRIGGER.search(f"some/folder/{path}")


@pytest.mark.parametrize("path", listed("hook_stays_silent.txt"))
def test_a_file_that_the_check_never_reads_does_not_start_it(path):
    assert not TRIGGER.search(path)


# ---- real hooks ----

slow = pytest.mark.slow


def environment(home: Path) -> dict[str, str]:
    """Return an environment in which neither the user's git nor an outer hook has a say."""
    drop = ("GIT_", "PRE_COMMIT", "PREK_", "GITHUB_", "PYTHON", "CONFGUARD_")
    clean = {name: value for name, value in os.environ.items() if not name.startswith(drop)}
    return clean | {
        "HOME": str(home),
        "PRE_COMMIT_HOME": str(home / "pre-commit"),
        "PREK_HOME": str(home / "prek"),
        # prek takes uv from there if it is installed; without it, it gets one at each run of the tests.
        "PATH": os.pathsep.join((str(Path(sys.executable).parent), clean["PATH"])),
        "PIP_NO_COMPILE": "1",  # thousands of modules of which a hook loads a few
        "PIP_CACHE_DIR": os.environ.get("PIP_CACHE_DIR", str(Path.home() / ".cache" / "pip")),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@localhost",
        "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@localhost",
    }  # fmt: skip


def git(folder: Path, home: Path, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    command = ["git", "-c", "init.defaultBranch=main", *arguments]
    done = subprocess.run(command, cwd=folder, env=environment(home), capture_output=True, text=True)
    assert done.returncode == 0 or not check, done.stdout + done.stderr
    return done


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


@pytest.fixture(scope="session")
def hook_repository(tmp_path_factory):
    """Copy what makes confguard, as it is now, into a repository of its own: (folder, commit, home).

    The home keeps what the tools install, so that each of them does it once.
    """

    def make(folder: Path) -> None:
        home, source = folder / "home", folder / "source"
        home.mkdir()
        skip = shutil.ignore_patterns("__pycache__", "*.pyc")
        for name in ("confguard", "rules"):
            shutil.copytree(ROOT / name, source / name, ignore=skip)
        for name in ("pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml"):
            shutil.copy(ROOT / name, source / name)
        git(source, home, "init", "-q")
        git(source, home, "add", "-A")
        git(source, home, "commit", "-qm", "confguard")

    folder = once(tmp_path_factory, "hooks", make)
    home, source = folder / "home", folder / "source"
    return source, git(source, home, "rev-parse", "HEAD").stdout.strip(), home


@pytest.fixture(params=["pre-commit", "prek"])
def project(request, hook_repository, tmp_path):
    """Make a repository with the hook installed by one of the tools: a function that commits files."""
    source, revision, home = hook_repository
    tool = Path(sys.executable).parent / request.param
    assert tool.exists(), f"{request.param} is needed: pip install -e '.[test]'"
    folder = tmp_path / "project"
    folder.mkdir()
    git(folder, home, "init", "-q")
    config = {"repos": [{"repo": str(source), "rev": revision, "hooks": [{"id": "confguard"}]}]}
    write(
        folder,
        {".pre-commit-config.yaml": yaml.safe_dump(config), "app/models.py": "", "compose.yaml": CLEAN},
    )
    git(folder, home, "add", "-A")
    git(folder, home, "commit", "-qm", "start")
    install = subprocess.run(
        [tool, "install"], cwd=folder, env=environment(home), capture_output=True, text=True
    )
    assert install.returncode == 0, install.stdout + install.stderr

    def commit(files: dict[str, str], *, hook: str = "confguard") -> tuple[bool, str]:
        """Stage files and commit them: (whether the commit was made, what was printed)."""
        config["repos"][0]["hooks"] = [{"id": hook}]
        write(folder, {".pre-commit-config.yaml": yaml.safe_dump(config), **files})
        git(folder, home, "add", "-A", "--", *files, ".pre-commit-config.yaml")
        done = git(folder, home, "commit", "-m", "change", check=False)
        return done.returncode == 0, done.stdout + done.stderr

    commit.folder, commit.git = folder, lambda *arguments: git(folder, home, *arguments, check=False)
    return commit


@slow
def test_the_hook_passes_a_clean_commit_and_stops_one_with_a_finding(project):
    made, said = project({"compose.yaml": CLEAN + "# a comment\n"})
    assert made, said
    assert re.search(r"confguard\.+Passed", said), said

    made, said = project({"compose.yaml": PUBLISHED})
    assert not made, said
    assert re.search(r"confguard\.+Failed", said), said
    assert "published-datastore-port" in said
    assert "compose.yaml:6" in said

    made, said = project({"compose.yaml": CLEAN})
    assert re.search(r"confguard\.+Passed", said) or made, said


@slow
def test_the_hook_starts_for_the_files_that_matter_and_sees_those_that_are_not_staged(project):
    made, said = project({"compose.yaml": CLEAN + "# again\n"})
    assert made, said
    made, said = project({"app/models.py": "x = 1\n"})
    assert made, said
    assert re.search(r"\(no files to check\)\s*Skipped", said), said

    # The finding lies in a file that the commit does not touch; that it was committed is another's doing.
    write(project.folder, {"compose.yaml": PUBLISHED})
    project.git("commit", "--no-verify", "-qam", "slipped through")
    made, said = project({".env.example": "POSTGRES_PASSWORD=\n"})
    assert not made, said
    assert "compose.yaml:6" in said


@slow
def test_only_the_hook_for_every_commit_notices_a_deletion(project):
    made, said = project({"compose.yaml": PUBLISHED, "notes.txt": "x\n"}, hook="confguard-always")
    assert not made, said
    project.git("commit", "--no-verify", "-qm", "slipped through")
    project.git("rm", "-q", "notes.txt")
    said = project.git("commit", "-m", "delete")
    assert said.returncode != 0
    assert "published-datastore-port" in said.stdout + said.stderr


@slow
def test_a_repository_with_nothing_to_check_can_be_committed_to(project):
    project.git("rm", "-q", "compose.yaml")
    made, said = project({"notes/local.yml": "a: 1\n"})
    assert made, said


@slow
def test_the_hook_works_in_a_subfolder_and_is_blind_to_ignored_files(project):
    write(project.folder, {".env": "POSTGRES_PASSWORD=secret\n", "other.compose.yaml": PUBLISHED})
    (project.folder / ".git" / "info" / "exclude").write_text(".env\nother.compose.yaml\n")
    made, said = project({"compose.yaml": CLEAN + "# third\n"})
    assert made, said
    subfolder = project.folder / "app"
    write(project.folder, {"compose.yaml": PUBLISHED})
    project.git("add", "compose.yaml")
    done = project.git("-C", str(subfolder), "commit", "-m", "from below")
    assert done.returncode != 0
    assert "published-datastore-port" in done.stdout + done.stderr


@slow
def test_the_hook_that_fixes_stops_a_commit_that_it_changed(project):
    twice = "POSTGRES_PASSWORD=change-me\nPOSTGRES_PASSWORD=change-me-too\n"
    made, said = project({"compose.yaml": CLEAN, ".env.example": twice}, hook="confguard-fix")
    assert not made, said
    assert "files were modified by this hook" in said.lower()
    mended = (project.folder / ".env.example").read_text(encoding="utf-8")
    assert mended == "POSTGRES_PASSWORD=change-me-too\n"
