"""Effective values at a level: what nginx's merging of configurations makes of all that is around it.

Scalars come from the nearest level that says them; lists (``add_header``, ``proxy_set_header``, ...) come
whole from the nearest level that has any (ngx_http_headers_merge_conf, ngx_http_proxy_merge_loc_conf).
A level whose include cannot be had may say anything, so what depends on it is unknown.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from confguard.model.nginx.types import Level, Missing, Statement, Word
from confguard.model.value import Known, Origin, Step, Trail, Unknown, Value
from confguard.source import Span

T = TypeVar("T")

DEFAULTS = {
    "absolute_redirect": "on",
    "autoindex": "off",
    "client_body_buffer_size": "16k",
    "client_body_timeout": "60s",
    "client_header_timeout": "60s",
    "client_max_body_size": "1m",
    "default_type": "text/plain",
    "fastcgi_read_timeout": "60s",
    "grpc_read_timeout": "60s",
    "gzip": "off",
    "index": "index.html",
    "keepalive_timeout": "75s",
    "merge_slashes": "on",
    "port_in_redirect": "on",
    "proxy_buffering": "on",
    "proxy_connect_timeout": "60s",
    "proxy_intercept_errors": "off",
    "proxy_read_timeout": "60s",
    "proxy_redirect": "default",
    "proxy_request_buffering": "on",
    "proxy_send_timeout": "60s",
    "root": "html",
    "send_timeout": "60s",
    "server_name_in_redirect": "off",
    "server_tokens": "on",
    "ssl_session_tickets": "on",
    "uwsgi_read_timeout": "60s",
}
"""nginx's own defaults (documentation of 1.30) of the scalars that are asked for."""

_LISTS = frozenset(
    {
        "add_header",
        "fastcgi_hide_header",
        "fastcgi_param",
        "fastcgi_pass_header",
        "grpc_hide_header",
        "grpc_pass_header",
        "grpc_set_header",
        "limit_conn",
        "limit_req",
        "proxy_hide_header",
        "proxy_pass_header",
        "proxy_set_header",
        "uwsgi_hide_header",
        "uwsgi_param",
        "uwsgi_pass_header",
    }
)
_SIZE = re.compile(r"(\d+)([kKmMgG]?)")
_FACTORS = {"": 1, "k": 1024, "m": 1024**2, "g": 1024**3}
_TIME = re.compile(r"(\d+)(ms|[smhdwMy]?)\s*")
_SECONDS = {
    "ms": 0.001, "": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0, "M": 2592000.0,
    "y": 31536000.0,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Header:
    """One ``add_header`` as it takes effect: added to 2xx and 3xx answers, with ``always`` to all."""

    name: str
    value: Value[str]
    """Variables of nginx stay in it as they are written."""
    always: bool
    statement: Statement
    level: Level
    """The level that it is written at."""

    @property
    def span(self) -> Span:
        """The whole directive without its ``;``."""
        return self.statement.span


@dataclass(frozen=True, slots=True)
class HeaderSet:
    """The headers in effect at a level; ``missing`` is what may add or drop some, or None."""

    headers: tuple[Header, ...]
    missing: Missing | None = None

    @property
    def complete(self) -> bool:
        """Whether there are surely no others."""
        return self.missing is None

    def get(self, name: str) -> tuple[Header, ...]:
        """Return the headers of that name."""
        return tuple(header for header in self.headers if header.name.lower() == name.lower())


def _own_headers(level: Level, name: str = "add_header") -> tuple[Header, ...]:
    return tuple(
        Header(item.first, item.words[1].value, "always" in item.texts[2:], item, level)
        for item in level.named(name)
        if len(item.words) > 1
    )


def _inheritance(level: Level, name: str = "add_header_inherit") -> str:
    """Return ``on``, ``merge`` or ``off``: itself inherited as a scalar (nginx 1.29.3)."""
    found = next((items[-1] for at in level.chain() if (items := at.named(name))), None)
    return found.first if found else "on"


def header_set(level: Level) -> HeaderSet:
    """Return what ``add_header`` adds to an answer made at a level, and whether that is all."""
    headers: tuple[Header, ...] = ()
    missing: Missing | None = None
    for at in level.chain():
        own = _own_headers(at)
        headers = (*own, *headers) if own else headers
        missing = missing or at.may_hold("add_header")
        rule = _inheritance(at)
        if rule == "off" or (own and rule != "merge"):
            break
    return HeaderSet(headers, missing)


def headers(level: Level) -> tuple[Header, ...]:
    """Return the headers that are surely written for answers made at a level, outermost first."""
    return header_set(level).headers


def lost_headers(level: Level) -> tuple[tuple[Header, ...], tuple[Statement, ...]]:
    """Return the headers of outer levels that are dropped at a level, and what drops them.

    The second part are the ``add_header`` directives at the level (or its ``add_header_inherit off``)
    that replace the inherited ones. A header that is added again under its name is not lost.
    """
    own = _own_headers(level)
    rule = _inheritance(level)
    if level.outer is None or rule == "merge" or (not own and not level.named("add_header_inherit")):
        return (), ()
    if not own and rule != "off":
        return (), ()
    again = {header.name.lower() for header in own}
    lost = tuple(header for header in headers(level.outer) if header.name.lower() not in again)
    causes = tuple(header.statement for header in own) or level.named("add_header_inherit")
    return (lost, causes) if lost else ((), ())


def nearest(level: Level, name: str) -> tuple[Level, tuple[Statement, ...]] | Missing | None:
    """Return the nearest level that has a directive, with all of that name there.

    Missing where an include in between may have it; None where no level has it.
    """
    for at in level.chain():
        found = at.named(name)
        missing = at.may_hold(name)
        if missing and (not found or name in _LISTS):
            return missing
        if found:
            return at, found
    return None


def effective(level: Level, name: str) -> Value[tuple[str, ...]]:
    """Return the arguments of a scalar directive in effect at a level.

    The default of nginx where nobody says it; Unknown where an include may, and for a directive whose
    default is not known here.
    """
    found = nearest(level, name)
    if isinstance(found, Missing):
        trail: Trail = (Step("includes what is not known", found.span),) if found.span else ()
        return Unknown(f"{name} may be set elsewhere: {found.reason}", trail)
    if found is None:
        if name not in DEFAULTS:
            return Unknown(f"no directive sets {name}")
        return Known(
            (DEFAULTS[name],), (Step(f"default of nginx: {name} {DEFAULTS[name]}", None, Origin.DEFAULT),)
        )
    at, statements = found
    statement = statements[0]
    steps = _steps(statement, at)
    if statement.unknown:
        return Unknown(statement.unknown, steps)
    return Known(statement.texts, steps)


def _steps(statement: Statement, level: Level) -> Trail:
    text = f"{statement.name} in {level.title}"
    if statement.stock:
        return (Step(f"{text} of the image", None, Origin.DEFAULT),)
    substituted = tuple(step for word in statement.words for step in word.trail)
    return (
        Step(text, statement.span),
        *(Step("included here", span) for span in reversed(statement.via)),
        *substituted,
    )


def is_set(level: Level, name: str) -> bool:
    """Say whether a directive is surely written at a level or around it."""
    return any(at.named(name) for at in level.chain())


def text(level: Level, name: str) -> Value[str]:
    """Return the first argument of a scalar directive."""
    return _converted(level, name, lambda value: value)


def flag(level: Level, name: str) -> Value[bool]:
    """Return a scalar that is ``on`` or ``off``; ``build`` and other words are neither and count as on."""
    return _converted(level, name, lambda value: value.lower() != "off")


def size(level: Level, name: str) -> Value[int]:
    """Return a size in bytes (``client_max_body_size``: 0 means without a limit)."""
    return _converted(level, name, parse_size)


def seconds(level: Level, name: str) -> Value[float]:
    """Return a time in seconds."""
    return _converted(level, name, parse_time)


def _converted(level: Level, name: str, convert: Callable[[str], T | None]) -> Value[T]:
    value = effective(level, name)
    if isinstance(value, Unknown):
        return value
    first = value.value[0] if value.value else ""
    if "$" in first:
        return Unknown(f"{name} depends on {first}", value.trail)
    converted = convert(first)
    if converted is None:
        return Unknown(f'"{first}" is no value that {name} takes', value.trail)
    return Known(converted, value.trail)


def parse_size(text: str) -> int | None:
    """Return a size as ngx_parse_offset reads it (``10m``), in bytes; None if it is none."""
    match = _SIZE.fullmatch(text)
    return int(match[1]) * _FACTORS[match[2].lower()] if match else None


def parse_time(text: str) -> float | None:
    """Return a time as ngx_parse_time reads it (``1m30s``), in seconds; None if it is none."""
    position, total = 0, 0.0
    while position < len(text):
        match = _TIME.match(text, position)
        if not match:
            return None
        total += int(match[1]) * _SECONDS[match[2]]
        position = match.end()
    return total if text else None


def words_of(level: Level, name: str) -> tuple[Word, ...]:
    """Return all arguments of the directives of a name directly at a level."""
    return tuple(word for item in level.named(name) for word in item.words)
