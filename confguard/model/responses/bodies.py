"""How large a request body may be on its way: what the application accepts, what nginx lets through."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from confguard.discover.project import Project
from confguard.model.deployment import App, Deployment
from confguard.model.django import Entries, plain
from confguard.model.nginx import NginxModel, Target, size, upstream_targets
from confguard.model.responses.behind import app_behind
from confguard.model.responses.serving import is_websocket
from confguard.model.value import Known, Value
from confguard.source import Span

if TYPE_CHECKING:
    from confguard.model.django.routes import Route

_WHAT = r"UPLOAD|IMPORT|FILE|FILES|ATTACHMENT|IMAGE|IMAGES|PHOTO|VIDEO|DOCUMENT|AVATAR|MEDIA|RESTORE|BACKUP"
_UNITS = {
    "BYTES": 1, "B": 1, "KB": 1000, "KIB": 1024, "MB": 1000**2, "MIB": 1024**2, "MEGABYTES": 1000**2,
    "GB": 1000**3, "GIB": 1024**3,
}  # fmt: skip
_TEXT = re.compile(r"(\d+)\s*([KMG]B?|[KMG]IB)")
_GENERIC = frozenset(
    f"{_WHAT}|MAX|MAXIMUM|LIMIT|SIZE|SIZES|UPLOADS|DATA|MEMORY|DJANGO|APP|ALLOWED|BODY|REQUEST".split("|")
)
_NOT_A_LIMIT = frozenset({"FILE_UPLOAD_MAX_MEMORY_SIZE"})
"""Above it Django writes a file to the disk; it refuses none (settings reference of 5.2)."""
_SMALLEST = 10_000
"""A smaller number in a setting without a unit may count something else than bytes."""


@dataclass(frozen=True, slots=True)
class Declared:
    """A limit for uploads that the settings of an application declare, in bytes.

    ``words`` are what its name says beside that it is a limit (``people`` of PEOPLE_UPLOAD_MAX_BYTES).
    """

    setting: str
    size: Known[int]
    words: frozenset[str]

    @property
    def place(self) -> Span | None:
        """Where the setting gets its value."""
        return self.size.span.first_line() if self.size.span else None


def declared_limits(app: App) -> tuple[Declared, ...]:
    """Return the limits that the settings declare for uploads, and Django's own for forms, if it is set."""
    return tuple(_declared(app))


def _declared(app: App) -> Iterator[Declared]:
    for name, value in app.settings.values.items():
        parts = name.split("_")
        if name in _NOT_A_LIMIT or not isinstance(value, Known) or not _is_limit(parts):
            continue
        number = _bytes(value, parts)
        if number is not None:
            words = frozenset(part.lower() for part in parts if part not in _GENERIC and part not in _UNITS)
            yield Declared(name, Known(number, value.trail), words)


def _is_limit(parts: list[str]) -> bool:
    limits = any(part in ("MAX", "MAXIMUM", "LIMIT") for part in parts)
    measured = parts[-1] in _UNITS or any(part in ("SIZE", "SIZES") for part in parts)
    return limits and measured and any(re.fullmatch(_WHAT, part) for part in parts)


def _bytes(value: Known[Any], parts: list[str]) -> int | None:
    """Return a limit in bytes; the smaller one of what ``MB`` may mean."""
    found = value.value
    if isinstance(found, Entries):
        try:
            numbers = [item for item in plain(value).values() if isinstance(item, int)]
        except (ValueError, TypeError):
            return None
        found = max(numbers, default=0)
    if isinstance(found, str):
        match = _TEXT.fullmatch(found.strip().upper())
        return int(match[1]) * _UNITS[match[2] if len(match[2]) > 1 else f"{match[2]}B"] if match else None
    if isinstance(found, bool) or not isinstance(found, int | float):
        return None
    unit = _UNITS.get(parts[-1])
    if unit is None:
        return int(found) if found >= _SMALLEST else None
    return int(found * unit) if found > 0 else None


@dataclass(frozen=True, slots=True)
class Way:
    """One route to an application with the largest body that nginx lets through; 0 means any."""

    target: Target
    limit: Value[int]


def ways_to(deployment: Deployment, model: NginxModel, app: App) -> tuple[Way, ...]:
    """Return the routes of an nginx that lead to an application."""
    return tuple(
        Way(target, size(target.level, "client_max_body_size"))
        for target in upstream_targets(model)
        if app_behind(deployment, target) is app and not is_websocket(target)
    )


def widest(ways: tuple[Way, ...], words: frozenset[str]) -> Way | None:
    """Return the route that lets the largest bodies through, of those whose path has one of the words.

    Where no path has any, of all routes. None where a limit is not known, or one of them has none.
    """
    named = tuple(way for way in ways if words & _path_words(way.target))
    known = [(way.limit.value, way) for way in named or ways if isinstance(way.limit, Known)]
    if not known or len(known) != len(named or ways) or any(not limit for limit, _ in known):
        return None
    return max(known, key=lambda pair: pair[0])[1]


def routed(model: NginxModel, app: App, ways: tuple[Way, ...], words: frozenset[str]) -> tuple[Way, ...]:
    """Return the ways that requests take for the routes of Django that have one of the words in their path.

    All ways where a location's own path has a word, or where no route is known to have one.
    """
    if not words or any(words & _path_words(way.target) for way in ways):
        return ways
    found: list[Way] = []
    for one in app.settings.urlconf.routes:
        path = sample(one)
        if path is None or not words & _words(path) or not one.certain:
            continue
        for way in _by_request(model, ways, path):
            if way not in found:
                found.append(way)
    return tuple(found) or ways


def sample(one: Route) -> str | None:
    """Return a path that a route takes, None where it is more than literals and simple converters."""
    if any(part.kind != "path" for part in one.parts):
        return None
    text = re.sub(r"<(?:(\w+):)?\w+>", lambda match: "1" if match[1] in ("int", None) else "a", one.text)
    return f"/{text}" if "<" not in text else None


def _by_request(model: NginxModel, ways: tuple[Way, ...], path: str) -> Iterator[Way]:
    from confguard.model.nginx import Request, route

    for server in {model.server_of(way.target.level) for way in ways}:
        for listen in server.listens if server is not None else ():
            if server is None or listen.port is None:
                continue
            name = next((one.text for one in server.names if one.kind == "exact"), "localhost")
            scheme = "https" if listen.ssl else "http"
            levels = [
                target.level for target in route(model, Request(path, name, scheme, listen.port)).targets
            ]
            yield from (way for way in ways if way.target.level in levels)


def _words(text: str) -> frozenset[str]:
    found = re.findall(r"[a-z]+", text.lower())
    return frozenset({*found, *(word.removesuffix("s") for word in found)})


def _path_words(target: Target) -> frozenset[str]:
    return _words(target.location.pattern) if target.location else frozenset()


def is_used(project: Project, setting: str, files: tuple[str, ...]) -> bool:
    """Say whether a Python file outside of the settings names a setting."""
    for path in project.paths:
        if path.endswith(".py") and path not in files:
            source = project.read(path)
            if source is not None and setting in source.text:
                return True
    return False
