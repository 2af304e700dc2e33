"""The pipeline from a path to a report: discover, parse, model, check, suppress."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from confguard import __version__
from confguard.baseline import Comparison
from confguard.cards import Card, load_cards
from confguard.config import Settings, matches, selected_cards
from confguard.config.paths import unread_note
from confguard.discover.changes import Lines
from confguard.discover.kinds import ProjectFile, classify, counts
from confguard.discover.project import Project
from confguard.discover.untracked import untracked_note
from confguard.finding import Finding
from confguard.model.record import Crash, MalformedSuppression, Record
from confguard.model.repo import Repo
from confguard.reporters.conceal import concealer
from confguard.reporters.result import Report, StackInfo
from confguard.run.judging import Tell, judged, untold
from confguard.run.opening import model_of, project_of
from confguard.run.rule_facts import rule_info
from confguard.run.silencing import compared_with_baseline, silenced, silencer_for, stale_entries
from confguard.run.since import of_branch
from confguard.source import SourceFile
from confguard.suppress import Silencer

CRASH_RULE = "internal-error"
UNREAD_RULE = "unparsable-file"


@dataclass(frozen=True, slots=True)
class Run:
    """A finished run: what it looked at and what it says."""

    report: Report
    files: tuple[ProjectFile, ...]
    settings: Settings
    nothing_to_check: bool
    crashed: bool
    """A rule raised: its finding is there, but what it would have said is missing."""
    repo: Repo
    """The model that the rules judged."""

    def without_silenced(self) -> Run:
        """Return the same run without the list of what is silenced: it is only counted then."""
        return replace(self, report=replace(self.report, silenced=()))


@dataclass(frozen=True, slots=True)
class _Found:
    """The files that matter, their model, what the rules about it say, silenced or not, and which raised."""

    files: tuple[ProjectFile, ...]
    repo: Repo
    findings: list[Finding]
    crashes: tuple[Crash, ...]


@dataclass(frozen=True, slots=True)
class _Left:
    """What nothing silences, in the order in which it is shown, and what silenced the rest."""

    findings: list[Finding]
    silencer: Silencer
    compared: Comparison | None


def check(
    path: Path,
    settings: Settings,
    texts: Mapping[str, SourceFile] | None = None,
    since: str = "",
    tell: Tell = untold,
    known: Project | None = None,
) -> Run:
    """Check the project that a path belongs to, with these settings.

    ``texts`` stand in for what the disk has of some files, by their paths. ``known`` is the project as an
    earlier run has read it: of the files without such a text nothing is read or parsed again. ``since`` is
    a commit: then only findings that are new since HEAD left it, or touch what changed, are shown. ``tell``
    is told what begins. Raises ChangesError where that cannot be told.
    """
    started = time.perf_counter()
    tell("files", "list")
    project = known if known is not None else project_of(path, settings)
    if texts or known is not None:
        project = project.with_given(texts or {})
    cards = selected_cards(settings, load_cards())
    found = _found(project, settings, cards, tell)
    repo = found.repo
    tell("report", "suppressions and baseline")
    left = _left(project, settings, cards, found, tell)
    shown = tuple(one for one in left.findings if (one.severity or 0) >= settings.minimum)
    above = len(shown)
    tell("report", "changes" if since else "findings")
    changed: Mapping[str, Lines] | None = None
    if since:
        # A crash is new wherever it stands.
        names = {card.name for card in _about_run(cards, found.crashes)} - {CRASH_RULE}
        shown, changed = of_branch(
            project,
            since,
            shown,
            settings.exclude,
            lambda then: _found(then, settings, cards, untold).findings,
            names,
        )
    if repo.given:
        shown = tuple(map(concealer(*repo.private_values), shown))
    report = Report(
        version=__version__,
        root=project.root,
        findings=shown,
        rules={card.name: rule_info(card) for card in cards},
        stacks=tuple(StackInfo(*stack) for stack in repo.stack_summaries()),
        files={kind.value: count for kind, count in counts(found.files).items()},
        suppressed=len(left.silencer.silenced),
        baselined=0 if left.compared is None else len(left.compared.known),
        silenced=tuple(silenced(left.silencer, left.compared, repo)),
        hidden=len(left.findings) - above,
        notes=tuple(_notes(project, repo)),
        seconds=time.perf_counter() - started,
        changed=changed,
        untouched=above - len(shown),
    )
    return Run(report, found.files, settings, repo.empty, bool(found.crashes), repo)


def _found(project: Project, settings: Settings, cards: Sequence[Card], tell: Tell) -> _Found:
    tell("files", "look for their kinds")
    files = classify(project, settings.file_kinds)
    tell("models", "build")
    repo = model_of(project, files, settings)
    about_model = [card for card in cards if "run" not in card.reads]
    return _Found(files, repo, *judged(repo, about_model, repo, settings, tell))


def _left(project: Project, settings: Settings, cards: Sequence[Card], found: _Found, tell: Tell) -> _Left:
    """Silence what was found, and judge the run itself by what came of that."""
    silencer = silencer_for(project, found.files, settings)
    kept = silencer.keep(found.findings)
    broken_rules = {one.rule for one in found.crashes}
    whole = [card for card in cards if card.name not in broken_rules]
    compared = compared_with_baseline(project, found.files, settings, silencer, kept, whole)
    kept = kept if compared is None else [*compared.new]
    # What a file with a mistake would have said is missing: what silenced it only seems to be of no use.
    unread = any(one.rule == UNREAD_RULE for one in kept)
    record = Record(
        found.crashes,
        tuple(silencer.uses(() if unread else whole)),
        tuple(MalformedSuppression(one.span, one.problem) for one in silencer.malformed),
        () if compared is None or unread else tuple(stale_entries(compared)),
        found.repo.options,
    )
    said, broken = judged(record, _about_run(cards, found.crashes), found.repo, settings, tell)
    if broken:  # a rule about the run that crashes cannot be left to rules about the run
        raise RuntimeError(f"{broken[0].rule}: {broken[0].error} at {broken[0].place}")
    everything = sorted((*kept, *silencer.keep(said)), key=lambda finding: finding.sort_key)
    return _Left(everything, silencer, compared)


def _about_run(cards: Sequence[Card], crashes: Sequence[Crash]) -> list[Card]:
    """Return the rules that judge the run itself.

    A crash is always told: it would otherwise pass for a clean result of the rules that were selected.
    """
    return [
        card
        for card in load_cards().values()
        if "run" in card.reads and (card in cards or (crashes and card.name == CRASH_RULE))
    ]


def _notes(project: Project, repo: Repo) -> Iterator[str]:
    for note in (project.listing.note, untracked_note(project), unread_note(project), *repo.notes):
        if note:
            yield note


def knowable(done: Run) -> Iterator[Finding]:
    """Yield the findings that a baseline can hold: about the project, and none that nothing silences."""
    for one in done.report.findings:
        card = load_cards().get(one.rule)
        if card is not None and "run" not in card.reads and not matches(card, done.settings.never_suppress):
            yield one
