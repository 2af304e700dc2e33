"""A server of production is named after the hosts that it serves."""

from __future__ import annotations

import re
from collections.abc import Iterator

from confguard.checks._trails import deliveries
from confguard.finding import Finding, Label
from confguard.model.belief import allowed_hosts
from confguard.model.deployment import App, Deployment
from confguard.model.nginx import Server
from confguard.model.passages import Exposure
from confguard.model.repo import Repo
from confguard.model.value import Known
from confguard.words import joined

_HOST = re.compile(r"\.?[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_LOCAL = ("localhost", "127.0.0.1", "[::1]")


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each published server that is named localhost, where Django has other hosts."""
    for deployment in repo.production:
        seen: set[object] = set()
        for passage in deployment.passages:
            server = passage.hop.first.entrance.server
            if passage.exposure is not Exposure.PUBLIC or server in seen or not _is_local(server):
                continue
            hosts = _hosts(passage.app)
            if hosts is not None:
                seen.add(server)
                yield _finding(deployment, server, passage.app, hosts)


def _is_local(server: Server) -> bool:
    return bool(server.names) and all(
        name.kind == "exact" and not name.unknown and name.text in _LOCAL for name in server.names
    )


def _hosts(app: App) -> Known[tuple[str, ...]] | None:
    """Return what ALLOWED_HOSTS has beside the names of the host itself; None where that is nothing."""
    allowed = allowed_hosts(app)
    if not isinstance(allowed, Known):
        return None
    others = tuple(name for name in allowed.value if _HOST.fullmatch(name) and name not in _LOCAL)
    return Known(others, allowed.trail) if others and "*" not in allowed.value else None


def _finding(deployment: Deployment, server: Server, app: App, hosts: Known[tuple[str, ...]]) -> Finding:
    names = joined([name.text for name in server.names])
    place = hosts.span
    return Finding(
        f"the server of nginx is named {names} alone: requests for {joined(hosts.value[:3])} come to it only "
        "because no other server takes them",
        Label(server.names[0].span, "matches none of the hosts that Django serves"),
        (
            *((Label(place.first_line(), f"lets in {', '.join(hosts.value[:4])}"),) if place else ()),
            *deliveries(hosts),
        ),
        notes=("a second server in front of it, or one with `default_server`, takes the site away",),
        help="name the hosts of the site in server_name, or write `_` where any host is meant",
        stacks=(deployment.name,),
        address=(server.names[0].span.path, *app.services),
    )
