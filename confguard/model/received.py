"""The headers of a request when it reaches the application at the end of a passage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from confguard.model.nginx import Request, Route, is_set, request_headers, upstream_headers
from confguard.model.nginx.upstreams import variable
from confguard.model.nginx.variables import initial
from confguard.model.passages import Hop, Passage
from confguard.model.value import Known, Unknown, Value

CLIENT = "192.0.2.1"
"""The address of the client in what is computed (RFC 5737)."""


@dataclass(frozen=True, slots=True)
class Headers:
    """Headers by lower-case name; where ``unknown`` gives a reason, nothing is known of those not named."""

    values: Mapping[str, Value[str]]
    unknown: str = ""

    def get(self, name: str) -> Value[str] | None:
        """Return a header; None if it is surely not there."""
        value = self.values.get(name.lower())
        return Unknown(self.unknown) if value is None and self.unknown else value


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
