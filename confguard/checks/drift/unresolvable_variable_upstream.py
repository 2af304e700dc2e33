"""nginx can resolve the service that a variable leads it to."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from confguard.finding import Finding, Label
from confguard.model.deployment import Deployment
from confguard.model.hosts import Reach, reach
from confguard.model.nginx import NginxModel, Target, resolvers, upstream_targets
from confguard.model.repo import Repo
from confguard.model.value import Known

_DOCKER = "127.0.0.11"


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each pass with a variable whose service nginx has no resolver for."""
    for deployment in repo.production:
        for model in deployment.proxies:
            targets = upstream_targets(model)
            # nginx looks among the servers that other passes resolved when it started, by name and port.
            known = {_address(target) for target in targets if not target.uses_variable}
            for target in targets:
                if target.uses_variable and target.upstream is None and _address(target) not in known:
                    finding = _judge(deployment, model, target)
                    if finding is not None:
                        yield finding


def _address(target: Target) -> tuple[str, int] | None:
    if isinstance(target.host, Known) and isinstance(target.port, Known):
        return target.host.value.lower(), target.port.value
    return None


def _judge(deployment: Deployment, model: NginxModel, target: Target) -> Finding | None:
    service = deployment.services.get(model.service)
    if service is None or not isinstance(target.host, Known) or not target.host.value:
        return None
    host = target.host.value
    found = reach(deployment, service, host)
    if found.kind is not Reach.SERVICE or found.service is None or service.network_mode is not None:
        return None
    if any(level.may_hold("resolver") for level in target.level.chain()):
        return None
    lines = resolvers(target.level)
    addresses = [text.split(":")[0] for line in lines for text in line.texts if "=" not in text]
    if any(line.unknown for line in lines) or _DOCKER in addresses:
        return None
    if any(not _is_public(address) for address in addresses):
        return None  # a resolver of the own network may know it
    says = f"`resolver {addresses[0]}` does not know the stack's names" if lines else "there is no resolver"
    return Finding(
        f"nginx cannot resolve {host} in {target.level.title}: the pass holds a variable, and {says}",
        Label(target.span, "502 Bad Gateway for each request"),
        tuple(Label(line.span, "asks a server outside of the stack") for line in lines[:1]),
        notes=("a name behind a variable is resolved when a request comes, not when nginx starts",),
        help=f"add `resolver {_DOCKER} valid=10s;` to the server: it is docker's own",
        stacks=(deployment.name,),
        address=(model.service, host, target.level.title),
    )


def _is_public(address: str) -> bool:
    try:
        return ipaddress.ip_address(address.strip("[]")).is_global
    except ValueError:
        return False
