"""``--fix``, ``--unsafe-fixes`` and ``--diff`` on the command line."""

from __future__ import annotations

import json
import subprocess

import pytest
from click.testing import CliRunner

from confguard.cli import main

COMPOSE = (
    "services:\n"
    "  web:\n"
    "    image: example/web:1.2\n"
    "    env_file: .env.production\n"
    "  db:\n"
    "    image: postgres:17.6\n"
    "    ports:\n"
    '      - "5432:5432"  # for the analysts\n'
    "    environment:\n"
    "      POSTGRES_PASSWORD: ${POSTGRES_PASSWORD:?}\n"
    "    volumes: [data:/var/lib/postgresql/data]\n"
    "volumes:\n"
    "  data: {}\n"
    "  old:\n"
)
ENV = "NAME=one\nNAME=two\nPASSWORD=hunter2-hunter2-hunter2\n"
FILES = {"compose.prod.yaml": COMPOSE, ".env.production.template": ENV}


@pytest.fixture
def invoke(monkeypatch):
    for name in ("GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY", "NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)

    def call(*arguments):
        return CliRunner().invoke(main, ["check", *map(str, arguments)])

    return call


def texts(root):
    return {path.name: path.read_text() for path in root.iterdir() if path.is_file()}


def test_safe_fixes_are_written_and_what_remains_is_reported(invoke, repository):
    root = repository(FILES)
    before = invoke(root, "--output-format", "concise")
    assert "[*]" in before.output
    assert "1 fixable with --fix, 2 more with --unsafe-fixes." in before.output
    done = invoke(root, "--fix", "--output-format", "concise")
    assert done.exit_code == 1, done.output
    assert "(1 fixed)" in done.output
    assert "published-datastore-port" in done.output
    assert "duplicate-key" not in done.output
    assert texts(root) == {
        "compose.prod.yaml": COMPOSE,
        ".env.production.template": ENV.replace("NAME=one\n", ""),
    }


def test_unsafe_fixes_are_written_where_they_are_allowed(invoke, repository):
    root = repository(FILES)
    done = invoke(root, "--fix", "--unsafe-fixes", "--output-format", "json")
    assert json.loads(done.output)["summary"]["fixed"] == 3
    assert '- "127.0.0.1:5432:5432"  # for the analysts' in texts(root)["compose.prod.yaml"]


def test_unsafe_fixes_alone_change_nothing(invoke, repository):
    root = repository(FILES)
    assert invoke(root, "--unsafe-fixes").exit_code == 1
    assert texts(root) == FILES


def test_a_diff_writes_nothing_and_is_a_patch(invoke, repository):
    root = repository({**FILES, "compose.prod.yaml": COMPOSE.replace("\n", "\r\n")})
    before = {name: (root / name).read_bytes() for name in FILES}
    done = invoke(root, "--diff", "--unsafe-fixes", "--select", "compose")
    assert done.exit_code == 1
    assert "Would fix 2 findings." in done.stderr
    assert {name: (root / name).read_bytes() for name in FILES} == before
    subprocess.run(["git", "apply", "-"], input=done.stdout_bytes, cwd=root, check=True)
    patched = (root / "compose.prod.yaml").read_bytes()
    assert b'"127.0.0.1:5432:5432"  # for the analysts\r\n' in patched
    assert b"old" not in patched


def test_a_diff_masks_secrets(invoke, repository):
    done = invoke(repository(FILES), "--diff")
    assert "-NAME=one" in done.stdout
    assert "hunter2" not in done.output
    assert "more with --unsafe-fixes" in done.stderr


def test_a_diff_of_nothing_is_empty_and_no_failure(invoke, repository):
    done = invoke(repository({"compose.yaml": "services:\n  web:\n    image: example/web:1.2\n"}), "--diff")
    assert (done.exit_code, done.stdout) == (0, "")


def test_what_is_suppressed_or_not_selected_is_not_fixed(invoke, repository):
    comment = "  # confguard: ignore[unused-volume] it comes back\n"
    root = repository({**FILES, "compose.prod.yaml": COMPOSE.replace("  old:\n", f"{comment}  old:\n")})
    invoke(root, "--fix", "--unsafe-fixes", "--ignore", "published-datastore-port,duplicate-key")
    assert texts(root)["compose.prod.yaml"] == COMPOSE.replace("  old:\n", f"{comment}  old:\n")
    assert texts(root)[".env.production.template"] == ENV


def test_a_file_that_cannot_be_written_leaves_all_as_it_was(invoke, repository, monkeypatch):
    from confguard.fixes import write

    def refuse(self, target):
        raise OSError(30, "Read-only file system", str(target))

    root = repository(FILES)
    monkeypatch.setattr(write.Path, "replace", refuse)
    done = invoke(root, "--fix")
    assert done.exit_code == 2
    assert "Read-only file system; nothing was fixed" in done.output
    assert texts(root) == FILES


def test_a_new_file_is_made_once_and_waits_to_be_added_to_git(invoke, repository):
    files = {
        "compose.prod.yaml": "services:\n  web:\n    build: .\n    env_file: .env\n",
        "Dockerfile": "FROM python:3.13\nCOPY . /app\n",
        ".env.example": "A=1\n",
        ".gitignore": ".env\n",
    }
    root = repository(files)
    for command in (["init", "-q"], ["add", "."]):
        subprocess.run(["git", *command], cwd=root, check=True)
    select = ("--select", "copied-env-file", "--fix", "--unsafe-fixes")
    assert "(1 fixed)" in invoke(root, *select).output
    assert (root / ".dockerignore").read_text() == ".env\n"
    again = invoke(root, *select)
    assert "fixed" not in again.output
    assert again.exit_code != 2, again.output
    assert (root / ".dockerignore").read_text() == ".env\n"
