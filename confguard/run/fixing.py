"""Fixes the project that a run has looked at: in memory, as often as it takes, and then on the disk."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from confguard.config import Settings
from confguard.finding import Finding
from confguard.fixes.edits import Chosen
from confguard.fixes.rounds import settle
from confguard.fixes.write import write
from confguard.model.repo import Repo
from confguard.run.checking import Run, check
from confguard.run.judging import Tell, untold

_REQUIRED = "needs the variable"


@dataclass(frozen=True)
class Look:
    """A run as rounds of fixes see it."""

    run: Run

    @property
    def findings(self) -> Sequence[Finding]:
        """The findings that are shown: what was suppressed, or not asked for, is not fixed."""
        return self.run.report.findings

    @cached_property
    def broken(self) -> frozenset[str]:
        """What parsers, docker compose and nginx refuse, and what raises in the settings."""
        return frozenset(_broken(self.run.repo))


@dataclass(frozen=True, slots=True)
class Fixed:
    """What fixing came to: the runs before and after, the changed texts, and which fixes made them."""

    before: Run
    after: Run
    changes: Mapping[str, tuple[str, str]]
    """Path to (text before, text after)."""
    applied: tuple[Chosen, ...]
    refused: tuple[Chosen, ...]

    def write(self) -> None:
        """Write the changed files: all of them or none; raises WriteError."""
        write(self.before.report.root, self.changes)


def fix(path: Path, settings: Settings, *, unsafe: bool = False, tell: Tell = untold) -> Fixed:
    """Fix in memory what can be fixed in the project that a path belongs to; nothing is written yet."""
    before = check(path, settings, tell=tell)
    project = before.repo.project
    # Of files that somebody gave by hand the project that was read holds copies: they are none of its own.
    known = None if before.repo.given else project
    settled = settle(
        Look(before),
        lambda texts: Look(check(path, settings, texts, tell=tell, known=known)),
        unsafe=unsafe,
        same_file=project.real_path,
    )
    read = {name: project.read(name) for name in settled.texts}
    changes = {
        name: (old.text if (old := read[name]) else "", new.text) for name, new in settled.texts.items()
    }
    changes = {name: pair for name, pair in changes.items() if pair[0] != pair[1]}
    return Fixed(before, settled.state.run, changes, settled.applied, settled.refused)


def _broken(repo: Repo) -> Iterator[str]:
    for problem in repo.problems:
        yield f"{problem.span.path} {problem.message}"
    for deployment in repo.deployments:
        for problem in (*deployment.compose.problems, *deployment.compose.refusals):
            if _REQUIRED in problem.message:
                continue  # what an operator has to set may be the very thing that a fix asks for
            yield f"{deployment.name}: {problem.span.path} {problem.message}"
        for model in deployment.proxies:
            for problem in model.problems:
                yield f"{model.service}: {problem.span.path} {problem.message}"
        for app in deployment.apps:
            for failure in app.settings.failures:
                yield f"{app.where}: {failure.exception} {', '.join(failure.variables)}"
