"""``confguard check --watch``: look again when a file of the project changes; needs the extra ``watch``."""

from __future__ import annotations

import contextlib
import gc
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from confguard.cli.output import EXIT_CLEAN, fail

if TYPE_CHECKING:
    from watchfiles import Change

_TICK = 200  # milliseconds
_OF_GIT = ("index", "HEAD")
"""Files of git that change when other files are tracked, or others are checked out."""


def watch(path: Path, look: Callable[[], None]) -> NoReturn:
    """Call ``look`` at once and after each change, until it is interrupted; its end is not the end."""
    try:
        from watchfiles import watch as changes
    except ImportError:
        fail("--watch needs watchfiles: install it with `pip install 'confguard[watch]'`")
    from confguard.discover.project import find_root

    try:
        root = find_root(path)
    except FileNotFoundError:
        fail(f"there is no file or folder {str(path)!r}")
    concerns = Concern(root)
    found = changes(
        root,
        watch_filter=concerns,
        raise_interrupt=True,
        ignore_permission_denied=True,
        rust_timeout=_TICK,
        yield_on_timeout=True,
    )
    with contextlib.suppress(KeyboardInterrupt):
        next(found)  # now it watches: what changes while the first look is under way is not missed
        _look(look, concerns)
        for changed in found:
            if changed:
                _look(look, concerns)
    sys.exit(EXIT_CLEAN)


class Concern:
    """Says which changes concern a project: of files that it lists, of its configuration, of git's list."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.listed: frozenset[str] | None = None

    def refresh(self) -> None:
        """Take in which files the project lists now."""
        from confguard.discover.project import CONFIG_NAMES, list_files

        listing = list_files(self.root)
        self.listed = None if listing.by == "walk" else frozenset((*listing.paths, *CONFIG_NAMES))

    def __call__(self, change: Change, path: str) -> bool:
        """Say whether a change is worth a look."""
        try:
            inside = Path(path).relative_to(self.root)
        except ValueError:
            return False
        if inside.parts[:1] == (".git",):
            return inside.parts[1:] in {(name,) for name in _OF_GIT}
        return self.listed is None or inside.as_posix() in self.listed


def _look(look: Callable[[], None], concerns: Concern) -> None:
    if sys.stdout.isatty():
        click.clear()
    with contextlib.suppress(SystemExit):  # findings, or a configuration that is being edited
        look()
    concerns.refresh()
    gc.collect()  # a look's models refer to each other: nothing else takes them away
    click.echo("Watching for changes; Ctrl+C ends it.", err=True)
