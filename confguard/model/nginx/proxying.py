"""What the upstream gets: the path and the headers of a request that is passed on."""

from __future__ import annotations

import re

from confguard.model.nginx.request_headers import request_headers
from confguard.model.nginx.route import Route
from confguard.model.nginx.types import NginxModel
from confguard.model.nginx.uri import as_bytes, escape, split_target
from confguard.model.nginx.variables import State
from confguard.model.value import Known, Unknown, Value

_URL = re.compile(r"[a-z]+://(?:unix:[^:]*:?|([^/?#]*))(.*)", re.IGNORECASE | re.DOTALL)
"""Scheme, host with port (None for a socket), and the URI part of a ``proxy_pass``."""


def upstream_path(route: Route) -> Value[str]:
    """Return the path with its query that the upstream is asked for (ngx_http_proxy_create_request)."""
    state, statement, location = route.state, route.statement, route.location
    if state is None or statement is None or not statement.name.endswith("_pass"):
        return Unknown("the request is not passed on")
    written = statement.first
    if statement.name != "proxy_pass" or statement.unknown:
        return Known(route.request.target) if not statement.unknown else Unknown(statement.unknown)
    value = state.text(written)
    if isinstance(value, Unknown):
        return value
    match = _URL.fullmatch(value.value)
    uri = match[2] if match else ""
    if "$" in written:
        return Known(uri if uri.startswith("/") else f"/{uri}") if uri else Known(_unchanged(state))
    if not uri:
        return Known(_unchanged(state))
    prefix = (
        as_bytes(location.pattern) if location and not location.is_regex and not location.is_named else ""
    )
    if state.rewritten:  # by a rewrite with break: the URI of the directive is not used
        return Known(_unchanged(state))
    rest = state.path[len(prefix) :] if prefix else state.path
    quoted = "%" in split_target(route.request.target)[0] or not state.raw
    path = uri + (escape(rest) if quoted else rest)
    return Known(f"{path}?{state.query}" if state.query else path)


def _unchanged(state: State) -> str:
    if state.raw:
        return state.request.target or "/"
    path = escape(state.path)
    return f"{path}?{state.query}" if state.query else path


def _authority(written: Value[str]) -> Value[str]:
    """Return what ``$proxy_host`` is: the host and port as they are written, ``localhost`` for a socket."""
    if isinstance(written, Unknown):
        return written
    match = _URL.fullmatch(written.value)
    return Known((match[1] or "localhost") if match else "")


def upstream_headers(model: NginxModel, route: Route) -> dict[str, Value[str]]:
    """Return the headers that proxy_set_header and nginx's defaults set, by lower-case name.

    Those with an empty value are not sent; all others of the client pass.
    """
    if route.level is None or route.state is None:
        return {}
    state = route.state
    statement = route.statement
    if statement is not None and statement.name == "proxy_pass":
        state.values["proxy_host"] = _authority(state.text(statement.first))
    found: dict[str, Value[str]] = {}
    headers, missing = request_headers(model, route.level)
    for header in headers:
        value = header.value
        found[header.name.lower()] = state.text(value.value) if isinstance(value, Known) else value
    if missing is not None:
        return {name: Unknown(missing.reason) for name in found}
    return found
