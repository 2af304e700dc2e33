"""What a branch answers for: findings on lines that it changed, and those that were not there before."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from confguard.discover.changes import WHOLE, Changes, Lines, changes_since
from confguard.discover.project import Project
from confguard.finding import Finding
from confguard.reporters.result import is_changed
from confguard.source import decode

Identity = tuple[str, tuple[str, ...], tuple[str, ...]]


def of_branch(
    project: Project,
    since: str,
    findings: Sequence[Finding],
    exclude: Iterable[str],
    look: Callable[[Project], Iterable[Finding]],
    about_run: Collection[str],
) -> tuple[tuple[Finding, ...], Mapping[str, Lines]]:
    """Return the findings that a branch touches or made, and which lines it changed; raises ChangesError.

    A line that was deleted is nowhere: what is wrong without it shows because it was not wrong before. For
    that ``look`` is asked for the findings of the project as it was. It does not answer for the rules
    ``about_run``: what they say counts where it touches a change.
    """
    changes = changes_since(project.root, since)
    paths = frozenset(label.span.path for finding in findings for label in finding.labels)
    # What git does not know, such as an env file of the host, was given for this run.
    unknown = dict.fromkeys(paths - frozenset(project.paths), WHOLE)
    lines = {**changes.lines(paths), **unknown}
    shown = [any(is_changed(label.span, lines) for label in finding.labels) for finding in findings]
    if changes.files and not all(shown):
        renamed = changes.renamed
        known = {_identity(finding, renamed) for finding in look(_before(project, changes, exclude))}
        for number, finding in enumerate(findings):
            is_new = _identity(finding, {}) not in known
            shown[number] = shown[number] or (is_new and finding.rule not in about_run)
    return tuple(finding for finding, is_shown in zip(findings, shown, strict=True) if is_shown), lines


def _before(project: Project, changes: Changes, exclude: Iterable[str]) -> Project:
    """Return the project with the files and texts of then; what did not change is taken as it is."""
    from pathspec import GitIgnoreSpec

    spec = GitIgnoreSpec.from_lines(exclude)
    texts = {
        path: decode(path, data)[0]
        for path, data in changes.texts_before().items()
        if not spec.match_file(path)
    }
    gone = changes.new - texts.keys()
    listing = replace(project.listing, paths=tuple(path for path in project.paths if path not in gone))
    before = Project(project.root, listing)
    before.packages = project.packages
    return before.with_given(texts)


def _identity(finding: Finding, renamed: Mapping[str, str]) -> Identity:
    """Return what makes a finding the same one then and now, with the paths of now."""
    paths = {renamed.get(label.span.path, label.span.path) for label in finding.labels}
    return finding.rule, tuple(sorted(paths)), tuple(renamed.get(part, part) for part in finding.address)
