"""A service shares a network with every service that it connects to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from confguard.checks._reach import networks_of
from confguard.checks._trails import deliveries
from confguard.finding import Finding, Label, Severity
from confguard.model.deployment import Deployment
from confguard.model.endpoints import endpoints, reached
from confguard.model.hosts import Reach, reach
from confguard.model.repo import Repo
from confguard.model.roles import ServiceRole
from confguard.source import Span
from confguard.words import services_named

_CONNECTED_TO = (ServiceRole.DATASTORE, ServiceRole.CACHE, ServiceRole.BROKER)


@dataclass
class _Apart:
    """Why one service needs another that it shares no network with."""

    places: list[tuple[Span, str]] = field(default_factory=list)
    configured: bool = False


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each service that is apart from those which need it, or which it needs."""
    for deployment in repo.production:
        yield from _of_deployment(deployment)


def _of_deployment(deployment: Deployment) -> Iterator[Finding]:
    pairs = _pairs(deployment)
    while pairs:
        counts: dict[str, int] = {}
        for pair in pairs:
            for name in pair:
                counts[name] = counts.get(name, 0) + 1
        apart = max(counts, key=lambda name: (counts[name], name in {origin for origin, _ in pairs}))
        own = {pair: pairs.pop(pair) for pair in list(pairs) if apart in pair}
        yield _finding(deployment, apart, own)


def _pairs(deployment: Deployment) -> dict[tuple[str, str], _Apart]:
    """Return the pairs (from, to) that share no network, with the places that show the need."""
    found: dict[tuple[str, str], _Apart] = {}
    for endpoint in endpoints(deployment):
        for name in endpoint.services:
            if not endpoint.host or endpoint.loopback:
                continue
            answer = reached(deployment, endpoint, name)
            if answer.kind is Reach.APART and answer.service is not None and endpoint.span is not None:
                one = found.setdefault((name, answer.service.name), _Apart())
                one.configured = True
                one.places.append((endpoint.span, f"{endpoint.name} of {name} leads to {endpoint.host}"))
                one.places += [(label.span, label.text) for label in deliveries(endpoint.value, 2)]
    for service in deployment.services.values():
        for dependency in service.depends_on:
            target = deployment.services.get(dependency.service)
            if target is None or deployment.roles[target.name].role not in _CONNECTED_TO:
                continue
            if deployment.roles[service.name].role is ServiceRole.PROXY:
                continue
            if reach(deployment, service, target.name).kind is Reach.APART and dependency.span is not None:
                one = found.setdefault((service.name, target.name), _Apart())
                one.places.append((dependency.span, f"{service.name} waits for {target.name}"))
    return found


def _finding(deployment: Deployment, apart: str, own: dict[tuple[str, str], _Apart]) -> Finding:
    from_it = [target for origin, target in own if origin == apart]
    to_it = [origin for origin, target in own if target == apart]
    service = deployment.services[apart]
    parts = []
    if to_it:
        parts.append(f"{services_named(to_it)} cannot reach service {apart}")
    if from_it:
        subject = "it" if to_it else f"service {apart}"
        parts.append(f"{subject} cannot reach {services_named(from_it)}")
    places = [place for one in own.values() for place in one.places]
    others = [deployment.services[name] for name in dict.fromkeys((*to_it, *from_it))]
    first = next(networks_of(service), Label(places[0][0]))
    labels = {label.span: label for other in others[:2] for label in networks_of(other)}
    labels |= {span: Label(span.first_line(), words) for span, words in places[:6]}
    labels.pop(first.span, None)
    common = next((one.network for other in others for one in other.networks), "")
    return Finding(
        f"{', and '.join(parts)}: they share no network",
        first,
        tuple(labels.values()),
        help=f"list the network {common} for service {apart}" if common else "put them on one network",
        stacks=(deployment.name,),
        address=(apart,),
        severity=None if any(one.configured for one in own.values()) else Severity.WARNING,
    )
