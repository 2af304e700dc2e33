"""The ways on which requests reach a Django application through the nginx of a stack, and what they carry."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

from confguard.model.compose import Port
from confguard.model.deployment import App, Deployment
from confguard.model.nginx import (
    Level,
    Listen,
    NginxModel,
    Server,
    Statement,
    Target,
    upstream_targets,
)
from confguard.model.responses import service_behind
from confguard.model.value import Known

_MAX_HOPS = 3
_MAX_PASSAGES = 2000
_JUDGED = ("proxy", "uwsgi")
_OF_SCHEME = ("$scheme", "$https", "$server_port", "$ssl_protocol")


class Exposure(Enum):
    """Who can connect to a listener."""

    PUBLIC = "published on the host's interfaces"
    LOOPBACK = "published for the host itself only"
    INSIDE = "reached from networks of the stack only"


@dataclass(frozen=True, slots=True, eq=False)
class Entrance:
    """A listener of a server and who can connect to it; ``port`` is where the host publishes it."""

    server: Server
    listen: Listen
    exposure: Exposure
    port: Port | None = None

    @property
    def scheme(self) -> str:
        """``https`` or ``http``: what clients of this nginx speak."""
        return "https" if self.listen.ssl else "http"


@dataclass(frozen=True, slots=True, eq=False)
class Hop:
    """One nginx on a way: what comes in at an entrance and is passed on to a target.

    ``outer`` is the nginx of the stack that it comes from; None where clients come, or what nobody knows.
    """

    model: NginxModel
    entrance: Entrance
    target: Target
    outer: Hop | None = None

    @property
    def level(self) -> Level:
        """The level that passes the request on."""
        return self.target.level

    @property
    def first(self) -> Hop:
        """The outermost nginx."""
        return self.outer.first if self.outer else self

    @property
    def count(self) -> int:
        """How many nginx there are on the way."""
        return 1 + (self.outer.count if self.outer else 0)


@dataclass(frozen=True, slots=True, eq=False)
class Passage:
    """A way to a Django application: its last nginx, the service that answers, and what that runs."""

    hop: Hop
    service: str
    app: App

    @property
    def model(self) -> NginxModel:
        """The nginx that talks to the application."""
        return self.hop.model

    @property
    def level(self) -> Level:
        """The level that passes requests to the application."""
        return self.hop.level

    @property
    def scheme(self) -> str:
        """What clients of the outermost nginx speak."""
        return self.hop.first.entrance.scheme

    @property
    def exposure(self) -> Exposure:
        """Who can connect to the outermost nginx."""
        return self.hop.first.entrance.exposure


def passages(deployment: Deployment) -> tuple[Passage, ...]:
    """Return every way through an nginx of the stack to a Django application of it.

    It is computed anew: rules take ``Deployment.passages``.
    """
    if not deployment.apps:
        return ()
    found: list[Passage] = []
    targets = {model.service: _by_server(deployment, model) for model in deployment.proxies}
    inside = {
        name
        for model in deployment.proxies
        for name in _names(targets[model.service])
        if name != model.service
    }
    models = {model.service: model for model in deployment.proxies}
    pending = deque(
        (hop, service)
        for model in deployment.proxies
        for entrance in entrances(deployment, model, model.service in inside)
        for hop, service in _hops(model, entrance, targets[model.service], None)
    )
    while pending and len(found) < _MAX_PASSAGES:
        hop, service = pending.popleft()
        app = deployment.app_of(service)
        if app is not None and deployment.serves_http(service):
            found.append(Passage(hop, service, app))
            continue
        inner = models.get(service)
        if inner is None or hop.count >= _MAX_HOPS or any(inner is one.model for one in _chain(hop)):
            continue
        for entrance in _entered(inner, hop.target):
            pending.extend(_hops(inner, entrance, targets[inner.service], hop))
    return tuple(found)


_ByServer = dict[Server, list[tuple[Target, str]]]


def _by_server(deployment: Deployment, model: NginxModel) -> _ByServer:
    """Return the targets of each server with the services that they lead to."""
    found: _ByServer = {}
    for target in upstream_targets(model):
        server = model.server_of(target.level)
        service = service_behind(deployment, target) if target.protocol in _JUDGED else None
        if server is not None and service is not None:
            found.setdefault(server, []).append((target, service.name))
    return found


def _names(targets: _ByServer) -> set[str]:
    return {name for pairs in targets.values() for _, name in pairs}


def entrances(deployment: Deployment, model: NginxModel, is_inside: bool = False) -> Iterator[Entrance]:
    """Yield where requests from outside of the stack, or from nobody knows where, come in.

    ``is_inside`` says that another nginx of the stack passes requests to this one.
    """
    service = deployment.services.get(model.service)
    if service is None:
        return
    for server in model.servers:
        for listen in server.listens:
            if listen.unknown or listen.port is None:
                continue
            if service.network_mode == Known("host"):
                yield Entrance(server, listen, Exposure.PUBLIC)
                continue
            ports = [port for port in service.ports if _is(port, listen.port)]
            for port in ports[:1]:
                yield Entrance(server, listen, _exposure(ports), port)
            if not service.ports and not is_inside:
                yield Entrance(server, listen, Exposure.INSIDE)


def _is(port: Port, number: int) -> bool:
    target = port.target
    return port.protocol == "tcp" and isinstance(target, Known) and target.value == str(number)


def _exposure(ports: Iterable[Port]) -> Exposure:
    return Exposure.LOOPBACK if all(port.loopback for port in ports) else Exposure.PUBLIC


def _entered(model: NginxModel, target: Target) -> Iterator[Entrance]:
    port = target.port.value if isinstance(target.port, Known) else None
    for server in model.servers:
        for listen in server.listens:
            if not listen.unknown and listen.port == port:
                yield Entrance(server, listen, Exposure.INSIDE)


def _hops(
    model: NginxModel, entrance: Entrance, targets: _ByServer, outer: Hop | None
) -> Iterator[tuple[Hop, str]]:
    server = entrance.server
    if _answers_itself(server.level, entrance.scheme):
        return
    for target, service in targets.get(server, ()):
        around = [level for level in target.level.chain() if level.kind == "location"]
        if not any(_answers_itself(level, entrance.scheme) for level in around):
            yield Hop(model, entrance, target, outer), service


def _answers_itself(level: Level, scheme: str) -> bool:
    """Say whether a level answers what comes with a scheme before any pass: by ``return`` or a rewrite."""
    if level.kind != "if" and level.named("return"):
        return True
    return any(
        _is_about(statement, scheme) and any(one.name in ("return", "rewrite") for one in statement.inside())
        for statement in level.named("if")
    )


def _is_about(condition: Statement, scheme: str) -> bool:
    """Say whether a condition asks for the scheme in a way that plain requests, and only they, meet."""
    return scheme == "http" and any(word in " ".join(condition.texts) for word in _OF_SCHEME)


def _chain(hop: Hop | None) -> Iterator[Hop]:
    while hop is not None:
        yield hop
        hop = hop.outer
