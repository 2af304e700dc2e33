"""Steps for an update that bring no new code: what documents and scripts run one after another.

``docker compose restart`` keeps the containers, and so the images that they were made of; ``pull`` only
fetches images of services that name one, and ``up`` builds what has no image yet (docker compose CLI
reference, "restart", "pull", "up").
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from confguard.model.hidden import hidden_code
from confguard.model.stacks import Role
from confguard.source import Span

if TYPE_CHECKING:
    from confguard.model.deployment import Deployment
    from confguard.model.stacks import Sighting
    from confguard.parsers.commands import Invocation

_NEAR = 25
"""How many lines may lie between two steps of one procedure."""


@dataclass(frozen=True, slots=True)
class Ineffective:
    """Two steps that together change nothing: ``built`` are the services that are only built here."""

    first: Span
    second: Span
    built: tuple[str, ...] = ()


def restarted_only(sightings: tuple[Sighting, ...]) -> Iterator[Ineffective]:
    """Yield a pull after which the containers are only restarted, whichever stack it is about."""
    for first, second in _pairs(sightings):
        if second.subcommand == "restart" and not second.services:
            yield Ineffective(first.span, second.span)


def never_built(deployment: Deployment, sightings: tuple[Sighting, ...]) -> Iterator[Ineffective]:
    """Yield a pull and an up of a stack whose own services are only built."""
    own = tuple(one for one in sightings if one.files == deployment.stack.files)
    for first, second in _pairs(own):
        if second.subcommand == "up" and not second.services and not _builds(second, own):
            built = _only_built(deployment)
            if built:
                yield Ineffective(first.span, second.span, built)


def _pairs(sightings: tuple[Sighting, ...]) -> Iterator[tuple[Invocation, Invocation]]:
    """Yield each pull of everything with the step behind it in the same procedure."""
    found: dict[tuple[str, int], Invocation] = {}
    for one in sightings:
        step = one.invocation
        if step is not None and not step.spoken and one.role not in (Role.DEVELOPMENT, Role.TEST):
            found[step.span.path, step.span.start] = step
    ordered = [found[key] for key in sorted(found)]
    for first, second in pairwise(ordered):
        if first.subcommand == "pull" and not first.services and _together(first, second):
            yield first, second


def _together(first: Invocation, second: Invocation) -> bool:
    """Say whether two commands are steps of one procedure: one block, or one chapter."""
    if first.span.path != second.span.path or second.span.line - first.span.line > _NEAR:
        return False
    chapters = [one.context.rpartition(" / ")[0] or one.context for one in (first, second)]
    return first.context == second.context or chapters[0] == chapters[1]


def _builds(up: Invocation, sightings: tuple[Sighting, ...]) -> bool:
    """Say whether the images are built again: by ``up`` itself, or in a step near to it."""
    steps = [one.invocation for one in sightings if one.invocation is not None]
    near = (
        one
        for one in steps
        if one.subcommand == "build"
        and one.span.path == up.span.path
        and abs(one.span.line - up.span.line) <= _NEAR
    )
    return "--build" in up.words or any(True for _ in near)


def _only_built(deployment: Deployment) -> tuple[str, ...]:
    """Return the services that no registry has, where they are all of the repository's own."""
    own = [service for service in deployment.services.values() if service.build is not None]
    if not own or any(service.image is not None for service in own):
        return ()
    mounted = {one.service for one in hidden_code(deployment) if not one.made}
    return tuple(service.name for service in own if service.name not in mounted)
