"""Settings and environments name only hosts that exist in the stack."""

from __future__ import annotations

import re
from collections.abc import Iterator

from confguard.checks._reach import from_proposal
from confguard.checks._trails import deliveries
from confguard.finding import Finding, Label
from confguard.model.deployment import Deployment
from confguard.model.endpoint_texts import Endpoint
from confguard.model.endpoints import endpoints, reached
from confguard.model.hosts import Reach, Reached
from confguard.model.repo import Repo
from confguard.model.secret_shape import Shape, shape_of
from confguard.words import services_named

_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_-]*[A-Za-z0-9])?")
_PROTOCOLS = ("postgresql", "mysql", "redis", "amqp", "memcached", "mongodb")


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each host that no service, alias or container of the stack is called."""
    for deployment in repo.production:
        grouped: dict[tuple[str, object], list[Endpoint]] = {}
        for endpoint in endpoints(deployment):
            grouped.setdefault((endpoint.host, endpoint.span), []).append(endpoint)
        told: set[tuple[str, frozenset[str]]] = set()
        for group in grouped.values():
            one = group[0]
            if not _is_name(one.host) or one.loopback or one.span is None:
                continue
            services = tuple(dict.fromkeys(name for each in group for name in each.services))
            found = [reached(deployment, one, name) for name in services]
            if any(answer.kind is not Reach.NOBODY for answer in found):
                continue
            meant = _meant(deployment, one)
            if from_proposal(one) and not (meant or found[0].hints):
                continue  # an operator may have such a host elsewhere
            key = (one.host, frozenset(services))
            if key not in told:
                told.add(key)
                yield _finding(deployment, one, services, found[0], meant)


def _is_name(host: str) -> bool:
    """Say whether a host can only be a name of the stack: no domain, no address, no placeholder."""
    if "." in host or not _HOST.fullmatch(host) or host.isdigit():
        return False
    return shape_of(host) is Shape.PLAIN and not host.isupper()


def _meant(deployment: Deployment, endpoint: Endpoint) -> str:
    """Return the one service that speaks what the endpoint is for, or ``""``."""
    if endpoint.kind not in _PROTOCOLS:
        return ""
    names = [
        name
        for name, found in deployment.listening.items()
        if any(one.protocol == endpoint.kind for one in found.listeners)
    ]
    return names[0] if len(names) == 1 else ""


def _finding(
    deployment: Deployment, endpoint: Endpoint, services: tuple[str, ...], found: Reached, meant: str
) -> Finding:
    assert endpoint.span is not None
    span = endpoint.span.first_line()
    hints = [Label(place, words) for place, words in found.hints]
    if meant and (place := deployment.services[meant].span) is not None:
        hints = [Label(place, f"the {endpoint.kind} server of this stack")]
    nearest = meant or "the service's name"
    where = services_named(services)
    return Finding(
        f"{endpoint.name} of {where} leads to `{endpoint.host}`, and nothing in the stack has this name",
        Label(span, "does not resolve"),
        (*hints, *deliveries(endpoint.value)),
        notes=() if hints else found.notes,
        help=f"use {nearest}, or give the service the alias {endpoint.host}; "
        "a host outside of the stack needs its full name or `extra_hosts`",
        stacks=(deployment.name,),
        address=(endpoint.name, endpoint.host),
    )
