"""Which host names a container can resolve, and who answers to them."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from enum import Enum

from confguard.model.compose import Service
from confguard.model.deployment import Deployment
from confguard.model.value import Known
from confguard.source import Span


class Reach(Enum):
    """What becomes of a host name in a container."""

    SERVICE = "a service that shares a network"
    APART = "a service that shares no network"
    ELSEWHERE = "known in another way, or not to be known"
    NOBODY = "nobody bears the name"


@dataclass(frozen=True, slots=True)
class Reached:
    """Who bears a host name: ``service`` is it for SERVICE and APART; hints are places that may be meant."""

    kind: Reach
    service: Service | None = None
    hints: tuple[tuple[Span, str], ...] = ()
    notes: tuple[str, ...] = ()


def reach(deployment: Deployment, origin: Service, host: str) -> Reached:
    """Return who answers to a host name inside of a service's container.

    Docker's resolver knows the services, aliases, container names and hostnames of the networks that
    the container is in (docs.docker.com/engine/network, "DNS services").
    """
    if host == origin.name:
        return Reached(Reach.SERVICE, origin)
    mode = origin.network_mode
    if mode is not None:
        if isinstance(mode, Known) and mode.value.startswith("service:"):
            shared = deployment.services.get(mode.value.removeprefix("service:"))
            return reach(deployment, shared, host) if shared else Reached(Reach.ELSEWHERE)
        return Reached(Reach.ELSEWHERE)  # the host's own resolver, or none that we know
    if _is_extra(origin, host):
        return Reached(Reach.ELSEWHERE)
    own = {attachment.network for attachment in origin.networks}
    apart: Service | None = None
    for service in deployment.services.values():
        for network in {attachment.network for attachment in service.networks}:
            if host in service.names_in(network):
                if network in own:
                    return Reached(Reach.SERVICE, service)
                apart = apart or service
        if not service.networks and host in service.names_in(""):
            apart = apart or service
    if apart is not None:
        mode = apart.network_mode
        shared_mode = mode is not None and not (isinstance(mode, Known) and mode.value == "none")
        return Reached(Reach.ELSEWHERE) if shared_mode else Reached(Reach.APART, apart)
    networks = deployment.compose.networks
    if any(name in networks and networks[name].external for name in own):
        return Reached(Reach.ELSEWHERE)  # containers of other projects are in an external network
    return _nobody(deployment, host)


def _is_extra(origin: Service, host: str) -> bool:
    for entry in origin.extra_hosts:
        if not isinstance(entry, Known):
            return True
        if entry.value.split("=")[0].split(":")[0] == host:
            return True
    return any(link.rpartition(":")[2] == host for link in origin.links)


def _nobody(deployment: Deployment, host: str) -> Reached:
    stopped = deployment.compose.services.get(host)
    if stopped is not None and stopped.span is not None:
        needed = " or ".join(stopped.profiles)
        words = f"exists, but runs only under profile {needed}"
        return Reached(Reach.NOBODY, hints=((stopped.span, words),))
    near = difflib.get_close_matches(host, deployment.services, n=1, cutoff=0.6)
    if near and (span := deployment.services[near[0]].span):
        return Reached(Reach.NOBODY, hints=((span, "perhaps this one is meant"),))
    names = ", ".join(deployment.services)
    return Reached(Reach.NOBODY, notes=(f"the stack runs {names}",))
