"""nginx shares a network with every service that it passes requests to."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.checks._reach import networks_of
from confguard.finding import Finding, Label
from confguard.model.hosts import Reach, reach
from confguard.model.nginx import upstream_targets
from confguard.model.repo import Repo
from confguard.model.value import Known


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
                    tuple(networks_of(found.service)) + tuple(networks_of(proxy)),
                    help=f"put both services on one network: list one of {proxy.name}'s for "
                    f"{found.service.name}, or the other way round",
                    stacks=(deployment.name,),
                    address=(proxy.name, found.service.name),
                )
