"""``check --changed-since`` and its annotations, on repositories with a history."""

from __future__ import annotations

import re
import subprocess

import pytest
from click.testing import CliRunner

from confguard.cli import main
from tests.database_stack import published_with
from tests.reporters.runner import read_log, refused

COMPOSE = published_with("""\
  web:
    image: example/web:1.0
    environment:
      TOKEN: ${TOKEN}
""")
ENV = "POSTGRES_PASSWORD=\nTOKEN=\n"


def git(root, *arguments):
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *identity, "-C", root, *arguments], check=True, capture_output=True)


@pytest.fixture
def branch(repository):
    root = repository({"compose.yaml": COMPOSE, ".env.example": ENV, "notes.txt": "x\n"})
    git(root, "init", "-q", "-b", "main")
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "x")
    git(root, "switch", "-q", "-c", "topic")
    return root


def check(root, *arguments, **variables):
    done = CliRunner(env={"GITHUB_ACTIONS": "", "GITHUB_STEP_SUMMARY": "", **variables}).invoke(
        main, ["check", str(root), *arguments]
    )
    return done.exit_code, done.output


def test_old_findings_are_counted_and_not_shown(branch):
    code, text = check(branch)
    assert (code, "published-datastore-port" in text) == (1, True)
    (branch / "notes.txt").write_text("y\n")
    code, text = check(branch, "--changed-since", "main")
    assert code == 0
    assert "published-datastore-port" not in text
    assert "that were there before)" in text


def test_a_finding_on_a_changed_line_is_shown(branch):
    (branch / "compose.yaml").write_text(COMPOSE.replace('["5432:5432"]', '["0.0.0.0:5432:5432"]'))
    code, text = check(branch, "--changed-since", "main", "--output-format", "concise")
    assert code == 1
    assert "published-datastore-port" in text


def test_a_finding_beside_a_line_that_went_away_is_shown(branch):
    (branch / "compose.yaml").write_text(
        COMPOSE.replace("    volumes:\n      - database:", "    volumes:\n      - ./db:")
    )
    _, text = check(branch, "--changed-since", "main")
    assert "published-datastore-port" not in text
    lines = [line for line in COMPOSE.splitlines(True) if "POSTGRES_PASSWORD: " not in line]
    (branch / "compose.yaml").write_text("".join(lines).replace("    environment:\n    ports", "    ports"))
    _, text = check(branch, "--changed-since", "main")
    assert "published-datastore-port" in text


def concise(root, *arguments):
    """Return the lines of findings that a check of the branch shows."""
    _, text = check(root, "--changed-since", "main", "--output-format", "concise", *arguments)
    return [line for line in text.splitlines() if re.match(r"\S+:\d+:\d+: ", line)]


def test_what_is_wrong_because_a_line_went_away_is_shown_in_a_file_that_did_not_change(branch):
    (branch / ".env.example").write_text("POSTGRES_PASSWORD=\n")
    (shown,) = concise(branch)
    assert shown.startswith("compose.yaml:")
    assert "undelivered-variable" in shown
    assert "TOKEN" in shown


def test_what_is_wrong_because_a_file_went_away_is_shown(branch):
    (branch / "compose.yaml").write_text(COMPOSE.replace("image: example/web:1.0", "build: web"))
    (branch / "web").mkdir()
    (branch / "web" / "Dockerfile").write_text("FROM alpine:3.22\n")
    git(branch, "add", "-A")
    git(branch, "commit", "-q", "-m", "x")
    git(branch, "branch", "-f", "main")
    assert concise(branch) == []
    git(branch, "rm", "-q", "web/Dockerfile")
    (shown,) = concise(branch)
    assert shown.startswith("compose.yaml:")
    assert "missing-file" in shown


def test_a_file_that_is_only_renamed_brings_no_old_findings(branch):
    git(branch, "mv", "compose.yaml", "compose.yml")
    assert concise(branch) == []


def test_what_the_configuration_hid_before_is_not_new(branch):
    (branch / "confguard.toml").write_text('ignore = ["published-datastore-port"]\n')
    git(branch, "add", "-A")
    git(branch, "commit", "-q", "-m", "x")
    git(branch, "branch", "-f", "main")
    (branch / "confguard.toml").write_text("ignore = []\n")
    assert concise(branch) == []


def test_an_excluded_file_that_went_away_was_never_there(branch):
    (branch / "confguard.toml").write_text('exclude = [".env.example"]\n')
    git(branch, "add", "-A")
    git(branch, "commit", "-q", "-m", "x")
    git(branch, "branch", "-f", "main")
    git(branch, "rm", "-q", ".env.example")
    assert concise(branch) == []


def test_findings_of_files_that_git_does_not_know_are_shown(branch, tmp_path):
    given = tmp_path / "host.env"
    given.write_text("POSTGRES_PASSWORD='half\nTOKEN=x\n")
    _, before = check(branch, "--output-format", "concise", "--env-file", str(given))
    _, after = check(
        branch, "--output-format", "concise", "--env-file", str(given), "--changed-since", "main"
    )
    named = [line for line in before.splitlines() if line.startswith(".env:")]
    assert named
    assert [line for line in after.splitlines() if line.startswith(".env:")] == named


def test_fixes_look_at_the_whole_project(branch):
    code, text = check(branch, "--changed-since", "main", "--fix")
    assert code == 2
    assert "go without --changed-since" in text


@pytest.mark.parametrize("ref", ["", "--help", "nowhere"])
def test_a_commit_that_cannot_be_used_is_an_error(branch, ref):
    code, text = check(branch, f"--changed-since={ref}")
    assert code == 2
    assert text.startswith("error: ")


HOSTILE = "x::error::y,z:%0A%25\n::warning file=a::b\n##[error]c\x1b[31m%"


def hostile_files():
    password = "      POSTGRES_PASSWORD: '::error::%0A,:\x1b[0m\\n'\n"
    compose = COMPOSE.replace(
        "      POSTGRES_PASSWORD: ${POSTGRES_PASSWORD:?}\n", password.replace("\x1b", "")
    )
    return {
        f"{HOSTILE}/compose.prod.yml": compose,
        f"{HOSTILE}/.env.example": "TOKEN=\n::error::A,B:%0A=1\n",
        "a,b: c%0A::d/compose.prod.yml": compose.replace(
            "TOKEN: ${TOKEN}", '"::error::%0A,\\n": ${a:?::error::}'
        ),
        "nginx/a,b::c%.conf": "server {\n    listen 80;\n    add_header X '::error::\n%0A';\n  bad ::x;\n}\n",
    }


def test_names_of_a_hostile_repository_command_nothing(repository):
    root = repository(hostile_files())
    git(root, "init", "-q")
    git(root, "add", "-A")
    variables = {"GITHUB_ACTIONS": "true", "GITHUB_WORKSPACE": str(root)}
    _, text = check(root, **variables)
    commands = read_log(text)
    assert len(commands) > 3
    assert {command.name for command in commands} <= {"error", "warning", "notice"}
    files = {command.properties["file"] for command in commands}
    assert "a,b: c%0A::d/compose.prod.yml" in files, "the path arrives as it is"
    assert "nginx/a,b::c%.conf" in files
    assert any(name.startswith("x::error::y,z:%0A%25\\n::warning file=a::b") for name in files)
    for command in commands:
        assert set(command.properties) <= {"file", "line", "endline", "col", "endcolumn", "title"}
        assert refused(command) == []
        assert "\x1b" not in command.data
        assert command.properties["title"].startswith("confguard: ")
        place, _, _ = command.data.partition("\n")
        assert place.startswith(command.properties["file"].replace("##[", "##\\x5b"))
