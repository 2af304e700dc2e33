"""Headers that answers of a Django application carry twice: written by it, and added by nginx."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from confguard.model.deployment import App, Deployment
from confguard.model.nginx import Header, NginxModel, Server, Target, upstream_targets
from confguard.model.responses.app_headers import AppHeader, When
from confguard.model.responses.behind import app_behind, service_behind
from confguard.model.responses.joint import Carried, carried
from confguard.model.responses.scheme import believes_https
from confguard.model.responses.twice import Verdict, twice
from confguard.model.value import Known
from confguard.source import Span


@dataclass(frozen=True, slots=True)
class Doubled:
    """One header that comes twice; ``targets`` are the routes on which the same two directives meet.

    ``services`` are those that answer there.
    """

    server: Server
    app: App
    services: tuple[str, ...]
    name: str
    by_app: AppHeader
    by_nginx: Header
    verdict: Verdict
    targets: tuple[Target, ...]


def doubled(deployment: Deployment, model: NginxModel) -> tuple[Doubled, ...]:
    """Return the headers that surely come twice, each once for the server and the directive of nginx.

    Content security policies are left out: two of them are both in force.
    """
    found: dict[tuple[object, Span, str], Doubled] = {}
    for target in upstream_targets(model):
        app, server = app_behind(deployment, target), model.server_of(target.level)
        if app is None or server is None:
            continue
        for header, ours, verdict in _on_route(deployment, model, app, server, target):
            key = (server.level, header.span, ours.name)
            known = found.get(key)
            targets = (*known.targets, target) if known else (target,)
            behind = (service_behind(deployment, one) for one in targets)
            services = tuple(dict.fromkeys(service.name for service in behind if service))
            found[key] = Doubled(server, app, services, ours.name, ours, header, verdict, targets)
    return tuple(found.values())


def _on_route(
    deployment: Deployment, model: NginxModel, app: App, server: Server, target: Target
) -> Iterator[tuple[Header, AppHeader, Verdict]]:
    for one in carried(app, target) or ():
        if not one.is_doubled or one.by_app[0].when is When.PERHAPS:
            continue
        ours, header = one.by_app[0], one.by_nginx[-1]
        if ours.when is When.HTTPS:
            secure = believes_https(deployment, app, model, target, server.has_tls)
            if not isinstance(secure, Known) or not secure.value:
                continue
        verdict = _verdict(one)
        if verdict is not None:
            yield header, ours, verdict


def _verdict(one: Carried) -> Verdict | None:
    theirs = one.by_nginx[-1].value
    if not isinstance(theirs, Known) or not theirs.value:
        return None
    text = theirs.value
    if "$" in text and (one.name, text) != ("access-control-allow-origin", "$http_origin"):
        return None  # a variable may be empty, and then nginx adds nothing
    ours = one.by_app[0].value
    return twice(one.name, ours.value if isinstance(ours, Known) else None, text)
