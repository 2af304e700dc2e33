"""Where requests are proxied to: the targets of ``proxy_pass`` and its kin, by upstream or directly."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from confguard.model.nginx.types import Level, Location, NginxModel, Statement, Upstream, Word
from confguard.model.value import Known, Step, Unknown, Value
from confguard.source import Span

PASSES = ("proxy_pass", "uwsgi_pass", "fastcgi_pass", "grpc_pass", "scgi_pass", "memcached_pass")

_PATHS = r"\$\{?(?:request_uri|uri|document_uri)\b"  # variables that begin with a slash
_ADDRESS = re.compile(
    rf"""(?:(?!unix:)(?P<scheme>[a-zA-Z][a-zA-Z0-9+.-]*)://)?
    (?: unix:(?P<socket>[^:\s]+)(?::(?P<socket_uri>.*))?
      | (?P<host>\[[^\]]*\]|(?:(?!{_PATHS})(?:\$\{{[^}}]*\}}|[^:/?\#\s\[\]]))*)
        (?::(?P<port>(?:(?!{_PATHS})(?:\$\{{[^}}]*\}}|[^/?\#\s]))*))?
        (?P<uri>[/?\#$].*)?
    )""",
    re.VERBOSE | re.DOTALL,
)
_VARIABLE = re.compile(r"\$(?:\{([A-Za-z0-9_]+)\}|([A-Za-z0-9_]+))")
_DEFAULT_PORTS = {"http": 80, "https": 443, "grpc": 80, "grpcs": 443, "memcached": 11211}


@dataclass(frozen=True, slots=True)
class Target:
    """One place that requests of a level go to.

    ``host`` and ``port`` are what nginx connects to; ``port`` is None for a unix socket (``socket`` is
    its path) and where no port is written and none is the default. ``host_span`` and ``port_span`` are
    where they are written, in the directive itself, in the ``server`` of an ``upstream`` or in the
    ``set`` of a variable. ``uri`` is the URI part of ``proxy_pass``, ``""`` without one.
    """

    level: Level
    location: Location | None
    statement: Statement
    scheme: str
    host: Value[str]
    port: Value[int] | None
    host_span: Span
    port_span: Span | None
    uri: str = ""
    socket: str = ""
    upstream: Upstream | None = None
    uses_variable: bool = False
    """Whether the name is resolved when a request comes, not when nginx starts."""
    parameters: tuple[str, ...] = ()
    """Those of the upstream's ``server``: ``backup``, ``down``, ``resolve``, ..."""

    @property
    def protocol(self) -> str:
        """``proxy``, ``uwsgi``, ``fastcgi``, ``grpc``, ``scgi`` or ``memcached``."""
        return self.statement.name.removesuffix("_pass")

    @property
    def span(self) -> Span:
        """The directive that passes the request on."""
        return self.statement.span


def upstream_targets(model: NginxModel) -> tuple[Target, ...]:
    """Return every target of every level, in the order of the configuration."""
    return tuple(target for level in model.levels() for target in targets_of(model, level))


def targets_of(model: NginxModel, level: Level) -> tuple[Target, ...]:
    """Return where the passes written directly at a level go to; several for an upstream's servers."""
    return tuple(
        target
        for name in PASSES
        for statement in level.named(name)
        if statement.words
        for target in _targets(model, level, statement)
    )


def resolvers(level: Level) -> tuple[Statement, ...]:
    """Return the ``resolver`` in effect at a level; empty where none surely is."""
    return next((found for at in level.chain() if (found := at.named("resolver"))), ())


def _targets(model: NginxModel, level: Level, statement: Statement) -> Iterator[Target]:
    word = statement.words[0]
    location = model.location_of(level)
    resolved, place, in_text = _resolve(level, word)
    if isinstance(resolved, Unknown):
        where = _parts(place)[0] or word.span
        scheme = _scheme(statement, word.text)
        yield Target(level, location, statement, scheme, resolved, None, where, None, uses_variable=in_text)
        return
    match = _ADDRESS.fullmatch(resolved.value)
    if match is None:
        bad = Unknown(f'"{resolved.value[:80]}" cannot be understood as an address', resolved.trail)
        yield Target(level, location, statement, "", bad, None, word.span, None, uses_variable=in_text)
        return
    scheme, uri = _scheme(statement, resolved.value), match["uri"] or match["socket_uri"] or ""
    host_span, port_span = _parts(place)
    socket = match["socket"] or ""
    upstream = None if socket or match["port"] else model.by_upstream.get((match["host"] or "").lower())
    if upstream is None:
        host: Value[str] = Known(f"unix:{socket}" if socket else match["host"] or "", resolved.trail)
        port = None if socket else _port(match["port"], scheme, resolved.trail)
        yield Target(
            level, location, statement, scheme, host, port, host_span or word.span, port_span, uri, socket,
            uses_variable=in_text,
        )  # fmt: skip
        return
    for server in upstream.servers:
        yield _server_target(
            level, location, statement, scheme, uri, upstream, server.address, server.parameters
        )


def _server_target(
    level: Level,
    location: Location | None,
    statement: Statement,
    scheme: str,
    uri: str,
    upstream: Upstream,
    word: Word,
    parameters: tuple[str, ...],
) -> Target:
    host_span, port_span = _parts(word)
    value = word.value
    place = host_span or word.span
    if isinstance(value, Unknown):
        return Target(
            level,
            location,
            statement,
            scheme,
            value,
            None,
            place,
            port_span,
            uri,
            "",
            upstream,
            False,
            parameters,
        )
    match = _ADDRESS.fullmatch(value.value)
    socket = (match["socket"] or "") if match else ""
    host = f"unix:{socket}" if socket else (match["host"] or "") if match else value.value
    port = None if socket or not match else _port(match["port"], "http", value.trail)
    known = Known(host, value.trail)
    return Target(
        level,
        location,
        statement,
        scheme,
        known,
        port,
        place,
        port_span,
        uri,
        socket,
        upstream,
        False,
        parameters,
    )


def has_variable(text: str) -> bool:
    """Say whether a text holds a variable."""
    return _VARIABLE.search(text) is not None


def address_port(text: str) -> tuple[str, str]:
    """Return the host and the port of an address as they are written, ``""`` where there is none."""
    match = _ADDRESS.fullmatch(text)
    return ((match["host"] or "", match["port"] or "")) if match else ("", "")


def _scheme(statement: Statement, text: str) -> str:
    match = _ADDRESS.match(text)
    return ((match["scheme"] if match else "") or statement.name.removesuffix("_pass")).lower()


def _port(text: str | None, scheme: str, trail: tuple[Step, ...]) -> Value[int] | None:
    if text is None:
        default = _DEFAULT_PORTS.get(scheme)
        return None if default is None else Known(default, (Step(f"default port of {scheme}"), *trail))
    if text.isascii() and text.isdigit() and 0 < int(text) < 65536:
        return Known(int(text), trail)
    return Unknown(f'"{text[:40]}" is not a port that can be known', trail)


def _parts(word: Word) -> tuple[Span | None, Span | None]:
    """Return the spans of the host and the port of an address."""
    raw = word.span.text
    shift = 1 if word.quote and raw.startswith(word.quote) else 0
    inner = raw[1:-1] if shift and raw.endswith(word.quote) else raw[shift:]
    match = _ADDRESS.fullmatch(inner)
    if match is None:
        return None, None
    group = "socket" if match["socket"] else "host"
    host = word.span.sub(match.start(group) + shift, match.end(group) + shift)
    port = word.span.sub(match.start("port") + shift, match.end("port") + shift) if match["port"] else None
    return host if host.end > host.start else None, port


def _resolve(level: Level, word: Word) -> tuple[Value[str], Word, bool]:
    """Return a target's text with its variables put in, the word that shows the host, and if it had any."""
    value = word.value
    if isinstance(value, Unknown):
        return value, word, False
    names = [match[1] or match[2] for match in _VARIABLE.finditer(value.value)]
    if not names:
        return value, word, False
    text, place, trail = value.value, word, value.trail
    head = re.match(r"(?:[a-z]+://)?\$(?:\{(\w+)\}|(\w+))", text)
    for name in dict.fromkeys(names):
        found = variable(level, name)
        if isinstance(found, Unknown):
            # What stands behind the host may vary: it does not change where the request goes.
            if _in_host(text, name):
                return Unknown(found.reason, (*found.trail, *trail)), place, True
            continue
        known, source = found
        if head and name == (head[1] or head[2]):
            place = source
        text = text.replace(f"${{{name}}}", known)
        text = re.sub(rf"\${name}(?![A-Za-z0-9_])", known.replace("\\", "\\\\"), text)
        trail = (Step(f"set ${name}", source.span), *trail)
    return Known(text, trail), place, True


def _in_host(text: str, name: str) -> bool:
    match = _ADDRESS.fullmatch(text)
    if match is None:
        return True
    part = f"{match['host'] or ''}:{match['port'] or ''}"
    return any(name == (found[1] or found[2]) for found in _VARIABLE.finditer(part)) or not match["host"]


def variable(level: Level, name: str) -> tuple[str, Word] | Unknown:
    """Return the literal that ``set`` gives a variable wherever a request reaches this level."""
    # The sets of the server and of the location itself run, those of a location around it do not.
    around = (level, level.enclosing("location"), level.enclosing("server"))
    ran = dict.fromkeys(at for at in around if at is not None and at.kind != "http")
    found: list[Statement] = []
    conditional = False
    for at in ran:
        if missing := at.may_hold("set"):
            return Unknown(f"${name} may be set elsewhere: {missing.reason}")
        found += [item for item in at.named("set") if item.first.removeprefix("$") == name]
        conditional = conditional or any(
            inner.name == "set" and inner.first.removeprefix("$") == name
            for block in at.named("if")
            if block is not level.statement
            for inner in block.inside()
        )
    if len(found) == 1 and not conditional:
        statement = found[0]
        if len(statement.words) > 1:
            word = statement.words[1]
            if word.unknown:
                return Unknown(word.unknown, (Step(f"set ${name}", word.span),))
            if "$" not in word.text:
                return word.text, word
    return Unknown(f"${name} is only known when a request comes")
