"""Hosts and ports in texts: URLs, and what their schemes speak."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from confguard.model.value import Known
from confguard.source import Span

MARK = "\ue000"
"""Stands for the part of a text that is not known (a password, mostly)."""

URL = re.compile(
    rf"(?<![a-z0-9+.-])(?P<scheme>[a-z][a-z0-9+.-]*)://(?:(?P<user>[^/\s\"']*)@)?(?P<host>\[[^\]\s]*\]|[\w.{MARK}-]*)"
    rf"(?::(?P<port>[\d{MARK}]+))?(?P<path>/[^?#\s\"']*)?(?=[?#,\s\"'/)]|\Z)",
    re.IGNORECASE,
)
_KINDS: tuple[tuple[str, str, int], ...] = (
    # What a scheme begins with, what is spoken, its usual port.
    ("postgres", "postgresql", 5432),
    ("postgis", "postgresql", 5432),
    ("psql", "postgresql", 5432),
    ("pgsql", "postgresql", 5432),
    ("mysql", "mysql", 3306),
    ("mariadb", "mysql", 3306),
    ("redis", "redis", 6379),
    ("valkey", "redis", 6379),
    ("amqp", "amqp", 5672),
    ("pyamqp", "amqp", 5672),
    ("memcache", "memcached", 11211),
    ("mongodb", "mongodb", 27017),
    ("elasticsearch", "elasticsearch", 9200),
    ("opensearch", "elasticsearch", 9200),
    ("smtp", "smtp", 25),
    ("https", "http", 443),
    ("http", "http", 80),
)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One host, and port if it is known, that services connect to.

    ``kind`` is what is spoken (``postgresql``, ``redis``, ``amqp``, ``smtp``, ``http``, ...; ``""`` where
    nothing says it). ``name`` is how people call the place: ``DATABASES["default"]``, ``REDIS_URL``.
    ``source`` is setting, environment, command or healthcheck. ``host`` is ``""`` for a database's socket.
    """

    services: tuple[str, ...]
    host: str
    port: int | None
    kind: str
    name: str
    source: str
    value: Known[Any]
    span: Span | None
    port_is_default: bool = False

    @property
    def loopback(self) -> bool:
        """Whether it is the container itself."""
        return is_loopback(self.host)


def is_loopback(host: str) -> bool:
    """Say whether a host is the machine itself."""
    return host in ("localhost", "::1", "[::1]", "0.0.0.0") or host.startswith("127.")  # noqa: S104


def of_text(
    services: tuple[str, ...],
    text: str,
    kind: str,
    name: str,
    source: str,
    value: Known[Any],
    span: Span | None,
) -> Iterator[Endpoint]:
    """Yield the endpoints of a text: one URL or more, or ``host:port`` where a kind is given."""
    urls = [match for match in URL.finditer(text) if kind_of(match["scheme"])]
    for match in urls:
        spoken, default = kind_of(match["scheme"]) or ("", 0)
        host, port = match["host"], match["port"]
        if MARK in host or not host or MARK in (port or ""):
            continue
        number = number_of(port) if port else default
        yield Endpoint(services, host, number, spoken, name, source, value, span, not port)
    plain = re.fullmatch(r"([A-Za-z][\w.-]*):(\d+)", text)
    if not urls and kind and plain:
        yield Endpoint(services, plain[1], number_of(plain[2]), kind, name, source, value, span)


def kind_of(scheme: str) -> tuple[str, int] | None:
    """Return what a URL's scheme speaks and its usual port; None for one that leads nowhere known."""
    lower = scheme.lower()
    return next(((kind, port) for start, kind, port in _KINDS if lower.startswith(start)), None)


def number_of(value: object) -> int | None:
    """Return the port that a setting or text is, None if it is none."""
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() and 0 < int(text) < 65536 else None
