"""What nginx stands in front of cannot be reached around it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from confguard.checks._bypass import Bypass, bypasses
from confguard.checks._published import left_by, number_of, open_on, published_twice
from confguard.finding import Finding, Label, Severity
from confguard.model.compose import Port, Resource, Service
from confguard.model.deployment import Deployment
from confguard.model.outer_proxies import passes_to, proxy_networks
from confguard.model.repo import Repo
from confguard.model.roles import ServiceRole
from confguard.words import joined


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each port of a proxied service that the host publishes as well."""
    allowed = repo.options["bypassed-proxy"]["allow"]
    for deployment in repo.production:
        for bypass in bypasses(deployment):
            if bypass.service.name in allowed:
                continue
            # Of a port that an overlay publishes once more on purpose, duplicate-port tells.
            if not any(bypass.port in pair for pair in published_twice(deployment, bypass.service)):
                yield from _finding(deployment, bypass)
        for network in proxy_networks(deployment):
            yield from _beside_network(deployment, network, allowed)


def _beside_network(deployment: Deployment, network: Resource, allowed: Sequence[str]) -> Iterator[Finding]:
    """Yield one finding for what is published and also in the network of a proxy outside of the stack."""
    found = [
        (service, port)
        for service in deployment.services.values()
        if service.name not in allowed
        and any(one.network == network.key for one in service.networks)
        and deployment.roles[service.name].role in (ServiceRole.APP, ServiceRole.FRONTEND)
        and not deployment.is_proxy(service)
        for port in service.ports
        if port.span is not None and open_on(port)
    ]
    if not found:
        return
    passes = list(passes_to(deployment, [one for one, _ in found], network))
    service, port = found[0]
    assert port.span is not None
    names = joined(list(dict.fromkeys(f"{one.name} on {number_of(port)}" for one, port in found)))
    yield Finding(
        f"published on {open_on(port)} beside the proxy of network {network.key}: {names}",
        Label(port.span, "reachable without the proxy"),
        (
            *(Label(port.span, f"and {one.name}") for one, port in found[1:] if port.span),
            *(
                Label(one.span.first_line(), f"a proxy reaches {service.name} here")
                for one in service.networks
                if one.network == network.key and one.span
            ),
            *(Label(span, "the proxy passes requests on by that network") for span in passes[:2]),
        ),
        notes=("what the proxy adds does not hold there: TLS, limits, headers, blocked paths",),
        help=f"remove the ports, the proxy reaches {service.name} without them; or bind them to 127.0.0.1",
        stacks=(deployment.name,),
        address=(*dict.fromkeys(one.name for one, _ in found), network.key),
        severity=None if passes else Severity.INFO,
    )


def _finding(deployment: Deployment, bypass: Bypass) -> Iterator[Finding]:
    port, service = bypass.port, bypass.service
    if port.span is None:
        return
    yield Finding(
        f"service {service.name} is published on {number_of(port)} of {open_on(port)}, beside nginx of "
        f"service {bypass.model.service}",
        Label(port.span, "reachable without the proxy"),
        (
            Label(bypass.target.host_span, "nginx passes requests to it"),
            *(Label(span, "takes nothing away") for span in left_by(deployment, service)),
        ),
        notes=("what nginx adds does not hold there: TLS, limits, headers, blocked paths",),
        help=_help(deployment, port, service),
        stacks=(deployment.name,),
        address=(service.name, bypass.model.service),
    )


def _help(deployment: Deployment, port: Port, service: Service) -> str:
    files = deployment.stack.files
    if len(files) > 1 and port.span and port.span.path != files[-1]:
        return f"take it away in {files[-1]} with `ports: !reset []`, or bind it to 127.0.0.1"
    return f"remove the port, nginx reaches {service.name} without it; or bind it to 127.0.0.1"
