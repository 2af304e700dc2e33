"""A stack with several networks keeps its datastores off the one that the proxy is on."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.finding import Finding, Label
from confguard.model.compose import Service
from confguard.model.compose.types import Attachment
from confguard.model.deployment import Deployment
from confguard.model.repo import Repo
from confguard.model.roles import ServiceRole
from confguard.words import joined

_STORES = (ServiceRole.DATASTORE, ServiceRole.CACHE, ServiceRole.BROKER)


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each network on which the proxy meets datastores, in a stack with several."""
    for deployment in repo.production:
        used = {
            one.network
            for service in deployment.services.values()
            for one in service.networks
            if not one.implicit
        }
        if len(used) < 2:
            continue
        for name, service in deployment.services.items():
            if deployment.roles[name].role is ServiceRole.PROXY and any(service.ports):
                for attachment in service.networks:
                    yield from _of_network(deployment, service, attachment)


def _of_network(deployment: Deployment, proxy: Service, attachment: Attachment) -> Iterator[Finding]:
    network = attachment.network
    met = [
        (service, one.span)
        for service in deployment.services.values()
        for one in service.networks
        if one.network == network and one.span and deployment.roles[service.name].role in _STORES
    ]
    if not met or attachment.span is None:
        return
    names = [service.name for service, _ in met]
    are = "is" if len(names) == 1 else "are"
    yield Finding(
        f"{joined(names)} {are} on {network}, the network of the proxy {proxy.name}",
        Label(met[0][1].first_line(), "the proxy has no business with it"),
        (
            *(Label(span.first_line(), f"{service.name}, too") for service, span in met[1:4]),
            Label(attachment.span.first_line(), f"{proxy.name} is on it"),
        ),
        help=f"leave {joined(names)} on networks that only the applications share",
        stacks=(deployment.name,),
        address=(proxy.name, network),
    )
