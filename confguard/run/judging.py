"""Rules called on what they judge, and their findings as they count: with severity, each once."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from confguard.cards import Card
from confguard.config import Settings
from confguard.discover.project import Project
from confguard.finding import Finding, Fix, Severity
from confguard.model.at_home import at_home
from confguard.model.record import Crash
from confguard.model.repo import Repo
from confguard.source import SourceFile

Tell = Callable[[str, str], None]
"""What is told of a run's progress: a phase that begins, and what in it."""


def untold(phase: str, name: str) -> None:
    """Tell nobody."""


def judged(
    subject: object, cards: Iterable[Card], repo: Repo, settings: Settings, tell: Tell
) -> tuple[list[Finding], tuple[Crash, ...]]:
    """Return what rules say of a subject, silenced or not, and which of them raised.

    The subject is the model, or for rules about the run its record. A rule that raises loses its findings.
    """
    findings, crashes = _said(subject, cards, repo, tell)
    return list(_distinct(_stamped(at_home(findings, repo.project), settings, repo))), crashes


def _said(
    subject: object, cards: Iterable[Card], repo: Repo, tell: Tell
) -> tuple[list[Finding], tuple[Crash, ...]]:
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
    text = str(error).replace(str(Path(__file__).parents[2]), "...")
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
