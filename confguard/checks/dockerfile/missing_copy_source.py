"""What a Dockerfile copies is in its build context."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import replace

from confguard.finding import Finding, Label
from confguard.model.absent import is_moved, why_absent
from confguard.model.builds import Building, Source, buildings, context_sources, is_in_context
from confguard.model.repo import Repo
from confguard.source import Span


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each Dockerfile that copies what is not there, or what is left out."""
    for deployment in repo.production:
        reported: set[tuple[Span, str]] = set()
        found: dict[tuple[str, str], list[Finding]] = {}
        for building in buildings(deployment):
            if building.context is None or not repo.project.is_folder(building.context):
                continue
            for one in building.images():
                for source in context_sources(one):
                    key = (source.copy.instruction.span, source.path)
                    if not source.path or key in reported:
                        continue
                    if not is_in_context(repo.project, building, source.path):
                        reported.add(key)
                        for one_finding in _judge(repo, deployment.name, building, source):
                            key_of = (building.dockerfile.source.path, one_finding.help)
                            found.setdefault(key_of, []).append(one_finding)
        for findings in found.values():
            yield _together(findings)


def _together(findings: list[Finding]) -> Finding:
    """Return the findings of one Dockerfile as one: they have one mend."""
    first = findings[0]
    if len(findings) == 1:
        return first
    more = tuple(Label(one.primary.span, "and here") for one in findings[1:])
    return replace(
        first,
        message=f"{first.message}, and {len(more)} more",
        related=tuple(
            dict.fromkeys((*more, *first.related, *(label for one in findings for label in one.related)))
        ),
        address=tuple(dict.fromkeys(part for one in findings for part in one.address)),
    )


def _judge(repo: Repo, stack: str, building: Building, source: Source) -> Iterator[Finding]:
    assert building.context is not None
    full = posixpath.join(building.context, source.path)
    there = repo.project.exists(full) or repo.project.is_folder(full)
    pattern = building.ignore.excluded(source.path)
    if pattern is None and (there or why_absent(repo.project, repo.files, full)):
        return  # made by somebody else, or only parts of a folder are left out
    if pattern is not None and building.ignore.takes_back and not repo.project.exists(full):
        return
    file = building.build.span.path if building.build.span else ""
    if pattern is None and is_moved(repo.project, repo.files, file):
        return
    why = (
        "its .dockerignore leaves it out"
        if pattern
        else f"{building.context or 'the repository'} does not have it"
    )
    context = building.build.context.span or building.build.span
    related = [Label(pattern, "leaves it out of the build context")] if pattern else []
    if context is not None:
        related.append(Label(context.first_line(), f"the build context of {building.where}"))
    yield Finding(
        f"the build of {building.where} copies `{source.path}`, but {why}",
        Label(source.copy.instruction.span.first_line(), "the build fails here"),
        tuple(related),
        help="take it out of .dockerignore, or do not copy it"
        if pattern
        else "correct the path: it starts at the build context, not at the Dockerfile's folder",
        stacks=(stack,),
        address=(building.dockerfile.source.path, source.path),
    )
