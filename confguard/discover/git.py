"""Questions to git, asked so that nothing of the repository is run: the only module that starts a program."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable
from pathlib import Path

_TIMEOUT = 60.0  # seconds


class GitError(Exception):
    """git could not be run, or refused: the first line of what it said."""

    def __init__(self, message: str, *, ran: bool) -> None:
        super().__init__(message)
        self.ran = ran
        """git was started; False: there is none, or it took too long."""


def ask(root: Path, *arguments: str, settings: Iterable[str] = (), given: bytes = b"") -> bytes:
    """Return what git prints when it is asked in a folder; raises GitError.

    ``settings`` are further ``name=value`` pairs of its configuration, ``given`` is its input. A
    repository's own configuration may name programs to run: hooks and monitors are switched off, a clone
    with missing objects fetches none, and the caller's GIT_* variables do not lead to another repository.
    """
    fixed = ("core.fsmonitor=false", "core.hooksPath=/dev/null", *settings)
    command = ["git", *(part for pair in fixed for part in ("-c", pair)), "-C", str(root), *arguments]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment |= {"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
    environment |= {"GIT_NO_LAZY_FETCH": "1", "GIT_ALLOW_PROTOCOL": "none"}
    try:
        done = subprocess.run(  # noqa: S603 - a fixed command, no shell
            command,
            input=given,
            capture_output=True,
            timeout=_TIMEOUT,
            check=False,
            env=environment,
        )
    except (OSError, subprocess.TimeoutExpired):
        raise GitError("git could not be run", ran=False) from None
    if done.returncode != 0:
        raise GitError(os.fsdecode(done.stderr).strip().partition("\n")[0], ran=True)
    return done.stdout


def without_filters(root: Path) -> tuple[str, ...]:
    """Return settings that keep git from running the filters of a repository (gitattributes, ``filter``).

    git runs them when it compares files with commits. Raises GitError.
    """
    try:
        listed = ask(root, "config", "--null", "--name-only", "--get-regexp", r"^filter\.")
    except GitError as error:
        if str(error):
            raise
        return ()  # it ends with 1 and says nothing where there is no such setting
    drivers = {os.fsdecode(name).rpartition(".")[0] for name in listed.split(b"\0") if name.count(b".") > 1}
    if any("=" in driver for driver in drivers):  # `git -c` would read another name
        raise GitError("the repository configures a filter whose name has an equals sign", ran=True)
    switched_off = ("clean=", "smudge=", "process=", "required=false")
    return tuple(f"{driver}.{setting}" for driver in sorted(drivers) for setting in switched_off)
