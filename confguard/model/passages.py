"""The ways on which requests reach a Django application through the nginx of a stack, and what they carry."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

from confguard.model.compose import Port
from confguard.model.deployment import App, Deployment
from confguard.model.nginx import (
    Level,
    Listen,
    NginxModel,
    Request,
    Route,
    Server,
    Statement,
    Target,
    is_set,
    request_headers,
    upstream_headers,
    upstream_targets,
)
from confguard.model.nginx.upstreams import variable
from confguard.model.nginx.variables import initial
from confguard.model.responses import service_behind
from confguard.model.value import Known, Unknown, Value

CLIENT = "192.0.2.1"
"""The address of the client in what is computed (RFC 5737)."""
_MAX_HOPS = 3
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


@dataclass(frozen=True, slots=True)
class Headers:
    """Headers by lower-case name; where ``unknown`` gives a reason, nothing is known of those not named."""

    values: Mapping[str, Value[str]]
    unknown: str = ""

    def get(self, name: str) -> Value[str] | None:
        """Return a header; None if it is surely not there."""
        value = self.values.get(name.lower())
        return Unknown(self.unknown) if value is None and self.unknown else value


def passages(deployment: Deployment) -> tuple[Passage, ...]:
    """Return every way through an nginx of the stack to a Django application of it."""
    found: list[Passage] = []
    if not deployment.apps:
        return ()
    by_service = {model.service: model for model in deployment.proxies}
    pending = [
        (hop, service)
        for model in deployment.proxies
        for entrance in entrances(deployment, model)
        for hop, service in _hops(deployment, model, entrance, None)
    ]
    while pending:
        hop, service = pending.pop(0)
        app = deployment.app_of(service)
        if app is not None and deployment.serves_http(service):
            found.append(Passage(hop, service, app))
            continue
        inner = by_service.get(service)
        if inner is None or hop.count >= _MAX_HOPS or any(inner is one.model for one in _chain(hop)):
            continue
        for entrance in _entered(inner, hop.target):
            pending.extend(_hops(deployment, inner, entrance, hop))
    return tuple(found)


def entrances(deployment: Deployment, model: NginxModel) -> Iterator[Entrance]:
    """Yield where requests from outside of the stack, or from nobody knows where, come in."""
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
            if not service.ports and not _is_target(deployment, model):
                yield Entrance(server, listen, Exposure.INSIDE)


def _is(port: Port, number: int) -> bool:
    target = port.target
    return port.protocol == "tcp" and isinstance(target, Known) and target.value == str(number)


def _exposure(ports: Iterable[Port]) -> Exposure:
    return Exposure.LOOPBACK if all(port.loopback for port in ports) else Exposure.PUBLIC


def _is_target(deployment: Deployment, model: NginxModel) -> bool:
    """Say whether another nginx of the stack passes requests to this one."""
    return any(
        (service := service_behind(deployment, target)) is not None and service.name == model.service
        for other in deployment.proxies
        if other is not model
        for target in upstream_targets(other)
    )


def _entered(model: NginxModel, target: Target) -> Iterator[Entrance]:
    port = target.port.value if isinstance(target.port, Known) else None
    for server in model.servers:
        for listen in server.listens:
            if not listen.unknown and listen.port == port:
                yield Entrance(server, listen, Exposure.INSIDE)


def _hops(
    deployment: Deployment, model: NginxModel, entrance: Entrance, outer: Hop | None
) -> Iterator[tuple[Hop, str]]:
    server = entrance.server
    if _answers_itself(server.level, entrance.scheme):
        return
    for target in upstream_targets(model):
        if model.server_of(target.level) is not server or target.protocol not in _JUDGED:
            continue
        around = [level for level in target.level.chain() if level.kind == "location"]
        if any(_answers_itself(level, entrance.scheme) for level in around):
            continue
        service = service_behind(deployment, target)
        if service is not None:
            yield Hop(model, entrance, target, outer), service.name


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


def received(passage: Passage, host: str, client: Mapping[str, str] | None = None) -> Headers:
    """Return the headers that the application gets, where a client asks with a Host and further headers.

    Names are those of HTTP. What ``proxy_set_header`` does not name passes as it is.
    """
    sent = {name.lower(): Known(value) for name, value in (client or {}).items()}
    return _passed_on(passage.hop, Headers({"host": Known(host), **sent}))


def _passed_on(hop: Hop, client: Headers) -> Headers:
    incoming = _passed_on(hop.outer, client) if hop.outer else client
    if incoming.unknown or is_set(hop.level, "proxy_pass_request_headers"):
        return Headers({}, incoming.unknown or "proxy_pass_request_headers says which headers pass")
    if hop.target.protocol == "uwsgi":
        return _parameters(hop, incoming)
    missing = request_headers(hop.model, hop.level)[1]
    if missing is not None:
        return Headers({}, missing.reason)
    route = _at(hop, incoming)
    merged = {**incoming.values, **upstream_headers(hop.model, route)}
    return Headers({name: value for name, value in merged.items() if value != Known("")})


def _parameters(hop: Hop, incoming: Headers) -> Headers:
    """Return what ``uwsgi_param`` makes of the headers: HTTP_ and the name replace what the client says."""
    values = dict(incoming.values)
    for level in hop.level.chain():
        if missing := level.may_hold("uwsgi_param"):
            return Headers({}, missing.reason)
        found = level.named("uwsgi_param")
        if found:
            route = _at(hop, incoming)
            for item in found:
                if item.first.startswith("HTTP_") and len(item.words) > 1 and route.state is not None:
                    name = item.first.removeprefix("HTTP_").replace("_", "-").lower()
                    word = item.words[1].value
                    values[name] = route.state.text(word.value) if isinstance(word, Known) else word
            break
    return Headers(values)


def _at(hop: Hop, incoming: Headers) -> Route:
    """Return the state of a request at the level that passes it on."""
    known = {name: value.value for name, value in incoming.values.items() if isinstance(value, Known)}
    request = Request(
        host=known.get("host", ""),
        scheme=hop.entrance.scheme,
        port=hop.entrance.listen.port or 0,
        headers=known,
        client=f"proxy-{hop.count - 1}" if hop.outer else CLIENT,
    )
    state = initial(hop.model, request, hop.entrance.server, "/")
    for name, value in incoming.values.items():
        if isinstance(value, Unknown):
            state.values[f"http_{name.replace('-', '_')}"] = value
            if name == "host":
                state.values["host"] = value
    for name in hop.model.set_variables:
        found = variable(hop.level, name)
        state.values[name] = found if isinstance(found, Unknown) else Known(found[0])
    route = Route(request)
    route.level, route.state, route.statement = hop.level, state, hop.target.statement
    return route
