"""What ``nginx -t`` refuses although each directive is right by itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from confguard.model.nginx.types import Location, NginxModel
from confguard.model.nginx.upstreams import PASSES, address_port, has_variable
from confguard.source import Problem


def refusals(model: NginxModel) -> Iterator[Problem]:
    """Yield what makes nginx refuse a configuration as a whole, by place."""
    yield from _upstreams(model)
    for server in model.servers:
        yield from _duplicate_locations(server.locations)


def _upstreams(model: NginxModel) -> Iterator[Problem]:
    """A name that an ``upstream`` defines takes no port, and is defined once (ngx_http_upstream_add)."""
    seen: set[str] = set()
    for upstream in model.upstreams:
        if upstream.name.lower() in seen:
            yield Problem(upstream.statement.span, f'defines the upstream "{upstream.name}" a second time')
        seen.add(upstream.name.lower())
    for level in model.levels():
        for name in PASSES:
            for statement in level.named(name):
                if statement.unknown or has_variable(statement.first):
                    continue
                host, port = address_port(statement.first)
                if port and host.lower() in seen:
                    yield Problem(
                        statement.span,
                        f'names the upstream "{host}" with the port {port}, which nginx refuses',
                        f"leave the port out, or give the upstream another name than {host}",
                    )


def _duplicate_locations(locations: Sequence[Location]) -> Iterator[Problem]:
    """Two prefixes, or two exact or named locations, may not be the same; expressions may."""
    seen: set[tuple[str, str]] = set()
    for location in locations:
        yield from _duplicate_locations(location.locations)
        if location.is_regex or location.unknown:
            continue
        key = (location.modifier if location.modifier in ("=", "@") else "", location.pattern)
        if key in seen:
            yield Problem(location.span, f'has a second "{location.title}" in one block')
        seen.add(key)
