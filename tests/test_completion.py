"""Completion scripts of shells, and what they ask for."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from click.testing import CliRunner

from confguard.cli import main


def completed(words, incomplete):
    """Return what bash's script is given for a command line."""
    line = " ".join(("confguard", *words, incomplete))
    asked = {"_CONFGUARD_COMPLETE": "bash_complete", "COMP_WORDS": line, "COMP_CWORD": str(len(words) + 1)}
    command = [sys.executable, "-m", "confguard"]
    done = subprocess.run(command, env={**os.environ, **asked}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return [text.partition(",")[2] for text in done.stdout.splitlines()]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_gets_a_script_of_its_own(shell):
    done = CliRunner().invoke(main, ["completion", shell])
    assert done.exit_code == 0
    assert f"_CONFGUARD_COMPLETE={shell}_complete" in done.output
    assert "confguard" in done.output


def test_the_script_is_one_that_bash_can_read():
    script = CliRunner().invoke(main, ["completion", "bash"]).output
    subprocess.run(["bash", "-n"], input=script, text=True, check=True)


def test_commands_and_options_are_completed():
    assert {"check", "completion"} <= set(completed([], "c"))
    assert "--changed-since" in completed(["check"], "--changed")


def test_names_of_rules_are_completed():
    assert completed(["rule"], "published-datas") == ["published-datastore-port"]


def test_options_also_complete_families_and_the_last_of_several():
    assert completed(["check", "--select"], "ngi") == ["nginx"]
    assert completed(["check", "--ignore"], "nginx,published-datas") == ["nginx,published-datastore-port"]


def test_another_shell_is_refused():
    assert CliRunner().invoke(main, ["completion", "csh"]).exit_code == 2
