"""A project looked at as it is in the editor: unsaved texts lie over the disk."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from confguard import run
from confguard.config import ConfigError, Settings
from confguard.discover.project import CONFIG_NAMES, open_project
from confguard.discover.untracked import untracked_files
from confguard.finding import Finding
from confguard.show.applications import Application, applications
from confguard.show.choose import ChoiceError
from confguard.source import SourceFile

_PLACE = re.compile(r"(?P<path>[^:\n]+):(?P<line>\d+):(?P<column>\d+): (?P<text>.*)")


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a project cannot be checked: a configuration that cannot be used, at its 1-based place."""

    path: str
    line: int
    column: int
    text: str


@dataclass(frozen=True)
class Analysis:
    """What a look at a project came to: a finished run, or the trouble with its configuration."""

    root: Path
    run: run.Run | None = None
    troubles: tuple[Trouble, ...] = ()

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The findings to show."""
        return self.run.report.findings if self.run is not None else ()

    def source(self, path: str) -> SourceFile | None:
        """Return the text of a file as it was looked at."""
        return self.run.repo.project.read(path) if self.run is not None else None

    @cached_property
    def untracked(self) -> frozenset[str]:
        """The files that would matter if git tracked them, and are not looked at."""
        return frozenset(untracked_files(self.run.repo.project)) if self.run is not None else frozenset()

    @cached_property
    def applications(self) -> tuple[Application, ...]:
        """The Django applications of production, as ``confguard trace`` takes them."""
        try:
            return applications(self.run.repo) if self.run is not None else ()
        except ChoiceError:
            return ()


def analyse(root: Path, texts: Mapping[str, str]) -> Analysis:
    """Look at a project, with texts by their paths in it for what the editor has not saved.

    Only texts of files that the project lists count: a file that git does not track is not there yet.
    """
    try:
        settings = run.settings_for(root)
        return Analysis(root, run.check(root, settings, _listed(root, settings, texts)))
    except ConfigError as error:
        return Analysis(root, troubles=tuple(_troubles(root, str(error))))


def _listed(root: Path, settings: Settings, texts: Mapping[str, str]) -> dict[str, SourceFile]:
    if not texts:
        return {}
    project = open_project(root, settings.exclude)
    return {
        path: SourceFile(path, text.removeprefix("\ufeff"))
        for path, text in texts.items()
        if project.exists(path)
    }


def _troubles(root: Path, message: str) -> list[Trouble]:
    """Read the places that a configuration's errors begin with; what has none stands at its beginning."""
    found: list[Trouble] = []
    for line in message.splitlines():
        placed = _PLACE.match(line)
        if placed is not None and (root / placed["path"]).is_file():
            place = int(placed["line"]), int(placed["column"])
            found.append(Trouble(placed["path"], *place, placed["text"]))
        elif found:
            found[-1] = Trouble(found[-1].path, found[-1].line, found[-1].column, f"{found[-1].text}\n{line}")
        else:
            names = (*CONFIG_NAMES, "pyproject.toml")
            path = next((name for name in names if (root / name).is_file()), names[0])
            found.append(Trouble(path, 1, 1, line))
    return found
