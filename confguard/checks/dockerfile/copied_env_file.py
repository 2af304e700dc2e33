"""The image holds no env file of the machine that it was built on."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from confguard.finding import Finding, Label, Severity
from confguard.fixes.edits import whole
from confguard.fixes.ignore import add_pattern
from confguard.model.builds import Building, buildings, context_sources
from confguard.model.deployment import Deployment
from confguard.model.dockerfile import Copy
from confguard.model.image import parse_image
from confguard.model.repo import Repo
from confguard.model.value import Known
from confguard.source import Span


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each COPY that takes env files along which the operator puts there."""
    for deployment in repo.production:
        reported: set[Span] = set()
        for building in buildings(deployment):
            if building.context is None or building.image is None:
                continue
            for copy, path, place in _copied(deployment, building):
                span = copy.instruction.span
                if span not in reported:
                    reported.add(span)
                    yield _finding(deployment, building, copy, path, place)


def _copied(deployment: Deployment, building: Building) -> Iterator[tuple[Copy, str, Span]]:
    """Yield the copies that take along an env file of the stack, which lies in the build context."""
    assert building.context is not None
    assert building.image is not None
    for source in context_sources(building.image):
        folder = posixpath.normpath(posixpath.join(building.context, source.path)).removeprefix(".")
        for path, place in _env_files(deployment).items():
            inside = _below(path, building.context)
            if _below(path, folder) and inside and building.ignore.excluded(inside) is None:
                yield source.copy, path, place
                break


def _below(path: str, folder: str) -> str:
    if not folder:
        return path
    return path[len(folder) + 1 :] if path.startswith(f"{folder}/") else ""


def _env_files(deployment: Deployment) -> dict[str, Span]:
    """Return the env files that are on the host only, by path, with what tells of them."""
    found: dict[str, Span] = {}
    for service in deployment.services.values():
        for reference in service.env_files:
            path = getattr(reference.path, "value", None)
            if path and not reference.present and not path.startswith(("/", "..")) and reference.span:
                found.setdefault(path, reference.span)
    for source in deployment.compose.env_sources:
        template = deployment.project.read(source.stand_in) if source.stand_in else None
        if template is not None and template.text:
            found.setdefault(source.path, template.line_span(1))
    return found


def _finding(deployment: Deployment, building: Building, copy: Copy, path: str, place: Span) -> Finding:
    service = building.services[0]
    reference = parse_image(service.image.value) if isinstance(service.image, Known) else None
    published = reference is not None and (reference.registry is not None or "/" in reference.repository)
    ignore, lines = building.ignore.source, building.ignore.rules.lines
    where = ignore.path if ignore else posixpath.join(building.context or "", ".dockerignore")
    return Finding(
        f"the image of {building.where} takes along `{path}`, with the secrets of the host that builds it",
        Label(copy.instruction.span.first_line(), "copies it"),
        (
            Label(place.first_line(), "tells of it"),
            *(Label(ignore.line_span(line), "does not name it") for line in lines[:1] if ignore),
        ),
        notes=() if ignore else ("the build context has no .dockerignore",),
        help=f"add `{posixpath.basename(path)}` (or `**/.env*`) to {where}",
        stacks=(deployment.name,),
        address=(building.dockerfile.source.path, path),
        # An image that stays on its host shows them to nobody who could not read the file itself.
        severity=None if published else Severity.INFO,
        fixes=whole(
            f"leave it out of the build by {where}",
            [add_pattern(ignore, where, _below(path, building.context or ""))],
            safe=False,
        ),
    )
