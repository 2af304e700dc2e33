"""Whether what a service waits for can come: the conditions of ``depends_on``.

As docker compose does it (``pkg/compose/convergence.go`` of 2.40): waiting for ``service_healthy`` fails at
once where the container has no health check ("has no healthcheck configured"), and
``service_completed_successfully`` waits for the state "exited", to which a container with ``restart: always``
or ``unless-stopped`` does not come: the engine starts it again after every end.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from confguard.model.image import OFFICIAL
from confguard.model.value import Known
from confguard.source import Span

if TYPE_CHECKING:
    from confguard.model.compose import Service
    from confguard.model.compose.types import Dependency
    from confguard.model.deployment import Deployment

HEALTHY = "service_healthy"
COMPLETED = "service_completed_successfully"


@dataclass(frozen=True, slots=True)
class Unmet:
    """A condition that never comes: ``place`` is what of the other service prevents it."""

    waiting: str
    dependency: Dependency
    place: Span | None


def unmet(deployment: Deployment) -> Iterator[Unmet]:
    """Yield the conditions of running services that surely never come."""
    for name, service in deployment.services.items():
        for dependency in service.depends_on:
            other = deployment.services.get(dependency.service)
            if other is None or not dependency.required:
                continue
            if dependency.condition == HEALTHY and has_healthcheck(deployment, other) is False:
                place = other.healthcheck.span if other.healthcheck else other.span
                yield Unmet(name, dependency, place)
            elif dependency.condition == COMPLETED and _restarts(other) and other.restart is not None:
                yield Unmet(name, dependency, other.restart.span)


def has_healthcheck(deployment: Deployment, service: Service) -> bool | None:
    """Say whether a service's container has a health check; None where its image may bring one along."""
    own = service.healthcheck
    if own is not None and own.disabled:
        return False
    if own is not None and own.test is not None:
        return not (isinstance(own.test, Known) and own.test.value[:1] == ("NONE",))
    image = deployment.processes[service.name].image
    if image is not None and image.healthcheck is not None:
        return image.healthcheck.text.split(None, 1)[-1].strip().upper() != "NONE"
    reference = deployment.base_image(service)
    official = (
        reference is not None
        and reference.repository.removeprefix("library/") in OFFICIAL
        and reference.registry in (None, "docker.io")
    )
    return False if official else None  # Docker Official Images have none, by their guidelines


def _restarts(service: Service) -> bool:
    return isinstance(service.restart, Known) and service.restart.value in ("always", "unless-stopped")


def waits_for(deployment: Deployment, service: str, conditions: frozenset[str]) -> frozenset[str]:
    """Return the services that a service surely waits for, directly or through others.

    ``conditions`` are those that count; what others wait for is only sure where it is waited for them to
    start at all, which every condition does.
    """
    found: set[str] = set()
    pending, seen = [service], {service}
    while pending:
        one = deployment.services.get(pending.pop())
        for dependency in one.depends_on if one is not None else ():
            if dependency.condition in conditions:
                found.add(dependency.service)
            if dependency.service not in seen:
                seen.add(dependency.service)
                pending.append(dependency.service)
    return frozenset(found)
