"""``check --watch`` as a process, and which changes concern it."""

from __future__ import annotations

import queue
import signal
import subprocess
import sys
import threading

import pytest
from click.testing import CliRunner

from confguard.cli import main
from confguard.cli.watching import Concern
from tests.database_stack import CLEAN, PUBLISHED


@pytest.fixture
def tracked(repository):
    root = repository({"compose.yaml": PUBLISHED, ".gitignore": "logs/\n", "logs/a.log": ""}).resolve()
    for command in (["init", "-q"], ["add", "-A"]):
        subprocess.run(["git", *command], cwd=root, check=True)
    return root


class Watching:
    """A watching process; its lines come in as it writes them."""

    def __init__(self, root):
        command = [
            sys.executable,
            "-m",
            "confguard",
            "check",
            "--watch",
            "--output-format",
            "concise",
            str(root),
        ]
        # A test run in the background has its interrupts ignored, and so would this.
        self.process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        self.lines = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            self.lines.put(line.rstrip("\n"))

    def look(self):
        """Return what one look says."""
        said = []
        while not (said and said[-1].startswith("Watching for changes")):
            said.append(self.lines.get(timeout=90))
        return "\n".join(said)

    def stop(self):
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(90)


def test_it_looks_again_when_a_file_changes_and_ends_when_it_is_interrupted(tracked):
    watching = Watching(tracked)
    try:
        assert "published-datastore-port" in watching.look()
        (tracked / "compose.yaml").write_text(CLEAN)
        assert "published-datastore-port" not in watching.look()
        (tracked / "confguard.toml").write_text("selekt = []\n")
        assert "did you mean 'select'?" in watching.look()
        assert watching.stop() == 0
    finally:
        watching.process.kill()


def test_only_what_the_project_lists_and_what_lists_it_concerns(tracked):
    concern = Concern(tracked)
    concern.refresh()
    for path in ("compose.yaml", "confguard.toml", ".git/index", ".git/HEAD", ".gitignore"):
        assert concern(None, str(tracked / path)), path
    for path in ("logs/a.log", ".git/objects/ab", "new.yaml", "../elsewhere"):
        assert not concern(None, str((tracked / path).resolve())), path


def test_without_git_every_file_concerns(repository):
    root = repository({"compose.yaml": PUBLISHED}).resolve()
    concern = Concern(root)
    concern.refresh()
    assert concern(None, str(root / "new.yaml"))


def test_without_the_extra_it_says_what_to_install(monkeypatch, tracked):
    monkeypatch.setitem(sys.modules, "watchfiles", None)
    done = CliRunner().invoke(main, ["check", "--watch", str(tracked)])
    assert done.exit_code == 2
    assert "pip install 'confguard[watch]'" in done.output


@pytest.mark.parametrize("option", ["--fix", "--diff", "--add-ignore"])
def test_it_only_looks(option, tracked):
    done = CliRunner().invoke(main, ["check", "--watch", option, str(tracked)])
    assert done.exit_code == 2
    assert "--watch only looks" in done.output
