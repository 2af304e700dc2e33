"""The way of one request through nginx, as a page for people and as facts for programs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from confguard.model.nginx import (
    Location,
    NginxModel,
    Request,
    Route,
    upstream_headers,
    upstream_path,
)
from confguard.model.nginx import route as follow
from confguard.model.nginx.answer import absolute
from confguard.model.value import Known, Unknown
from confguard.reporters.text import clean
from confguard.show.choose import Proxy
from confguard.show.headers import added, lost, lost_rows
from confguard.show.nginx_policies import limit_rows
from confguard.show.page import (
    BOLD,
    CYAN,
    DIM,
    GREEN,
    RED,
    YELLOW,
    Row,
    Style,
    joined_lines,
    place_of,
    rows_text,
    shown,
    size_text,
)

_PORTS = {"http": 80, "https": 443}
_REASONS = {
    200: "OK", 204: "No Content", 301: "Moved Permanently", 302: "Found", 303: "See Other",
    304: "Not Modified",
    307: "Temporary Redirect", 308: "Permanent Redirect", 400: "Bad Request", 401: "Unauthorized",
    403: "Forbidden", 404: "Not Found", 405: "Not Allowed", 410: "Gone", 413: "Request Entity Too Large",
    421: "Misdirected Request", 429: "Too Many Requests", 444: "closed without an answer",
    500: "Internal Server Error", 502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Time-out",
}  # fmt: skip


class RequestError(Exception):
    """What was given is no request; the message says why."""


@dataclass(frozen=True, slots=True)
class Way:
    """A request as it was asked for, and what becomes of it in one nginx.

    ``branches`` are the two ways to go on where a file decides: if it is there, and if none is.
    """

    proxy: Proxy
    url: str
    port: int
    """The port that was asked for; the container's may be another one."""
    route: Route
    branches: tuple[tuple[str, Route], ...] = ()


def request_of(
    url: str, method: str = "", headers: tuple[str, ...] = (), body_size: int | None = None
) -> Request:
    """Return the request for a URL (a path alone means ``http://localhost``); raises RequestError.

    ``headers`` are ``Name: value``. Without a method it is GET, or POST if there is a body.
    """
    text = url if "://" in url else f"http://localhost{url}" if url.startswith("/") else f"http://{url}"
    try:
        parts = urlsplit(text)
        port = parts.port or _PORTS.get(parts.scheme, 0)
    except ValueError as error:
        raise RequestError(f"{url!r} is no URL: {error}") from None
    if parts.scheme not in _PORTS or not parts.hostname:
        raise RequestError(f"{url!r} is no URL of http or https")
    given: dict[str, str] = {}
    for header in headers:
        name, colon, value = header.partition(":")
        if not colon or not name.strip():
            raise RequestError(f"{header!r} is no header: write it as 'Name: value'")
        given[name.strip()] = value.strip()
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    host = next((value for name, value in given.items() if name.lower() == "host"), "")
    host = host or parts.netloc.rpartition("@")[2]
    chosen = method.upper() or ("POST" if body_size else "GET")
    return Request(target, host, parts.scheme, port, chosen, given, body_size)


def way_of(proxy: Proxy, url: str, request: Request) -> Way:
    """Follow a request in one nginx; the port is that of the host, and may lead to another one."""
    inner = replace(request, port=proxy.container_port(request.port))
    found = follow(proxy.model, inner)
    if found.subrequests and found.unknown:
        let_in = follow(proxy.model, replace(inner, upstream_status=200))
        return Way(proxy, url, request.port, found, (("if auth_request lets it in", let_in),))
    if not found.asked:
        return Way(proxy, url, request.port, found)
    asked = found.asked[0]
    there = follow(proxy.model, replace(inner, exists=lambda path: path == asked or None))
    none = follow(proxy.model, replace(inner, exists=lambda path: False))
    return Way(
        proxy, url, request.port, found, ((f"if {asked} is there", there), ("if it is not there", none))
    )


# ---- facts -------------------------------------------------------------------------------------------


def facts(way: Way) -> dict[str, Any]:
    """Return everything the page says as plain data, for JSON."""
    route, model = way.route, way.proxy.model
    found: dict[str, Any] = {
        "url": way.url,
        "method": route.request.method,
        "stack": way.proxy.stack,
        "service": model.service,
        "port": route.request.port,
        **_outcome(way, route),
    }
    if way.branches:
        found["branches"] = [{"condition": text, **_outcome(way, one)} for text, one in way.branches]
    return found


def _outcome(way: Way, route: Route) -> dict[str, Any]:
    sent = upstream_headers(way.proxy.model, route) if route.targets else {}
    return {
        "server": None
        if route.server is None
        else {"title": clean(route.server.title), "place": place_of(route.server.span)},
        "locations": [_location(one) for one in route.locations],
        "status": route.status.value if isinstance(route.status, Known) else None,
        "unknown": clean(route.unknown),
        "redirect": shown(absolute(route, route.redirect)) if route.redirect else None,
        "file": clean(route.file) or None,
        "upstreams": [clean(text) for text in _targets(route)],
        "upstream_path": shown(upstream_path(route)) if route.targets else None,
        "request_headers": {clean(name): shown(value) for name, value in sent.items()},
        "response_headers": [
            {"name": clean(name), "value": value, "place": place} for name, value, place, _ in added(route)
        ],
        "lost_headers": [
            {"name": clean(name), "value": value, "place": place} for name, value, place in lost(route)
        ],
        "body_limit": route.body_limit.value if isinstance(route.body_limit, Known) else None,
    }


def _location(location: Location | None) -> dict[str, str] | None:
    if location is None:
        return None
    return {"title": clean(location.title), "place": place_of(location.span)}


def _targets(route: Route) -> Iterator[str]:
    for target in route.targets:
        host = shown(target.host)
        port = f":{target.port.value}" if isinstance(target.port, Known) else ""
        scheme = f"{target.scheme}://" if target.scheme else ""
        yield f"{scheme}{host}{port}"


# ---- the page ----------------------------------------------------------------------------------------


def page(way: Way, style: Style | None = None) -> str:
    """Return the way of a request as text."""
    look, route = style or Style(), way.route
    request = route.request
    lines = [f"{look.paint(clean(f'{request.method} {way.url}'), BOLD)}  {look.paint(_where(way), DIM)}", ""]
    lines += rows_text(list(_way_rows(route, way.proxy.model)), look, 2, 12)
    if not way.branches and route.server is not None:
        lines += ["", *_answer(way, route, look)]
    for text, branch in way.branches:
        lines += ["", f"  {look.paint(clean(text), YELLOW)}"]
        more = branch.locations[len(route.locations) :]
        lines += rows_text([_location_row("then", one) for one in more], look, 2, 12)
        lines += _answer(way, branch, look)
    return joined_lines(lines)


def _where(way: Way) -> str:
    if not way.proxy.stack:
        return clean(f"in {way.proxy.model.files[0]} alone" if way.proxy.model.files else "")
    port = way.route.request.port
    suffix = f", its port {port}" if port != way.port else ""
    return clean(f"in {way.proxy.stack}, service {way.proxy.model.service}{suffix}")


def _way_rows(route: Route, model: NginxModel) -> Iterator[Row]:
    if route.server is None:
        yield Row("server", clean(route.unknown or "none"), code=RED)
        yield from _listener_rows(model)
        return
    names = [text for item in route.server.level.named("server_name") for text in item.texts]
    listen = route.listen
    port = f"listen {listen.address}:{listen.port}" if listen else ""
    if listen and listen.ssl:
        port += " ssl"
    name = " ".join(names[:4]) or "(without a name)"
    place = place_of(route.server.span) or "of the image"
    yield Row("server", clean(f"{name}  [{port}]"), place, BOLD)
    for index, location in enumerate(route.locations):
        yield _location_row("location" if index == 0 else "then", location)
    limit = route.body_limit
    if limit is not None:
        yield _limit_row(route)


def _listener_rows(model: NginxModel) -> Iterator[Row]:
    """Yield where something does listen."""
    for server in model.servers:
        for listen in server.listens:
            port = f"{listen.address}:{listen.port}" if listen.port else listen.address
            text = f"{port}{' ssl' if listen.ssl else ''}  {server.title}"
            yield Row("listens", clean(text), place_of(listen.statement.span if listen.statement else None))


def _location_row(label: str, location: Location | None) -> Row:
    if location is None:
        return Row(label, "(none: the server itself)")
    title = " ".join(word for word in (location.modifier.replace("@", ""), location.pattern) if word)
    return Row(label, clean(title), place_of(location.span), CYAN)


def _limit_row(route: Route) -> Row:
    limit = route.body_limit
    if not isinstance(limit, Known):
        return Row("body limit", f"? ({clean(limit.reason)})" if limit else "?")
    text = size_text(limit.value) if limit.value else "none"
    if limit.span is None:
        text += " (nginx's default)"
    return Row("body limit", text, place_of(limit.span))


def _answer(way: Way, route: Route, look: Style) -> list[str]:
    rows: list[Row] = []
    statement = route.statement
    place = place_of(statement.span) if statement is not None and not statement.stock else ""
    if route.targets:
        path = upstream_path(route)
        suffix = clean(path.value) if isinstance(path, Known) else f" (path: {clean(path.reason)})"
        targets = [clean(text) for text in _targets(route)]
        rows.append(Row("passed to", targets[0] + suffix, place, GREEN))
        rows += [Row("or to", other + suffix, "", GREEN) for other in targets[1:]]
        for name, value in upstream_headers(way.proxy.model, route).items():
            written = {one.name.lower(): one for one in route.request_headers(way.proxy.model)[0]}[name]
            if written.statement is None and isinstance(value, Known) and not value.value:
                continue  # nginx's own: nobody misses it
            rows.append(_request_row(written.name, value, written.value, written.statement is None))
        rows.append(Row("answer", "what the upstream answers"))
    else:
        rows.append(_status_row(route, place))
    if route.redirect is not None:
        rows.append(Row("Location", shown(absolute(route, route.redirect))))
    if route.file and not route.targets:
        rows.append(Row("file", clean(route.file)))
    for name, text, where, condition in added(route):
        rows.append(Row("adds", f"{clean(name)}: {text}" + (f"  ({condition})" if condition else ""), where))
    early = statement is not None and statement.name in ("return", "rewrite")
    if route.level is not None and not early:  # they answer in the phase before limits are looked at
        rows += limit_rows(way.proxy.model, route.level, None)
    rows += lost_rows(route.level)
    return rows_text(rows, look, 2, 12)


def _request_row(name: str, value: object, written: object, default: bool) -> Row:
    if isinstance(value, Unknown) and isinstance(written, Known):
        text = clean(written.value)
    elif isinstance(value, Known) and not value.value:
        return Row("  without", clean(name))
    else:
        assert isinstance(value, Known | Unknown)
        text = shown(value)
    return Row("  with", clean(f"{name}: ") + text + (" (nginx's default)" if default else ""))


def _status_row(route: Route, place: str) -> Row:
    if not isinstance(route.status, Known):
        return Row("answer", f"not known: {clean(route.unknown or route.status.reason)}", place, YELLOW)
    status = route.status.value
    text = f"{status} {_REASONS.get(status, '')}".strip()
    return Row("answer", text, place, RED if status >= 400 else GREEN)
