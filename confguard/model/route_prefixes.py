"""Which paths an nginx location leaves for Django, and whether the URLconf has any of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from confguard.model.deployment import App, Deployment
from confguard.model.nginx import Location, Request, request_headers, route, upstream_path
from confguard.model.passages import Passage
from confguard.model.value import Known

if TYPE_CHECKING:
    from confguard.model.django.routes import Route, URLconf


_OTHERWISE = re.compile(r"health|ping|ready|live|status|metrics|ws|socket", re.IGNORECASE)
"""Paths that middleware or an ASGI router may answer without a route."""


class Mismatch(Enum):
    """How a location and the URLconf miss each other."""

    STRIPPED = "the prefix that routes have is taken off"
    ROOTLESS = "a prefix is taken off that Django knows nothing of"
    UNROUTED = "no route begins with what is passed on"


@dataclass(frozen=True, slots=True, eq=False)
class Mismatched:
    """A location whose prefix Django gets as ``sent``; ``routes`` are those that it would have had."""

    passage: Passage
    location: Location
    sent: str
    kind: Mismatch
    routes: tuple[Route, ...] = ()


def mismatches(deployment: Deployment, app: App) -> Iterator[Mismatched]:
    """Yield the prefix locations that surely miss the routes of an application.

    Nothing where the URLconf is not fully known, or where something tells Django of a prefix: Django 5.2,
    django/core/handlers/wsgi.py, get_script_name.
    """
    if app.settings.get("FORCE_SCRIPT_NAME") != Known(None) and "FORCE_SCRIPT_NAME" in app.settings:
        return
    if app.environment.get("SCRIPT_NAME") is not None:
        return
    urlconf = app.settings.urlconf
    if not urlconf.complete or not urlconf.routes:
        return
    seen: set[Location] = set()
    for passage in deployment.passages:
        location = passage.model.location_of(passage.level)
        if passage.app is not app or location is None or location in seen:
            continue
        seen.add(location)
        sent = _sent(passage, location)
        if sent is not None and not _is_file(app, location.pattern):
            yield from _judge(passage, location, sent, urlconf)


def _sent(passage: Passage, location: Location) -> str | None:
    """Return what Django gets in place of the location's prefix; None if it is not known, or no page."""
    target = passage.hop.target
    if location.modifier not in ("", "^~") or location.unknown or target.uses_variable or "$" in target.uri:
        return None
    if passage.hop.count > 1 or target.protocol != "proxy" or passage.level is not location.level:
        return None
    rewritten = False
    for level in passage.level.chain():
        if level.may_hold("rewrite") or level.named("if") or (level.named("rewrite") and rewritten):
            return None
        rewritten = rewritten or bool(level.named("rewrite"))
    headers = request_headers(passage.model, passage.level)[0]
    told = ("upgrade", "x-script-name", "x-forwarded-prefix", "script-name", "script_name")
    if any(header.name.lower() in told for header in headers):
        return None
    return _after_rewrites(passage, location) if rewritten else target.uri or location.pattern


def _after_rewrites(passage: Passage, location: Location) -> str | None:
    """Return what the one rewrite of a location makes of its prefix, whatever stands behind that."""
    entrance, server = passage.hop.entrance, passage.model.server_of(location.level)
    if len(location.level.named("rewrite")) != 1 or server is None:
        return None
    name = next((one.text for one in server.names if one.kind == "exact" and one.text), "localhost")
    sent = set()
    for rest in ("aaa", "b/c1/"):
        request = Request(f"{location.pattern}{rest}", name, entrance.scheme, entrance.listen.port or 0)
        way = route(passage.model, request)
        asked = upstream_path(way)
        if way.unknown or way.location is not location or not isinstance(asked, Known):
            return None
        if not asked.value.endswith(rest):
            return None
        sent.add(asked.value.removesuffix(rest))
    # Else the rewrite may be for other paths than these.
    return sent.pop() if len(sent) == 1 and location.pattern not in sent else None


def _is_file(app: App, prefix: str) -> bool:
    """Say whether a prefix may be one of static or uploaded files, which need no route."""
    for name in ("STATIC_URL", "MEDIA_URL"):
        value = app.settings.get(name)
        url = value.value if isinstance(value, Known) else None
        if not isinstance(url, str):
            if value is not None and url is not None:
                return True
            continue
        path = url.strip("/")
        if path and (prefix.strip("/").startswith(path) or path.startswith(prefix.strip("/") or "\0")):
            return True
    return False


def _judge(passage: Passage, location: Location, sent: str, urlconf: URLconf) -> Iterator[Mismatched]:
    own = location.pattern
    if sent != own and sent == "/":
        below = urlconf.under(own)
        beside = [route for route in urlconf.routes if route not in below and route.kind != "admin"]
        if not below:
            yield Mismatched(passage, location, sent, Mismatch.ROOTLESS)
        elif len(beside) <= len(below):  # else the location may be meant for those
            yield Mismatched(passage, location, sent, Mismatch.STRIPPED, below)
    elif not _OTHERWISE.search(sent) and not any(_may_take(route, sent) for route in urlconf.routes):
        kind = Mismatch.UNROUTED if sent == own else Mismatch.STRIPPED
        yield Mismatched(passage, location, sent, kind, urlconf.under(own))


def _may_take(route: Route, prefix: str) -> bool:
    """Say whether a route may take a path that begins with a prefix."""
    wanted, head = prefix.removeprefix("/"), route.head
    if head.startswith(wanted) or head.rstrip("/") == wanted.rstrip("/"):
        return True
    literal = all(
        part.kind == "path" and part.text is not None and "<" not in part.text for part in route.parts
    )
    return wanted.startswith(head) and (route.is_prefix or not literal)
