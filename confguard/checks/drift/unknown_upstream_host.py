"""nginx passes requests only to hosts that exist in its stack."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from confguard.finding import Finding, Label
from confguard.model.compose import Service
from confguard.model.hosts import Reach, reach
from confguard.model.nginx import Target, upstream_targets
from confguard.model.repo import Repo
from confguard.model.value import Known


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each host in an upstream that nothing in the stack bears."""
    for deployment in repo.production:
        for model in deployment.proxies:
            proxy = deployment.services.get(model.service)
            if proxy is None:
                continue
            reported = set()
            for target in upstream_targets(model):
                host = _judged_host(target)
                if host is None or target.host_span in reported:
                    continue
                found = reach(deployment, proxy, host)
                if found.kind is not Reach.NOBODY:
                    continue
                reported.add(target.host_span)
                yield Finding(
                    f"nginx passes requests to {host}, and service {proxy.name} knows no host of this name",
                    Label(target.host_span, "no service, alias or container name"),
                    (*(Label(span, words) for span, words in found.hints), *_proxy(proxy)),
                    notes=found.notes,
                    help="use the name of a service, or give the service this name as a network alias",
                    stacks=(deployment.name,),
                    address=(proxy.name, host),
                )


def _proxy(proxy: Service) -> tuple[Label, ...]:
    return (Label(proxy.span, "the service that runs this nginx"),) if proxy.span else ()


def _judged_host(target: Target) -> str | None:
    """Return the host if nginx resolves it when it starts, as a name that the stack itself must know."""
    if not isinstance(target.host, Known) or target.uses_variable or target.socket:
        return None
    if "down" in target.parameters or "resolve" in target.parameters:
        return None
    host = target.host.value
    if not host or "." in host or "$" in host or host == "localhost":
        return None
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return host
    return None
