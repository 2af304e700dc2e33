"""No service looks for another one on its own loopback address."""

from __future__ import annotations

import re
from collections.abc import Iterator

from confguard.checks._reach import from_proposal
from confguard.checks._trails import deliveries
from confguard.finding import Edit, Finding, Fix, Label, Severity
from confguard.fixes.edits import whole
from confguard.model.deployment import Deployment
from confguard.model.endpoint_texts import Endpoint
from confguard.model.endpoints import endpoints
from confguard.model.repo import Repo
from confguard.model.value import Known
from confguard.words import services_named

_KINDS = {
    "postgresql": "PostgreSQL",
    "mysql": "MySQL",
    "redis": "Redis",
    "amqp": "broker",
    "memcached": "memcached",
    "mongodb": "MongoDB",
    "elasticsearch": "Elasticsearch",
    "smtp": "mail server",
}


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each place that leads a container to a datastore in itself, where none runs."""
    for deployment in repo.production:
        told: dict[object, tuple[Endpoint, list[str]]] = {}
        for endpoint in endpoints(deployment):
            if endpoint.kind not in _KINDS or endpoint.source == "healthcheck" or endpoint.span is None:
                continue
            if endpoint.host and not endpoint.loopback:
                continue
            if not endpoint.host and endpoint.value.from_template:
                continue  # the template leaves the host to the operator
            names = [name for name in endpoint.services if _is_alone(deployment, name, endpoint)]
            if names:
                told.setdefault((endpoint.name, endpoint.span), (endpoint, []))[1].extend(names)
        for endpoint, names in told.values():
            server = _server(deployment, names[0], endpoint.kind)
            if server or not (from_proposal(endpoint) or endpoint.kind == "smtp"):
                yield _finding(deployment, endpoint, list(dict.fromkeys(names)), server)


def _is_alone(deployment: Deployment, name: str, endpoint: Endpoint) -> bool:
    """Say whether nothing can listen there: all of the container's programs are known, and none does."""
    service = deployment.services[name]
    shares = any(
        isinstance(one.network_mode, Known) and one.network_mode.value == f"service:{name}"
        for one in deployment.services.values()
    )
    if service.network_mode is not None or shares:
        return False
    found = deployment.listening[name]
    return found.complete and (endpoint.port is None or not found.on(endpoint.port))


def _server(deployment: Deployment, origin: str, kind: str) -> str:
    """Return the service that speaks a protocol, ``""`` if there is none."""
    for name, found in deployment.listening.items():
        if name != origin and any(one.protocol == kind for one in found.listeners):
            return name
    return ""


def _finding(deployment: Deployment, endpoint: Endpoint, names: list[str], server: str) -> Finding:
    assert endpoint.span is not None
    label = deployment.services[server].span if server else None
    where = services_named(names)
    what = f"`{endpoint.host}`" if endpoint.host else "a socket in the container, because it names no host"
    proposed = from_proposal(endpoint)
    return Finding(
        f"{endpoint.name} of {where} leads to {what}, and no {_KINDS[endpoint.kind]} runs in "
        f"the container{'s' if len(names) > 1 else ''}",
        Label(endpoint.span.first_line(), "the container itself, not the host and not another service"),
        (*((Label(label, "this one is meant"),) if label else ()), *deliveries(endpoint.value)),
        notes=("a default applies: nothing delivers another value",) if endpoint.value.from_default else (),
        help=f"use the service's name: {server}"
        if server
        else "use the name of the service, or of the machine, that has it",
        stacks=(deployment.name,),
        address=(endpoint.name, *names[:1]),
        severity=Severity.WARNING if proposed or endpoint.value.from_default else None,
        fixes=_named(endpoint, server),
    )


def _named(endpoint: Endpoint, server: str) -> tuple[Fix, ...]:
    """Return the fix that writes the service's name, where the host stands once in the place."""
    assert endpoint.span is not None
    line = endpoint.span.first_line()
    places = [
        match.span() for match in re.finditer(rf"(?<![\w.-]){re.escape(endpoint.host)}(?![\w.-])", line.text)
    ]
    if not server or not endpoint.host or len(places) != 1:
        return ()
    return whole(f"write {server}", [Edit(line.sub(*places[0]), server)], safe=False)
