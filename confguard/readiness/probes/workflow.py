"""The continuous integration does something: a workflow runs or uses it, and fails where it fails."""

from __future__ import annotations

import re
from collections.abc import Iterator

from confguard.discover.kinds import Kind
from confguard.finding import Label
from confguard.readiness.outcome import Outcome, Subject, cannot_tell, failed, not_needed, passed
from confguard.readiness.probes._steps import Step, steps
from confguard.readiness.probes._unrunnable import why_not
from confguard.source import SourceFile

_OTHER = re.compile(
    r"^(\.gitlab-ci\.ya?ml|\.circleci/config\.ya?ml|Jenkinsfile|azure-pipelines\.ya?ml|\.travis\.ya?ml|\.drone\.ya?ml"
    r"|bitbucket-pipelines\.ya?ml|\.woodpecker(\.ya?ml|/.*\.ya?ml)|\.forgejo/workflows/.*\.ya?ml)$"
)
_LISTS = re.compile(
    r"(^|/)(requirements[\w./-]*\.(txt|in)|pyproject\.toml|Pipfile|setup\.(cfg|py)|package\.json)$"
)


def look(
    subject: Subject, runs: tuple[str, ...], what: str, needs: str = "", optional: bool = False
) -> Outcome:
    """Look for steps that match each of the patterns; ``what`` names them in words.

    A step whose failure is ignored (``|| true``, ``continue-on-error: true``) or that surely cannot run shows
    nothing. A product without a file or a dependency that matches ``needs`` has nothing to be checked there,
    and so has one in which no workflow tries what is ``optional``: that alone tells nothing.
    """
    sources = list(_sources(subject))
    if not sources:
        return cannot_tell("there is no workflow in the repository")
    if needs and not _has(subject, re.compile(needs, re.IGNORECASE)):
        return not_needed(f"{what}: nothing in the repository needs it")
    good: list[Label] = []
    bad: list[tuple[str, Label]] = []
    for pattern in runs:
        wanted = re.compile(pattern, re.IGNORECASE)
        found = [step for source in sources for step in steps(source) if wanted.search(step.text)]
        judged = [(step, _against(subject, step)) for step in found]
        held = [step for step, against in judged if not against]
        if held:
            good.append(held[0].label("the step"))
        elif judged:
            step, against = judged[0]
            bad.append((against, step.label("the step")))
        elif optional:
            return not_needed(f"{what}: no workflow tries it")
        else:
            return failed(f"no workflow has {what}", [label for _, label in bad])
    if bad:
        return failed(f"{what}: {bad[0][0]}", [label for _, label in bad])
    return passed(what, good)


def _sources(subject: Subject) -> Iterator[SourceFile]:
    others = (path for path in subject.repo.project.paths if _OTHER.search(path))
    for path in dict.fromkeys((*subject.repo.paths(Kind.WORKFLOW), *others)):
        source = subject.repo.project.read(path)
        if source is not None:
            yield source


def _against(subject: Subject, step: Step) -> str:
    return "its failure is ignored" if step.is_forgiven else why_not(subject, step)


def _has(subject: Subject, wanted: re.Pattern[str]) -> bool:
    for path in subject.repo.project.paths:
        if wanted.search(path):
            return True
        source = subject.repo.project.read(path) if _LISTS.search(path) else None
        if source is not None and wanted.search(source.text):
            return True
    return False
