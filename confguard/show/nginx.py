"""What an nginx does, server by server and location by location, with the values in effect."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from confguard.model.nginx import (
    Header,
    Level,
    Location,
    NginxModel,
    Server,
    Statement,
    Target,
    effective,
    header_set,
    is_set,
    nearest,
    request_headers,
    seconds,
    size,
    targets_of,
)
from confguard.model.value import Known
from confguard.reporters.text import clean
from confguard.show.choose import Proxy
from confguard.show.headers import lost_rows
from confguard.show.nginx_policies import limit_rows, log_rows, policy_facts, tls_facts, tls_rows
from confguard.show.page import (
    BOLD,
    CYAN,
    DIM,
    GREEN,
    RED,
    YELLOW,
    Row,
    Style,
    clipped,
    joined_lines,
    place_of,
    rows_text,
    seconds_text,
    shown,
    size_text,
)

_ANSWERS = ("return", "rewrite", "try_files", "alias", "root", "stub_status", "autoindex", "internal")
_TIMEOUTS = (
    "proxy_connect_timeout", "proxy_read_timeout", "proxy_send_timeout", "uwsgi_read_timeout",
    "fastcgi_read_timeout", "grpc_read_timeout", "client_body_timeout", "send_timeout", "keepalive_timeout",
)  # fmt: skip
_ACCESS = ("auth_basic", "auth_request", "allow", "deny", "satisfy")
_SWITCHES = (
    "proxy_buffering", "proxy_request_buffering", "proxy_http_version", "proxy_redirect", "proxy_hide_header",
    "proxy_cache", "expires", "gzip", "error_page",
)  # fmt: skip
_TLS = ("ssl_session_tickets", "ssl_stapling", "http2")


def page(proxy: Proxy, style: Style | None = None) -> str:
    """Return the servers and locations of one nginx as text."""
    look, model = style or Style(), proxy.model
    lines = [look.paint(_title(proxy), BOLD)]
    lines += rows_text(list(_model_rows(model)), look, 2)
    for upstream in model.upstreams:
        lines += ["", *_heading(f"upstream {upstream.name}", upstream.statement, look, 0)]
        rows = [
            Row("server", clean(" ".join([one.address.text, *one.parameters])), place_of(one.statement.span))
            for one in upstream.servers
        ]
        lines += rows_text(rows, look, 2, 12)
    for server in model.servers:
        lines += ["", *_server(model, server, look)]
    return joined_lines(lines)


def _title(proxy: Proxy) -> str:
    model = proxy.model
    where = f"{proxy.stack}, service {model.service}" if proxy.stack else f"{model.files[0]} alone"
    version = model.version
    number = f" (nginx {'.'.join(map(str, version.value))})" if isinstance(version, Known) else ""
    return clean(where + number)


def _model_rows(model: NginxModel) -> Iterator[Row]:
    for index, path in enumerate(model.files):
        yield Row("files" if index == 0 else "", clean(path))
    for item in model.missing:
        if item.span is not None:
            yield Row("not known", clean(f"{item.path}: {item.reason}"), place_of(item.span), YELLOW)
    for problem in model.problems:
        yield Row("refused", clean(f"nginx refuses it: it {problem.message}"), place_of(problem.span), RED)


def _heading(title: str, statement: Statement | None, look: Style, indent: int) -> list[str]:
    place = "of the image" if statement is None or statement.stock else place_of(statement.span)
    return [f"{' ' * indent}{look.paint(clean(title), BOLD)}  {look.paint(place, DIM)}"]


def _server(model: NginxModel, server: Server, look: Style) -> Iterator[str]:
    names = [text for item in server.level.named("server_name") for text in item.texts]
    title = " ".join(["server", *names]) if names else "server (without a name)"
    yield from _heading(clipped(title), server.level.statement, look, 0)
    yield from rows_text(
        [*_listens(server), *_tls(model, server), *_level_rows(model, server.level, None)], look, 2, 12
    )
    for location in server.locations:
        yield from _location(model, location, look, 2)


def _listens(server: Server) -> Iterator[Row]:
    for listen in server.listens:
        port = f":{listen.port}" if listen.port is not None else ""
        text = " ".join([f"{listen.address}{port}", *listen.parameters])
        yield Row("listens", clean(text), place_of(listen.statement.span if listen.statement else None))


def _tls(model: NginxModel, server: Server) -> Iterator[Row]:
    if server.has_tls:
        yield from tls_rows(model, server)
        for name in _TLS:
            yield from _written(server.level, name)


def _location(model: NginxModel, location: Location, look: Style, indent: int) -> Iterator[str]:
    title = " ".join(word for word in (location.modifier.replace("@", ""), location.pattern) if word)
    place = "of the image" if location.level.is_stock else place_of(location.span)
    yield ""
    yield f"{' ' * indent}{look.paint(clean(title), CYAN)}  {look.paint(place, DIM)}"
    rows = list(_level_rows(model, location.level, location.level.outer))
    yield from rows_text(rows, look, indent + 2, 12)
    for condition in location.conditions:
        yield f"{' ' * (indent + 2)}{look.paint(clean(condition.title), CYAN)}"
        inner = list(_level_rows(model, condition, location.level))
        yield from rows_text(inner, look, indent + 4, 10)
    for inside in location.locations:
        yield from _location(model, inside, look, indent + 2)


def _level_rows(model: NginxModel, level: Level, outer: Level | None) -> Iterator[Row]:
    """Yield what a level does; values that are just those of the level around it are left out."""
    for target in targets_of(model, level):
        yield Row("passed to", clipped(target_text(target)), place_of(target.span), GREEN)
    for name in _ANSWERS:
        yield from _written(level, name)
    yield from _body_limit(level, outer)
    for name in (*_TIMEOUTS, *_ACCESS, *_SWITCHES):
        yield from _written(level, name)
    yield from limit_rows(model, level, outer)
    yield from log_rows(level, outer)
    yield from _headers(level, outer)
    yield from _sends(model, level)


def target_text(target: Target) -> str:
    """Return where a pass leads to: ``http://web:8000/``, with the upstream's name where it is one."""
    host = clean(target.host.value) if isinstance(target.host, Known) else f"? ({clean(target.host.reason)})"
    port = f":{target.port.value}" if isinstance(target.port, Known) else ""
    through = f"  (upstream {clean(target.upstream.name)})" if target.upstream else ""
    scheme = f"{target.scheme}://" if target.scheme else ""
    return f"{scheme}{host}{port}{clean(target.uri)}{through}"


def _written(level: Level, name: str) -> Iterator[Row]:
    """Yield the directives of a name at a level, in words where they are a time or a size."""
    for item in level.named(name):
        if item.stock:
            continue
        text = " ".join(item.texts)
        if name in _TIMEOUTS and len(item.words) == 1:
            value = seconds(level, name)
            text = seconds_text(value.value) if isinstance(value, Known) else text
        if item.unknown:
            text += f" ? ({item.unknown})"
        yield Row(name.replace("_", " "), clipped(clean(text)), place_of(item.span))


def _body_limit(level: Level, outer: Level | None) -> Iterator[Row]:
    if outer is not None and not level.named("client_max_body_size"):
        return
    limit = size(level, "client_max_body_size")
    if not isinstance(limit, Known):
        yield Row("body limit", f"? ({clean(limit.reason)})", place_of(limit.span), YELLOW)
        return
    text = size_text(limit.value) if limit.value else "none"
    yield Row("body limit", text + ("" if limit.span else " (nginx's default)"), place_of(limit.span))


def _headers(level: Level, outer: Level | None) -> Iterator[Row]:
    own = header_set(level)
    if outer is not None and own.headers == header_set(outer).headers:
        return
    for header in own.headers:
        yield Row("adds", _header_text(header), "" if header.statement.stock else place_of(header.span))
    if own.missing is not None:
        yield Row("adds", f"? ({clean(own.missing.reason)})", place_of(own.missing.span), YELLOW)
    yield from lost_rows(level)


def _header_text(header: Header) -> str:
    suffix = "" if header.always else "  (not on 4xx and 5xx)"
    return clipped(clean(f"{header.name}: ") + shown(header.value)) + suffix


def _sends(model: NginxModel, level: Level) -> Iterator[Row]:
    """Yield what the upstream gets, where a level passes requests on by proxy_pass."""
    if not level.named("proxy_pass"):
        return
    headers, missing = request_headers(model, level)
    for header in headers:
        place = place_of(header.statement.span) if header.statement is not None else ""
        if isinstance(header.value, Known) and not header.value.value:
            if header.statement is not None:
                yield Row("without", clean(header.name), place)
            continue
        default = "" if header.statement is not None else "  (nginx's default)"
        yield Row("with", clipped(clean(f"{header.name}: ") + shown(header.value)) + default, place)
    if missing is not None:
        yield Row("with", f"? ({clean(missing.reason)})", place_of(missing.span), YELLOW)


# ---- facts -------------------------------------------------------------------------------------------

_SCALARS = (
    "client_max_body_size", "proxy_read_timeout", "proxy_connect_timeout", "proxy_send_timeout",
    "proxy_buffering", "proxy_request_buffering", "root", "gzip", "server_tokens",
)  # fmt: skip


def facts(proxy: Proxy) -> dict[str, Any]:
    """Return the same as plain data, for JSON."""
    model = proxy.model
    return {
        "stack": proxy.stack,
        "service": model.service,
        "version": ".".join(map(str, model.version.value)) if isinstance(model.version, Known) else None,
        "files": [clean(path) for path in model.files],
        "missing": [{"path": clean(item.path), "reason": clean(item.reason)} for item in model.missing],
        "problems": [
            {"message": clean(item.message), "place": place_of(item.span)} for item in model.problems
        ],
        "upstreams": [
            {"name": clean(one.name), "servers": [clean(server.address.text) for server in one.servers]}
            for one in model.upstreams
        ],
        "servers": [
            {
                "names": [clean(name.text) for name in server.names],
                "listens": [row.text for row in _listens(server)],
                **({"tls": tls_facts(model, server)} if server.has_tls else {}),
                **_level_facts(model, server.level),
                "locations": [_location_facts(model, location) for location in server.locations],
            }
            for server in model.servers
        ],
    }


def _location_facts(model: NginxModel, location: Location) -> dict[str, Any]:
    return {
        "modifier": location.modifier,
        "pattern": clean(location.pattern),
        **_level_facts(model, location.level),
        "locations": [_location_facts(model, inner) for inner in location.locations],
    }


def _level_facts(model: NginxModel, level: Level) -> dict[str, Any]:
    own = header_set(level)
    values = {
        name: effective(level, name) for name in _SCALARS if is_set(level, name) or nearest(level, name)
    }
    return {
        "place": place_of(level.span),
        "passes": [target_text(target) for target in targets_of(model, level)],
        "headers": [
            {"name": clean(one.name), "value": shown(one.value), "always": one.always} for one in own.headers
        ],
        "headers_complete": own.complete,
        **policy_facts(model, level),
        "request_headers": {clean(one.name): shown(one.value) for one in request_headers(model, level)[0]}
        if level.named("proxy_pass")
        else {},
        "values": {
            name: clean(" ".join(value.value)) if isinstance(value, Known) else None
            for name, value in values.items()
        },
    }
