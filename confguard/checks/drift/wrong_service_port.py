"""Settings and environments name only ports on which somebody listens."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.checks._reach import address, listens, ports_of
from confguard.checks._trails import deliveries
from confguard.finding import Finding, Label, Severity
from confguard.model.compose import Service
from confguard.model.deployment import Deployment
from confguard.model.endpoint_texts import Endpoint
from confguard.model.endpoints import endpoints, reached
from confguard.model.hosts import Reach
from confguard.model.listening import Listening
from confguard.model.repo import Repo
from confguard.model.value import Known
from confguard.words import services_named


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each port of a service on which none of its programs listens."""
    for deployment in repo.production:
        told: dict[object, tuple[Endpoint, Service, list[str]]] = {}
        for endpoint in endpoints(deployment):
            if endpoint.port is None or endpoint.span is None or not endpoint.host:
                continue
            for name in endpoint.services:
                target = _target(deployment, endpoint, name)
                if target is None or not _is_closed(
                    deployment.listening[target.name], endpoint, target, name
                ):
                    continue
                told.setdefault((endpoint.name, endpoint.span), (endpoint, target, []))[2].append(name)
        for endpoint, target, names in told.values():
            yield _finding(deployment, endpoint, target, list(dict.fromkeys(names)))


def _target(deployment: Deployment, endpoint: Endpoint, name: str) -> Service | None:
    """Return the service that an endpoint reaches; a container's own health is another rule's matter."""
    if endpoint.loopback or endpoint.source == "healthcheck":
        return None
    found = reached(deployment, endpoint, name)
    if found.kind is not Reach.SERVICE or found.service is None or found.service.network_mode is not None:
        return None
    return found.service


def _is_closed(found: Listening, endpoint: Endpoint, target: Service, name: str) -> bool:
    if not found.complete or endpoint.port is None:
        return False
    own = target.name == name
    return not any(own or not one.loopback for one in found.on(endpoint.port))


def _finding(deployment: Deployment, endpoint: Endpoint, target: Service, names: list[str]) -> Finding:
    assert endpoint.span is not None
    found = deployment.listening[target.name]
    where = services_named(names)
    closed = found.on(endpoint.port or 0)
    listening = (
        f"{target.name} listens on {ports_of(found)}"
        if not closed
        else (f"{target.name} listens there only for itself, on {address(closed[0])}")
    )
    published = [
        port
        for port in target.ports
        if isinstance(port.published, Known) and port.published.value == str(endpoint.port) and port.span
    ]
    labels = [Label(port.span, "published here, for the host only") for port in published[:1] if port.span]
    return Finding(
        f"{endpoint.name} of {where} leads to port {endpoint.port} of service {target.name}, and {listening}",
        Label(endpoint.span.first_line(), "nobody answers there"),
        (*listens(target, found), *labels, *deliveries(endpoint.value)),
        notes=(f"{endpoint.port} is the port on the host: containers use the one behind the colon",)
        if published
        else (),
        help=f"use {ports_of(found)}, or let {target.name} listen on {endpoint.port}"
        if found.listeners
        else f"let {target.name} listen on {endpoint.port}",
        stacks=(deployment.name,),
        address=(endpoint.name, target.name),
        severity=Severity.WARNING if endpoint.value.from_template else None,
    )
