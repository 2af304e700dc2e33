"""What ``nginx -t`` refuses although each directive is right by itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from confguard.model.nginx.effective import nearest
from confguard.model.nginx.tables import tables, unknown_variables
from confguard.model.nginx.types import Level, Location, NginxModel, Server, Statement, Word
from confguard.model.nginx.upstreams import PASSES, address_port, has_variable
from confguard.model.nginx.values import mistakes, regex_mistake
from confguard.model.value import Known
from confguard.source import Problem


def refusals(model: NginxModel) -> Iterator[Problem]:
    """Yield what makes nginx refuse a configuration as a whole, by place."""
    yield from _upstreams(model)
    yield from _listeners(model)
    yield from _names(model)
    yield from tables(model)
    yield from unknown_variables(model)
    for server in model.servers:
        yield from _duplicate_locations(server.locations)
        for name in server.names:
            if name.kind == "regex" and not name.unknown and server.level.statement is not None:
                word = Word(name.text, name.span)
                yield from regex_mistake(word, name.text)
        for location in server.locations:
            yield from _nesting(location)
            for inner in location.walk():
                yield from _pattern(inner)
    for level in model.levels():
        yield from _rewrite_flags(level)
        yield from _duplicates(level)
        yield from mistakes(level, model.location_of(level))


def _upstreams(model: NginxModel) -> Iterator[Problem]:
    """A name that an ``upstream`` defines takes no port, and is defined once (ngx_http_upstream_add)."""
    seen: set[str] = set()
    for upstream in model.upstreams:
        if upstream.name.lower() in seen:
            yield Problem(upstream.statement.span, f'defines the upstream "{upstream.name}" a second time')
        seen.add(upstream.name.lower())
        if not upstream.servers and not upstream.level.missing and not upstream.level.named("resolve"):
            yield Problem(upstream.statement.span, f'has no servers inside of the upstream "{upstream.name}"')
        for server in upstream.servers:
            port = address_port(server.address.text)[1]
            if port.isdigit() and not 0 < int(port) < 65536 and not server.address.unknown:
                yield Problem(server.address.span, f'has an invalid port in the upstream "{upstream.name}"')
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


def _pattern(location: Location) -> Iterator[Problem]:
    if location.is_regex and not location.unknown and location.level.statement:
        yield from regex_mistake(location.level.statement.words[-1], location.pattern)


def _listeners(model: NginxModel) -> Iterator[Problem]:
    """An address has one default server, and stands in a server once (ngx_http_core_listen)."""
    defaults: set[tuple[str, int | None]] = set()
    for server in model.servers:
        own: set[tuple[str, int | None]] = set()
        for listen in server.listens:
            statement = listen.statement
            if statement is None or statement.unknown:
                continue
            if listen.unknown or (listen.port is not None and not 0 < listen.port < 65536):
                yield Problem(
                    statement.words[0].span, f'has an invalid port in "listen {statement.first[:60]}"'
                )
                continue
            place = ("*" if listen.address == "0.0.0.0" else listen.address, listen.port)  # noqa: S104
            if place in own:
                yield Problem(statement.span, f'has a second "listen {statement.first}" in one server')
            elif listen.default_server and place in defaults:
                yield Problem(statement.span, f'has a second default server for "{statement.first}"')
            own.add(place)
            if listen.default_server:
                defaults.add(place)
        yield from _certificate(server)


def _certificate(server: Server) -> Iterator[Problem]:
    """A server that speaks TLS has a certificate (ngx_http_ssl_merge_srv_conf)."""
    for listen in server.listens:
        if not listen.ssl or listen.statement is None:
            continue
        for name in ("ssl_certificate", "ssl_reject_handshake"):
            if nearest(server.level, name) is not None:
                return
        message = 'has no "ssl_certificate" for the server that listens with ssl'
        yield Problem(listen.statement.span, message)
        return


_ONCE = frozenset(
    {
        "absolute_redirect", "alias", "auth_basic", "auth_basic_user_file", "autoindex",
        "client_body_buffer_size", "client_body_timeout", "client_header_timeout", "client_max_body_size",
        "default_type", "expires", "fastcgi_pass", "fastcgi_read_timeout", "grpc_pass", "gzip",
        "keepalive_timeout", "merge_slashes", "proxy_buffer_size", "proxy_buffering", "proxy_buffers",
        "proxy_connect_timeout", "proxy_http_version", "proxy_intercept_errors", "proxy_pass",
        "proxy_read_timeout", "proxy_request_buffering", "proxy_send_timeout", "resolver", "root", "satisfy",
        "sendfile", "send_timeout", "server_tokens", "ssl_ciphers", "tcp_nodelay", "tcp_nopush", "try_files",
        "uwsgi_pass", "uwsgi_read_timeout",
    }
)  # fmt: skip
"""Directives that stand at a level once: a second one "is duplicate"."""


_SINCE = {
    "add_header_inherit": (1, 29, 3), "http2": (1, 25, 1), "http3": (1, 25, 0),
    "keepalive_min_timeout": (1, 27, 4),
    "ssl_certificate_cache": (1, 27, 4), "ssl_reject_handshake": (1, 19, 4),
}  # fmt: skip
"""The first version of nginx that has a directive (nginx's list of changes)."""


def newer_directives(model: NginxModel) -> Iterator[Problem]:
    """Yield directives that the image's nginx, whose version its tag tells, does not have yet."""
    for level in model.levels():
        for name, version in _SINCE.items():
            if model.at_least(*version) is not False:
                continue
            for statement in level.named(name):
                since, own = ".".join(map(str, version)), ".".join(map(str, _version(model)))
                message = f'has the directive "{name}", which nginx has from {since}; the image has {own}'
                yield Problem(statement.span, message, "take a newer image, or leave it out")


def _version(model: NginxModel) -> tuple[int, ...]:
    return model.version.value if isinstance(model.version, Known) else ()


def _duplicates(level: Level) -> Iterator[Problem]:
    for name in _ONCE:
        for statement in level.named(name)[1:]:
            yield Problem(statement.span, f'has "{name}" a second time in one block, which nginx refuses')
    roots = [level.named(name)[0] for name in ("root", "alias") if level.named(name)]
    if len(roots) > 1:
        later = max(roots, key=level.statements.index)
        yield Problem(later.span, 'has "root" and "alias" in one block, which nginx refuses')


def _names(model: NginxModel) -> Iterator[Problem]:
    """Zones and formats of logs are defined somewhere, unless what is missing may define them."""
    if model.http is None or model.http.missing or model.http.statement is None:
        return
    defined = {name: _defined(model.http, name) for name in _ZONES.values()}
    for level in model.levels():
        for name, definition in _ZONES.items():
            for statement in level.named(name):
                zone = _zone(name, statement)
                if zone and not statement.unknown and zone not in defined[definition]:
                    message = f'uses the zone "{zone}" in "{name}", which no {definition} defines'
                    yield Problem(statement.span, message)
        for statement in level.named("access_log"):
            form = statement.texts[1] if len(statement.words) > 1 else "combined"
            known = defined["log_format"] | {"combined"}
            if "=" not in form and form not in known and not statement.unknown and not statement.stock:
                yield Problem(statement.words[1].span, f'uses the log format "{form}", which is not defined')


_ZONES = {
    "limit_req": "limit_req_zone", "limit_conn": "limit_conn_zone", "proxy_cache": "proxy_cache_path",
    "access_log": "log_format",
}  # fmt: skip


def _zone(name: str, statement: Statement) -> str:
    if name == "limit_req":
        return next((text[5:] for text in statement.texts if text.startswith("zone=")), "")
    if name == "access_log" or has_variable(statement.first) or statement.first == "off":
        return ""
    return statement.first


def _defined(http: Level, name: str) -> set[str]:
    if name == "log_format":
        return {item.first for item in http.named(name)}
    key = "keys_zone=" if name == "proxy_cache_path" else "zone="
    return {
        text[len(key) :].partition(":")[0]
        for item in http.named(name)
        for text in item.texts
        if text.startswith(key)
    }
