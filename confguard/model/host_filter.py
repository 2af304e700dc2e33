"""Whether nginx lets requests for any host through to an application, or for those that it names alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from confguard.model.nginx import Request, route
from confguard.model.value import Known

if TYPE_CHECKING:
    from confguard.model.deployment import Deployment
    from confguard.model.passages import Passage

STRANGER = "stranger.example"


def turns_strangers_away(deployment: Deployment, services: Sequence[str]) -> bool:
    """Say whether nginx surely answers requests for a strange host itself, and nothing goes around it.

    Asked are the first page and each location on a way to the services. A catch-all server that returns,
    and a server's ``if ($host != "...")``, turn strangers away; a pattern in the way leaves it unknown.
    """
    ways = [one for one in deployment.passages if one.service in services]
    published = any(
        not port.loopback
        for name in services
        if name in deployment.services
        for port in deployment.services[name].ports
    )
    if not ways or published or {one.service for one in ways} != set(services):
        return False
    return all(_answered(way, path) for way in ways for path in _paths(way))


def _paths(way: Passage) -> Iterator[str]:
    """Yield the first page, and what leads to each location of the server that is no pattern."""
    yield "/"
    for location in way.hop.first.entrance.server.locations:
        if not location.is_regex and location.pattern.startswith("/"):
            yield location.pattern


def _answered(way: Passage, path: str) -> bool:
    first = way.hop.first
    asked = Request(path, STRANGER, way.scheme, first.entrance.listen.port or 80)
    found = route(first.model, asked)
    return not found.unknown and not found.targets and isinstance(found.status, Known)
