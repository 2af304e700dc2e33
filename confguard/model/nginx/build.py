"""From statements to servers, locations and upstreams."""

from __future__ import annotations

import re
from dataclasses import replace

from confguard.model.nginx.types import (
    Level,
    Listen,
    Location,
    Server,
    ServerName,
    Statement,
    Upstream,
    UpstreamServer,
    Word,
)

_MODIFIERS = frozenset({"=", "^~", "~", "~*"})
_PORT = re.compile(r"\d{1,5}")


def levels_of(statements: tuple[Statement, ...], kind: str, outer: Level | None) -> tuple[Level, ...]:
    """Return the levels that the blocks of a name make."""
    return tuple(
        _level(kind, item, outer) for item in statements if item.name == kind and item.block is not None
    )


def _level(kind: str, statement: Statement, outer: Level | None) -> Level:
    return Level(kind, statement, outer, statement.block or (), statement.missing)


def servers_of(http: Level) -> tuple[Server, ...]:
    """Return the servers of an http level, in order."""
    return tuple(server_of(level) for level in levels_of(http.statements, "server", http))


def server_of(level: Level) -> Server:
    """Return the server that a level is."""
    listens = tuple(listen_of(item) for item in level.named("listen") if item.words)
    if not listens and not level.may_hold("listen"):
        listens = (Listen("*", 80, (), None),)
    names = tuple(server_name_of(word) for item in level.named("server_name") for word in item.words)
    return Server(level, listens, names, locations_of(level), levels_of(level.statements, "if", level))


def locations_of(level: Level) -> tuple[Location, ...]:
    """Return the locations directly in a server or a location."""
    return tuple(
        location_of(_level("location", item, level))
        for item in level.named("location")
        if item.block is not None and item.words
    )


def location_of(level: Level) -> Location:
    """Return the location that a level is."""
    assert level.statement is not None
    modifier, pattern = _pattern(level.statement.words)
    return Location(
        level,
        modifier,
        pattern.text,
        pattern.span,
        locations_of(level),
        levels_of(level.statements, "if", level),
        levels_of(level.statements, "limit_except", level),
        level.statement.unknown,
    )


def _pattern(words: tuple[Word, ...]) -> tuple[str, Word]:
    """Return a location's modifier and pattern; ``location =/a`` and ``location ~*x`` are one word."""
    if len(words) > 1:
        return words[0].text if words[0].text in _MODIFIERS else "", words[1]
    word = words[0]
    for modifier in ("=", "^~", "~*", "~"):
        if word.text.startswith(modifier):
            return modifier, replace(word, text=word.text[len(modifier) :])
    return ("@" if word.text.startswith("@") else ""), word


def listen_of(statement: Statement) -> Listen:
    """Return what a ``listen`` says: ngx_parse_url with port 80 where none is given."""
    address, parameters = statement.first, statement.texts[1:]
    if statement.unknown:
        bad = statement.words[0].unknown
        return Listen(address, None, parameters, statement, bad or statement.unknown)
    if address.startswith("unix:"):
        return Listen(address, None, parameters, statement)
    if _PORT.fullmatch(address):
        return Listen("*", int(address), parameters, statement)
    host, port = address, "80"
    if address.startswith("["):
        host, _, rest = address.partition("]")
        host, port = f"{host}]", rest.removeprefix(":") or "80"
    elif ":" in address:
        host, _, port = address.rpartition(":")
    if not _PORT.fullmatch(port):
        return Listen(host, None, parameters, statement, f"{port} is no port")
    return Listen(host.lower() or "*", int(port), parameters, statement)


def server_name_of(word: Word) -> ServerName:
    """Return a server's name and its kind (ngx_http_core_server_name)."""
    text = word.text
    if text.startswith("~"):
        return ServerName(text[1:], "regex", word.span, word.unknown)
    kind = "exact"
    if text.startswith("*."):
        kind = "leading"
    elif text.startswith(".") and len(text) > 1:
        kind = "both"
    elif text.endswith(".*"):
        kind = "trailing"
    return ServerName(text.lower(), kind, word.span, word.unknown)


def upstreams_of(level: Level) -> tuple[Upstream, ...]:
    """Return the upstreams of http or stream, in order."""
    found = []
    for inner in levels_of(level.statements, "upstream", level):
        statement = inner.statement
        if statement is None or not statement.words:
            continue
        servers = tuple(
            UpstreamServer(item.words[0], item.texts[1:], item)
            for item in inner.named("server")
            if item.words
        )
        found.append(Upstream(statement.first, servers, inner))
    return tuple(found)
