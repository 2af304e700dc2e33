"""What ``nginx -t`` refuses although each directive is right by itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from confguard.model.nginx.types import Level, Location, NginxModel
from confguard.model.nginx.upstreams import PASSES, address_port, has_variable
from confguard.source import Problem


def refusals(model: NginxModel) -> Iterator[Problem]:
    """Yield what makes nginx refuse a configuration as a whole, by place."""
    yield from _upstreams(model)
    for server in model.servers:
        yield from _duplicate_locations(server.locations)
        for location in server.locations:
            yield from _nesting(location)
    for level in model.levels():
        yield from _rewrite_flags(level)


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


def _nesting(outer: Location) -> Iterator[Problem]:
    """What stands in a location must lie inside of it (ngx_http_core_location)."""
    for inner in outer.locations:
        yield from _nesting(inner)
        if inner.unknown or outer.unknown:
            continue
        if outer.modifier == "=":
            reason = "an exact location holds no other one"
        elif outer.is_named:
            reason = "a named location holds no other one"
        elif inner.is_named:
            reason = "a named location stands in a server only"
        elif not inner.is_regex and not inner.pattern.startswith(outer.pattern):
            reason = f'its prefix does not begin with "{outer.pattern}"'
        else:
            continue
        yield Problem(
            inner.span,
            f'has "{inner.title}" inside of "{outer.title}", which nginx refuses: {reason}',
            'a "}" may be missing in front of it',
        )


def _rewrite_flags(level: Level) -> Iterator[Problem]:
    for statement in level.named("rewrite"):
        flag = statement.texts[2] if len(statement.words) > 2 else "last"
        if flag not in ("last", "break", "redirect", "permanent") and not statement.unknown:
            yield Problem(statement.words[2].span, f'has an invalid parameter "{flag}" in "rewrite"')
