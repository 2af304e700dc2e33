"""Which server and which location take a request: exactly as nginx 1.30 looks for them.

ngx_http_find_virtual_server and ngx_http_core_find_location; ``None`` stands for "cannot be said".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from confguard.model.nginx.types import Listen, Location, NginxModel, Server, ServerName
from confguard.model.nginx.uri import Request, as_bytes, search
from confguard.model.value import Unknown


@dataclass(frozen=True, slots=True)
class Found:
    """A location, None for the server itself; ``redirect`` says that it answers by adding a slash.

    ``groups`` are what its regular expression captured.
    """

    location: Location | None
    redirect: bool = False
    groups: tuple[tuple[str, str], ...] = ()


def listening(model: NginxModel, request: Request) -> tuple[tuple[Listen, Server], ...] | Unknown:
    """Return the servers that listen where a request arrives, in order; empty if nothing does."""
    pairs = [(listen, server) for server in model.servers for listen in server.listens]
    unknown = next((listen for listen, _ in pairs if listen.unknown), None)
    if unknown is not None:
        return Unknown(f"where a server listens is not known: {unknown.unknown}")
    here = [(listen, server) for listen, server in pairs if listen.port == request.port]
    if request.address:
        exact = [pair for pair in here if pair[0].address == request.address]
        if exact:
            return tuple(exact)
    family = "inet6" if request.address.startswith("[") else "inet"
    wild = [pair for pair in here if pair[0].wildcard and pair[0].family == family]
    if request.address or wild:
        return tuple(wild)
    first = here[0][0].address if here else ""
    return tuple(pair for pair in here if pair[0].address == first)


def default_server(model: NginxModel, request: Request) -> tuple[Server, Listen] | None:
    """Return the server that takes what has no name where a request arrives; None if that is not known."""
    pairs = listening(model, request)
    if isinstance(pairs, Unknown) or not pairs:
        return None
    listen, server = next((pair for pair in pairs if pair[0].default_server), pairs[0])
    return server, listen


def find_server(model: NginxModel, request: Request) -> tuple[Server, Listen] | Unknown | None:
    """Return the server that a request goes to and its listener; None if nothing listens there."""
    pairs = listening(model, request)
    if isinstance(pairs, Unknown):
        return pairs
    if not pairs:
        if model.http is not None and model.http.may_hold("server"):
            return Unknown("another server may be in a file that is not known")
        return None
    default = next((pair for pair in pairs if pair[0].default_server), pairs[0])
    if not request.host_name:
        return default[1], default[0]
    for pair in pairs:
        bad = next((name for name in pair[1].names if name.unknown), None)
        if bad is not None and len({id(one) for _, one in pairs}) > 1:
            return Unknown(f"the name of a server is not known: {bad.unknown}")
    chosen = _by_name(pairs, request.host_name)
    if isinstance(chosen, Unknown):
        return chosen
    if chosen is None and model.http is not None and model.http.may_hold("server"):
        return Unknown("another server may be in a file that is not known")
    listen, server = chosen or default
    return server, listen


def _by_name(pairs: Sequence[tuple[Listen, Server]], host: str) -> tuple[Listen, Server] | Unknown | None:
    best: tuple[int, int, tuple[Listen, Server]] | None = None
    for pair in pairs:
        for name in pair[1].names:
            rank = _rank(name, host)
            if rank and (best is None or (rank, len(name.text)) > best[:2]):
                best = (rank, len(name.text), pair)
    if best is not None:
        return best[2]
    for pair in pairs:
        for name in pair[1].names:
            if name.kind == "regex":
                match = search(name.text, True, host)
                if match is None:
                    return Unknown(f"the server name ~{name.text} cannot be read here")
                if match:
                    return pair
    return None


def _rank(name: ServerName, host: str) -> int:
    """Return how well a name that is no expression matches: exact, leading wildcard, trailing; or 0."""
    text = name.text
    if name.kind == "exact":
        return 3 if text == host else 0
    if name.kind == "both":
        return 2 if text[1:] == host or host.endswith(text) else 0
    if name.kind == "leading":
        return 2 if host.endswith(text[1:]) else 0
    return 1 if name.kind == "trailing" and host.startswith(text[:-1]) else 0


def find_location(server: Server, path: str) -> Found | Unknown:
    """Return the location of a server that takes a normalized path."""
    if missing := server.level.may_hold("location"):
        return Unknown(f"a location may be in a file that is not known: {missing.reason}")
    found = _find(server.locations, path)
    return found if not isinstance(found, tuple) else found[0]


def _find(locations: Sequence[Location], path: str) -> tuple[Found, bool] | Unknown:
    """Return the location, and whether it is final (exact or regular expression)."""
    unknown = next((location for location in locations if location.unknown), None)
    if unknown is not None:
        return Unknown(f"the pattern of a location is not known: {unknown.unknown}")
    static, final = _static(locations, path)
    result = Found(static) if static is not None else Found(None)
    if static is not None and final:
        redirect = as_bytes(static.pattern) != path
        return Found(static, redirect), True
    if static is not None:
        if missing := static.level.may_hold("location"):
            return Unknown(f"a location may be in a file that is not known: {missing.reason}")
        inner = _find(static.locations, path)
        if isinstance(inner, Unknown):
            return inner
        if inner[1]:
            return inner
        if inner[0].location is not None:
            result = inner[0]
    # A prefix with ^~ only keeps the expressions beside it away, not those nested in it.
    if static is None or static.modifier != "^~":
        for location in locations:
            if not location.is_regex:
                continue
            match = search(location.pattern, location.modifier == "~*", path)
            if match is None:
                return Unknown(f"the expression {location.pattern} cannot be read here")
            if match:
                if missing := location.level.may_hold("location"):
                    return Unknown(f"a location may be in a file that is not known: {missing.reason}")
                groups = _groups(match)
                inner = _find(location.locations, path)
                if isinstance(inner, Unknown):
                    return inner
                if inner[0].location is not None:
                    return Found(inner[0].location, False, (*groups, *inner[0].groups)), True
                return Found(location, False, groups), True
    return result, False


def _static(locations: Sequence[Location], path: str) -> tuple[Location | None, bool]:
    """Return the exact or longest prefix location, and whether the search ends with it."""
    longest: Location | None = None
    slash: Location | None = None
    for location in locations:
        pattern = as_bytes(location.pattern)
        if location.modifier == "=":
            if pattern == path:
                return location, True
            if pattern == f"{path}/" and _adds_slash(location):
                slash = location
        elif location.modifier in ("", "^~"):
            if path.startswith(pattern):
                if longest is None or len(pattern) > len(longest.pattern):
                    longest = location
            elif pattern == f"{path}/" and _adds_slash(location):
                slash = slash or location
    if slash is not None and (longest is None or longest.pattern != path):
        return slash, True
    return longest, False


_PASSES = ("proxy_pass", "fastcgi_pass", "uwsgi_pass", "scgi_pass", "memcached_pass", "grpc_pass")


def _adds_slash(location: Location) -> bool:
    """Say whether ``location /name/`` redirects ``/name``: only where it passes requests on."""
    return any(location.level.named(name) for name in _PASSES)


def _groups(match: re.Match[str] | bool) -> tuple[tuple[str, str], ...]:
    if isinstance(match, bool):
        return ()
    numbered = [(str(index), value or "") for index, value in enumerate(match.groups(), 1)]
    named = [(name, value or "") for name, value in match.groupdict().items()]
    return (("0", match[0]), *numbered, *named)
