"""Proxies outside of a stack that share an external network with its services."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from confguard.discover.kinds import Kind
from confguard.model.value import Known

if TYPE_CHECKING:
    from confguard.model.compose import Resource, Service
    from confguard.model.deployment import Deployment
    from confguard.source import Span

_OF_PROXY = re.compile(r"proxy|traefik|ingress|caddy|(^|[_ -])(swag|npm)($|[_ -])", re.IGNORECASE)
_PASS = re.compile(r"\bproxy_pass[ \t]+https?://([\w.-]+)")


def proxy_networks(deployment: Deployment) -> Iterator[Resource]:
    """Yield the external networks of a stack whose name says that a proxy waits in them."""
    for network in deployment.compose.networks.values():
        name = network.name.value if isinstance(network.name, Known) else ""
        if network.external and _OF_PROXY.search(f"{network.key} {name}"):
            yield network


def passes_to(deployment: Deployment, services: Sequence[Service], network: Resource) -> Iterator[Span]:
    """Yield where configurations of the repository, examples too, pass requests to names in a network.

    Only aliases and container names count: a configuration that says ``web`` may mean another stack's.
    """
    names = {one.container_name.value for one in services if isinstance(one.container_name, Known)}
    names.update(
        alias
        for service in services
        for one in service.networks
        if one.network == network.key
        for alias in one.aliases
    )
    paths = dict.fromkeys(file.path for file in deployment.files if file.kind is Kind.NGINX)
    for path in paths:
        source = deployment.project.read(path)
        matches = _PASS.finditer(source.text) if source is not None else iter(())
        match = next((one for one in matches if one[1] in names), None)
        if source is not None and match is not None:
            yield source.span(*match.span())
