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
                if not _is_judged(target) or target.host_span in reported:
                    continue
                found = reach(deployment, proxy, target.host.value)  # type: ignore[union-attr]
                if found.kind is not Reach.NOBODY:
                    continue
                reported.add(target.host_span)
                host = target.host.value  # type: ignore[union-attr]
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


def _is_judged(target: Target) -> bool:
    """Say whether nginx resolves this host when it starts, as a name that the stack itself must know."""
    if not isinstance(target.host, Known) or target.uses_variable or target.socket:
        return False
    if "down" in target.parameters or "resolve" in target.parameters:
        return False
    host = target.host.value
    if not host or "." in host or "$" in host or host == "localhost":
        return False
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return True
    return False
