"""The pipeline: discover, parse, model, check, suppress. No printing, no exit codes."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from confguard import __version__
from confguard.cards import Card, load_cards
from confguard.config import ConfigError, Settings, load_settings, matches, selected_cards
from confguard.config.paths import refuse_missing, unread_note
from confguard.discover.changes import Lines
from confguard.discover.installed_packages import NoEnvironment, open_packages
from confguard.discover.kinds import ProjectFile, classify, counts
from confguard.discover.project import Project, find_root, open_project
from confguard.discover.untracked import untracked_note
from confguard.finding import Finding, Fix, Severity
from confguard.model.at_home import at_home
from confguard.model.host_files import HostFileError
from confguard.model.record import Crash, MalformedSuppression, Record
from confguard.model.repo import Repo, build
from confguard.reporters.conceal import concealer
from confguard.reporters.result import Report, StackInfo
from confguard.rule_facts import rule_info
from confguard.silencing import compared_with_baseline, silenced, silencer_for, stale_entries
from confguard.since import of_branch
from confguard.source import SourceFile

CRASH_RULE = "internal-error"
UNREAD_RULE = "unparsable-file"
_ENVIRONMENT = "python-environment"

Check = Callable[[Any], Iterable[Finding]]

Tell = Callable[[str, str], None]
"""What is told of a run's progress: a phase that begins, and what in it."""


def untold(phase: str, name: str) -> None:
    """Tell nobody."""


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


def settings_for(path: Path, given: Path | None = None, *, isolated: bool = False) -> Settings:
    """Return the configuration of the project that a path belongs to, or that of a file given by hand.

    Raises ConfigError for a configuration that cannot be used and for a path that does not exist.
    """
    try:
        root = find_root(path)
        return Settings() if isolated else load_settings(root, load_cards(), given)
    except FileNotFoundError:
        raise ConfigError(f"there is no file or folder {str(path)!r}") from None


def repo(path: Path, settings: Settings) -> Repo:
    """Return the model of the project that a path belongs to; raises FileNotFoundError for no path."""
    project = _project(path, settings)
    return _build(project, classify(project, settings.file_kinds), settings)


def _project(path: Path, settings: Settings) -> Project:
    """Return the project that a path belongs to, with what the named Python environment holds."""
    project = open_project(path, settings.exclude)
    named = settings.python_environment
    if named:
        origin = settings.origins.get(_ENVIRONMENT)
        where = f"{origin}: {_ENVIRONMENT}" if origin is not None else f"--{_ENVIRONMENT}"
        # What a repository says about itself must not lead out of it; a person may.
        if origin is not None and not (project.root / named).resolve().is_relative_to(project.root):
            raise ConfigError(f"{where}: {named!r} lies outside of the project: name it on the command line")
        try:
            project.packages = open_packages(project.root / named, named, project.folders)
        except NoEnvironment as error:
            raise ConfigError(f"{where}: {error}") from None
    return project


def _build(project: Project, files: tuple[ProjectFile, ...], settings: Settings) -> Repo:
    options, by_name = _options(settings), _by_name(settings)
    refuse_missing(settings, project)
    try:
        return build(
            project,
            files,
            settings.stacks,
            options,
            by_name,
            settings.env_files,
            settings.env_templates,
        )
    except HostFileError as error:
        raise ConfigError(str(error)) from None


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
    project = known if known is not None else _project(path, settings)
    if texts or known is not None:
        project = project.with_given(texts or {})
    cards = selected_cards(settings, load_cards())
    files, repo, findings, crashes = _found(project, settings, cards, tell)
    tell("report", "suppressions and baseline")
    silencer = silencer_for(project, files, settings)
    kept = silencer.keep(findings)
    broken_rules = {one.rule for one in crashes}
    whole = [card for card in cards if card.name not in broken_rules]
    compared = compared_with_baseline(project, files, settings, silencer, kept, whole)
    kept = kept if compared is None else [*compared.new]
    # What a file with a mistake would have said is missing: what silenced it only seems to be of no use.
    unread = any(one.rule == UNREAD_RULE for one in kept)
    record = Record(
        crashes,
        tuple(silencer.uses(() if unread else whole)),
        tuple(MalformedSuppression(one.span, one.problem) for one in silencer.malformed),
        () if compared is None or unread else tuple(stale_entries(compared)),
        repo.options,
    )
    # A crash is always told: it would otherwise pass for a clean result of the rules that were selected.
    about_run = [
        card
        for card in load_cards().values()
        if "run" in card.reads and (card in cards or (crashes and card.name == CRASH_RULE))
    ]
    judged, broken = _run_checks(record, about_run, repo, tell)
    if broken:  # a rule about the run that crashes cannot be left to rules about the run
        raise RuntimeError(f"{broken[0].rule}: {broken[0].error} at {broken[0].place}")
    more = silencer.keep(list(_distinct(_stamped(judged, settings, repo))))
    everything = sorted((*kept, *more), key=lambda finding: finding.sort_key)
    shown = tuple(one for one in everything if (one.severity or 0) >= settings.minimum)
    above = len(shown)
    tell("report", "changes" if since else "findings")
    changed: Mapping[str, Lines] | None = None
    if since:
        names = {card.name for card in about_run} - {CRASH_RULE}  # a crash is new wherever it stands
        shown, changed = of_branch(
            project,
            since,
            shown,
            settings.exclude,
            lambda then: _found(then, settings, cards, untold)[2],
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
        files={kind.value: count for kind, count in counts(files).items()},
        suppressed=len(silencer.silenced),
        baselined=0 if compared is None else len(compared.known),
        silenced=tuple(silenced(silencer, compared, repo)),
        hidden=len(everything) - above,
        notes=tuple(
            note
            for note in (project.listing.note, untracked_note(project), unread_note(project), *repo.notes)
            if note
        ),
        seconds=time.perf_counter() - started,
        changed=changed,
        untouched=above - len(shown),
    )
    return Run(report, files, settings, nothing_to_check=repo.empty, crashed=bool(crashes), repo=repo)


def _found(
    project: Project, settings: Settings, cards: Iterable[Card], tell: Tell
) -> tuple[tuple[ProjectFile, ...], Repo, list[Finding], tuple[Crash, ...]]:
    """Return the files that matter, their model, and what the rules about it say, silenced or not."""
    tell("files", "look for their kinds")
    files = classify(project, settings.file_kinds)
    tell("models", "build")
    repo = _build(project, files, settings)
    findings, crashes = _run_checks(repo, [card for card in cards if "run" not in card.reads], repo, tell)
    return files, repo, list(_distinct(_stamped(at_home(findings, project), settings, repo))), crashes


def _options(settings: Settings) -> Mapping[str, Mapping[str, Any]]:
    """Return every rule's options: the card's defaults with the configuration over them."""
    return {
        card.name: {
            **{option.name: option.default for option in card.options.values()},
            **settings.rule_options.get(card.name, {}),
        }
        for card in load_cards().values()
        if card.options
    }


def _by_name(settings: Settings) -> frozenset[str]:
    """Return the rules that were selected by their own name."""
    return frozenset((*settings.select, *settings.extend_select)) & frozenset(load_cards())


def _run_checks(
    subject: object, cards: Iterable[Card], repo: Repo, tell: Tell
) -> tuple[list[Finding], tuple[Crash, ...]]:
    """Run checks on a subject; a rule that raises loses its findings and is reported instead."""
    findings: list[Finding] = []
    crashes: list[Crash] = []
    for card in cards:
        if not repo.can_answer(card.reads):
            tell("skipped", card.name)
            continue
        tell("rules", card.name)
        try:
            findings += [
                replace(one, rule=card.name, rank=card.rank, severity=one.severity or card.severity)
                for one in card.load_check()(subject)
            ]
        except Exception as error:  # whatever a rule raises is shown, never swallowed
            crashes.append(_crash(card, error, repo))
    return findings, tuple(crashes)


def _crash(card: Card, error: Exception, repo: Repo) -> Crash:
    frame = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{Path(frame.filename).stem}:{frame.lineno}"
    source = repo.any_source() or SourceFile("confguard", "")
    # An error's text may hold the path of this installation, which is nobody's business.
    text = str(error).replace(str(Path(__file__).parent.parent), "...")
    return Crash(card.name, f"{type(error).__name__}: {text}", place, source.span(0))


def _stamped(findings: Iterable[Finding], settings: Settings, repo: Repo) -> Iterator[Finding]:
    """Give each finding its final severity: the rule's, as far as its stack allows, or the configured one."""
    for finding in findings:
        own = min(finding.severity or Severity.ERROR, repo.most_severe(finding.stacks))
        fixes = tuple(fix for fix in finding.fixes if _can_be_written(fix, repo.project))
        yield replace(finding, severity=settings.severities.get(finding.rule, own), fixes=fixes)


def _can_be_written(fix: Fix, project: Project) -> bool:
    """Say whether all edits are of files as they are, not of texts that were made of parts of them."""
    return all(
        project.read(edit.span.path) is edit.span.file
        or (not edit.span.file.text and project.is_free(edit.span.path))
        for edit in fix.edits
    )


def _distinct(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Join what is the same finding in several stacks: it keeps the worst severity and the first notes."""
    joined: dict[tuple[object, ...], Finding] = {}
    for finding in findings:
        key = (finding.rule, finding.message, finding.primary, finding.address)
        known = joined.get(key)
        if known is None:
            joined[key] = finding
            continue
        stacks = tuple(dict.fromkeys((*known.stacks, *finding.stacks)))
        worst = max(known.severity or Severity.INFO, finding.severity or Severity.INFO)
        joined[key] = replace(known, stacks=stacks, severity=worst)
    yield from joined.values()


def knowable(done: Run) -> Iterator[Finding]:
    """Yield the findings that a baseline can hold: about the project, and none that nothing silences."""
    for one in done.report.findings:
        card = load_cards().get(one.rule)
        if card is not None and "run" not in card.reads and not matches(card, done.settings.never_suppress):
            yield one
