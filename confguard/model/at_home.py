"""Findings about what stands in an installed package: they are told where the project takes it from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from confguard.discover.installed_packages import InstalledPackages
from confguard.discover.project import Project
from confguard.finding import Finding, Label


def at_home(findings: Iterable[Finding], project: Project) -> Iterator[Finding]:
    """Give each finding a primary place in the project, and no fix that would edit an installed package."""
    packages = project.packages
    for finding in findings:
        yield finding if packages is None else _moved(finding, packages)


def _moved(finding: Finding, packages: InstalledPackages) -> Finding:
    fixes = tuple(
        one for one in finding.fixes if not any(packages.holds(edit.span.path) for edit in one.edits)
    )
    finding = replace(finding, fixes=fixes) if fixes != finding.fixes else finding
    there = finding.primary
    if not packages.holds(there.span.path):
        return finding
    door = packages.doors.get(there.span.path)
    own = [label for label in finding.related if not packages.holds(label.span.path)]
    if door is not None:
        primary = Label(door, "imported here")
    elif own:
        primary = own[0]
    else:
        return finding
    related = (there, *(label for label in finding.related if label.span != primary.span))
    return replace(finding, primary=primary, related=related)
