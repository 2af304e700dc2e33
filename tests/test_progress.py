"""What a run says of itself on stderr."""

from __future__ import annotations

import contextlib
import io
import time

import pytest
from click.testing import CliRunner

from confguard.cli import main, progress
from confguard.cli.progress import Progress

FILES = {"compose.yaml": "services:\n  web:\n    image: acme/web:${VERSION:-latest}\n"}


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    monkeypatch.setattr(progress, "_LONG", 0.0)
    monkeypatch.setattr(progress, "_TICK", 0.01)


def written(stream, environ):
    """Return what a run writes that is busy with a rule."""
    with contextlib.redirect_stderr(stream), Progress(environ) as made:
        made.tell("rules", "unpinned-image")
        time.sleep(0.1)
    return stream.getvalue()


def test_a_long_run_says_on_a_terminal_what_it_is_busy_with_and_wipes_it():
    text = written(Terminal(), {})
    assert "\r\x1b[Kconfguard: rule 1: unpinned-image" in text
    assert text.endswith("\r\x1b[K")


def test_a_short_run_says_nothing(monkeypatch):
    monkeypatch.setattr(progress, "_LONG", 60.0)
    assert written(Terminal(), {}) == ""


@pytest.mark.parametrize("environ", [{"CI": "true"}, {"TERM": "dumb"}])
def test_where_nobody_watches_it_says_nothing(environ):
    assert written(Terminal(), environ) == ""


def test_a_log_gets_nothing():
    assert written(io.StringIO(), {}) == ""


def test_every_step_takes_until_the_next_one_begins():
    with Progress({}) as made:
        made.tell("files", "list")
        time.sleep(0.02)
        made.tell("models", "build")
    (first, second) = made.times()
    assert first[:2] == ("files", "list")
    assert first[2] >= 0.02
    assert second[2] >= 0


def test_verbose_says_what_was_looked_at_and_how_long_it_took(repository):
    root = repository(FILES)
    done = CliRunner().invoke(main, ["check", "-v", str(root), "--output-format", "json"])
    assert done.stdout.startswith("{"), "what programs read stays as it is"
    said = done.stderr.splitlines()
    assert f"in {root.resolve()}" in said[0]
    assert "configuration: none, the defaults are in force" in said
    assert "files: 1 listed by walk; with a part: 1 compose" in said
    assert any(line.startswith("stack: compose.yaml, ") for line in said)
    (rules,) = [line for line in said if line.startswith("rules: ")]
    ran, skipped = int(rules.split()[1]), int(rules.split()[3])
    assert ran > 50
    assert skipped > 0
    (names,) = [line for line in said if line.startswith("  without anything to look at: ")]
    assert len(names.split(", ")) == skipped
    (times,) = [line for line in said if line.startswith("time: ")]
    assert all(f" {phase} " in times for phase in ("files", "models", "rules", "report"))
    assert sum(" s  " in line for line in said) == 10


def test_without_it_nothing_is_said(repository):
    assert CliRunner().invoke(main, ["check", str(repository(FILES))]).stderr == ""
