"""nginx shares a network with every service that it passes requests to."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.finding import Finding, Label
from confguard.model.compose import Service
from confguard.model.hosts import Reach, reach
from confguard.model.nginx import upstream_targets
from confguard.model.repo import Repo
from confguard.model.value import Known
from confguard.source import Span


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each upstream whose service is on other networks than the proxy."""
    for deployment in repo.production:
        for model in deployment.proxies:
            proxy = deployment.services.get(model.service)
            reported = set()
            for target in upstream_targets(model):
                if proxy is None or not isinstance(target.host, Known) or target.host_span in reported:
                    continue
                found = reach(deployment, proxy, target.host.value)
                if found.kind is not Reach.APART or found.service is None:
                    continue
                reported.add(target.host_span)
                yield Finding(
                    f"nginx passes requests to {target.host.value}, and service {proxy.name} shares no "
                    f"network with service {found.service.name}",
                    Label(target.host_span, "does not resolve: nginx does not start"),
                    tuple(_networks(found.service)) + tuple(_networks(proxy)),
                    help=f"put both services on one network: list one of {proxy.name}'s for "
                    f"{found.service.name}, or the other way round",
                    stacks=(deployment.name,),
                    address=(proxy.name, found.service.name),
                )


def _networks(service: Service) -> Iterator[Label]:
    names = ", ".join(attachment.network for attachment in service.networks) or "no network"
    places: list[Span] = [attachment.span for attachment in service.networks if attachment.span]
    place = service.span if not places else places[0]
    if place is not None:
        yield Label(place.first_line(), f"{service.name} is on {names}")
