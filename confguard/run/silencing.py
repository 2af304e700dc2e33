"""What silences findings of a run: suppressions and the baseline, read from the project and joined."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from confguard import baseline
from confguard.baseline import Comparison
from confguard.cards import Card, load_cards
from confguard.config import ConfigError, Settings
from confguard.discover.kinds import ProjectFile
from confguard.discover.project import Project, read_given
from confguard.finding import Finding
from confguard.model.record import StaleEntry
from confguard.model.repo import Repo
from confguard.reporters.conceal import concealer
from confguard.reporters.result import Silenced
from confguard.source import SourceFile
from confguard.suppress import Malformed, Silencer, Suppression, find_suppressions
from confguard.suppress.comments import WITHOUT_COMMENTS, kind_of


def silencer_for(project: Project, files: Iterable[ProjectFile], settings: Settings) -> Silencer:
    """Return what the comments of a project and its configuration silence."""
    comments: list[Suppression | Malformed] = []
    kinds = {file.path: file.kind for file in files}
    # A finding can stand in any file that a model has read, also in one that is of no kind.
    paths = sorted({*kinds, *project.read_so_far}) if settings.suppressions else ()
    for path in paths:
        kind = kind_of(path, kinds)
        source = None if kind in WITHOUT_COMMENTS else project.read(path)
        if source is not None and not source.private:
            comments += find_suppressions(source, kind)
    today = settings.today or datetime.date.today()
    return Silencer(settings, comments, today, load_cards(), project.real_path)


def compared_with_baseline(
    project: Project,
    files: Iterable[ProjectFile],
    settings: Settings,
    silencer: Silencer,
    findings: Iterable[Finding],
    ran: Iterable[Card],
) -> Comparison | None:
    """Compare findings with the project's baseline, if it has one; raises ConfigError for a broken one."""
    source = read_baseline(project.root, settings.baseline) if settings.suppressions else None
    if source is None:
        return None
    try:
        known = baseline.read(source)
    except baseline.BaselineError as error:
        raise ConfigError(str(error)) from None
    forbidden = [one for one in findings if silencer.forbids(one.rule)]
    compared = baseline.compare(
        known,
        [one for one in findings if not silencer.forbids(one.rule)],
        [file.path for file in files],
        project.paths,
        load_cards().keys() - {card.name for card in ran},
    )
    return replace(compared, new=(*compared.new, *forbidden))


def read_baseline(root: Path, name: str | None) -> SourceFile | None:
    """Return the text of a project's baseline, or None if it has none; raises ConfigError.

    ``name`` is relative to the root; None: the usual one, if it is there; ``""``: none.
    """
    path = root / (baseline.NAME if name is None else name)
    if name == "" or (name is None and not path.is_file()):
        return None
    if not path.is_file():
        raise ConfigError(f"there is no baseline {name!r}: `confguard baseline create` writes it")
    try:
        return read_given(path, baseline.NAME if name is None else name, private=False)
    except ValueError as error:
        raise ConfigError(str(error)) from None


def stale_entries(compared: Comparison) -> Iterator[StaleEntry]:
    """Return what of a baseline is gone, for the rule that tells it."""
    return (StaleEntry(entry.span, entry.identity.rule, gone) for entry, gone in compared.stale)


def silenced(silencer: Silencer, compared: Comparison | None, repo: Repo) -> Iterator[Silenced]:
    """Yield what is not shown, in the order in which it would be."""
    known = (
        [] if compared is None else [Silenced(one, "baseline", entry.span) for one, entry in compared.known]
    )
    everything = sorted((*silencer.silenced, *known), key=lambda one: one.finding.sort_key)
    hide = concealer(*repo.private_values) if repo.given else None
    return (replace(one, finding=hide(one.finding)) if hide else one for one in everything)
