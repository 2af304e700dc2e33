"""The typed view of an nginx configuration: levels, servers, locations, upstreams."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from confguard.model.value import Known, Step, Trail, Unknown, Value
from confguard.parsers.nginx_tree import Directive
from confguard.source import Problem, Span

Version = tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Word:
    """An argument as nginx gets it, after envsubst.

    ``text`` is unquoted; where ``unknown`` gives a reason it still holds the template's placeholder.
    ``trail`` names the variables that were put in.
    """

    text: str
    span: Span
    quote: str = ""
    unknown: str = ""
    trail: Trail = ()

    @property
    def value(self) -> Value[str]:
        """The text, or why it cannot be known. Variables of nginx stay in it."""
        steps = (Step(f"written as {self.span.text[:60]}", self.span), *self.trail)
        return Unknown(self.unknown, steps) if self.unknown else Known(self.text, steps)


@dataclass(frozen=True, slots=True, eq=False)
class Statement:
    """A directive in its effective place: includes are resolved, the template's variables put in.

    ``via`` are the spans of the ``include`` directives that led to it, outermost first. ``stock`` says
    that it is a file of the image, which does not stand in the repository.
    """

    name: str
    words: tuple[Word, ...]
    directive: Directive
    block: tuple[Statement, ...] | None = None
    missing: tuple[Missing, ...] = ()
    """What its block includes and could not be had."""
    via: tuple[Span, ...] = ()
    stock: bool = False

    @property
    def span(self) -> Span:
        """The directive's name and arguments where they are written."""
        return self.directive.head

    @property
    def texts(self) -> tuple[str, ...]:
        """The texts of the arguments."""
        return tuple(word.text for word in self.words)

    @property
    def first(self) -> str:
        """The text of the first argument, or ``""``."""
        return self.words[0].text if self.words else ""

    @property
    def unknown(self) -> str:
        """Why the arguments are not all known, or ``""``."""
        return next((word.unknown for word in self.words if word.unknown), "")

    def step(self, text: str = "") -> Step:
        """Return the step of a trail that this statement is."""
        return Step(text or self.name, self.span)

    def inside(self) -> Iterator[Statement]:
        """Yield the statements in its block, at any depth."""
        for statement in self.block or ():
            yield statement
            yield from statement.inside()


@dataclass(frozen=True, slots=True, eq=False)
class Missing:
    """Directives that stand at a level and cannot be had: an include, or a template's placeholder.

    ``absent`` says that the file is surely not in the container, so that nginx would not start.
    ``prefixes`` restricts what it may hold, where that is known (certbot's file holds ``ssl_`` only).
    """

    path: str
    reason: str
    span: Span | None
    absent: bool = False
    prefixes: tuple[str, ...] = ()

    def may_hold(self, name: str) -> bool:
        """Say whether a directive of this name may be among what is missing."""
        return not self.prefixes or name.startswith(self.prefixes)


@dataclass(frozen=True, eq=False)
class Level:
    """A place where directives apply: ``kind`` is http, server, location, if, limit_except or stream.

    ``statement`` is the block's own directive; None for a level that a fragment stands in, which the
    file does not show. ``outer`` is the level around it.
    """

    kind: str
    statement: Statement | None
    outer: Level | None
    statements: tuple[Statement, ...]
    missing: tuple[Missing, ...] = ()

    @cached_property
    def _by_name(self) -> dict[str, tuple[Statement, ...]]:
        found: dict[str, list[Statement]] = {}
        for statement in self.statements:
            found.setdefault(statement.name, []).append(statement)
        return {name: tuple(statements) for name, statements in found.items()}

    def named(self, name: str) -> tuple[Statement, ...]:
        """Return the directives of that name directly at this level."""
        return self._by_name.get(name, ())

    def chain(self) -> Iterator[Level]:
        """Yield this level and those around it, innermost first."""
        level: Level | None = self
        while level is not None:
            yield level
            level = level.outer

    def enclosing(self, kind: str) -> Level | None:
        """Return the nearest level of a kind, from this one outwards."""
        return next((level for level in self.chain() if level.kind == kind), None)

    def may_hold(self, name: str) -> Missing | None:
        """Return what is missing at this level and may hold a directive of this name."""
        return next((missing for missing in self.missing if missing.may_hold(name)), None)

    @property
    def span(self) -> Span | None:
        """Where the block's directive stands; None where no file of the repository shows it."""
        return None if self.statement is None or self.statement.stock else self.statement.span

    @property
    def title(self) -> str:
        """The block as people name it: ``location /api/``, ``server a.example``, ``http``."""
        if self.statement is None:
            return self.kind
        if self.kind == "server":
            names = [text for item in self.named("server_name") for text in item.texts]
            return " ".join(["server", *names[:1]])
        return " ".join([self.statement.name, *self.statement.texts])

    @property
    def is_stock(self) -> bool:
        """Whether a file of the image holds it."""
        return self.statement is not None and self.statement.stock


@dataclass(frozen=True, slots=True, eq=False)
class Listen:
    """One ``listen``: the address (``*`` for all, IPv6 in brackets), the port, the parameters.

    ``port`` is None for a unix socket (``address`` is ``unix:...``) and where ``unknown`` gives a reason.
    ``statement`` is None for the ``*:80`` of a server without any.
    """

    address: str
    port: int | None
    parameters: tuple[str, ...]
    statement: Statement | None
    unknown: str = ""

    @property
    def ssl(self) -> bool:
        """Whether connections speak TLS."""
        return "ssl" in self.parameters or "quic" in self.parameters

    @property
    def default_server(self) -> bool:
        """Whether the server takes what no name of another one matches."""
        return "default_server" in self.parameters or "default" in self.parameters

    @property
    def wildcard(self) -> bool:
        """Whether it takes every address."""
        return self.address in ("*", "0.0.0.0", "[::]")  # noqa: S104 - a word of the configuration

    @property
    def family(self) -> str:
        """``inet``, ``inet6`` or ``unix``."""
        return (
            "unix"
            if self.address.startswith("unix:")
            else "inet6"
            if self.address.startswith("[")
            else "inet"
        )


@dataclass(frozen=True, slots=True, eq=False)
class Location:
    """One ``location``: ``modifier`` is ``""``, ``=``, ``^~``, ``~``, ``~*``, or ``@`` for a named one.

    ``pattern`` is the prefix, the regular expression, or the name with its ``@``.
    """

    level: Level
    modifier: str
    pattern: str
    pattern_span: Span
    locations: tuple[Location, ...] = ()
    conditions: tuple[Level, ...] = ()
    """The ``if`` blocks in it, in order."""
    limits: tuple[Level, ...] = ()
    """The ``limit_except`` blocks in it."""
    unknown: str = ""

    @property
    def is_regex(self) -> bool:
        """Whether the pattern is a regular expression."""
        return self.modifier in ("~", "~*")

    @property
    def is_named(self) -> bool:
        """Whether it can only be reached by an internal redirect."""
        return self.modifier == "@"

    @property
    def span(self) -> Span:
        """The word ``location`` and its arguments."""
        assert self.level.statement is not None
        return self.level.statement.span

    @property
    def title(self) -> str:
        """``location /api/``, as it is written."""
        return self.level.title

    def walk(self) -> Iterator[Location]:
        """Yield it and the locations nested in it."""
        yield self
        for location in self.locations:
            yield from location.walk()

    def levels(self) -> Iterator[Level]:
        """Yield the levels in it: its own, its ``if`` and ``limit_except``, those of nested locations."""
        for location in self.walk():
            yield location.level
            yield from location.conditions
            yield from location.limits


@dataclass(frozen=True, slots=True, eq=False)
class ServerName:
    """A name of a server: ``kind`` is exact, leading (``*.a``), both (``.a``), trailing (``a.*``), regex."""

    text: str
    kind: str
    span: Span
    unknown: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Server:
    """One ``server`` of http."""

    level: Level
    listens: tuple[Listen, ...]
    names: tuple[ServerName, ...]
    locations: tuple[Location, ...]
    conditions: tuple[Level, ...] = ()

    @property
    def span(self) -> Span | None:
        """The word ``server``; None where no file of the repository shows it."""
        return self.level.span

    @property
    def title(self) -> str:
        """``server`` with its first name."""
        return self.level.title

    @property
    def is_stock(self) -> bool:
        """Whether it is the image's own ``default.conf``."""
        return self.level.is_stock

    @property
    def has_tls(self) -> bool:
        """Whether any of its listeners surely speaks TLS."""
        return any(listen.ssl for listen in self.listens)

    def walk(self) -> Iterator[Location]:
        """Yield its locations, nested ones after the one around them."""
        for location in self.locations:
            yield from location.walk()

    def levels(self) -> Iterator[Level]:
        """Yield every level of it, its own first."""
        yield self.level
        yield from self.conditions
        for location in self.locations:
            yield from location.levels()


@dataclass(frozen=True, slots=True, eq=False)
class UpstreamServer:
    """One ``server`` of an upstream: an address with its parameters."""

    address: Word
    parameters: tuple[str, ...]
    statement: Statement


@dataclass(frozen=True, slots=True, eq=False)
class Upstream:
    """One ``upstream`` block."""

    name: str
    servers: tuple[UpstreamServer, ...]
    level: Level

    @property
    def statement(self) -> Statement:
        """The ``upstream`` directive."""
        assert self.level.statement is not None
        return self.level.statement


@dataclass(frozen=True, slots=True)
class Delivered:
    """A file of the repository in a container of nginx: its path here and there.

    ``filled`` says that envsubst fills in its variables at that place.
    """

    path: str
    target: str
    filled: bool


@dataclass(frozen=True, eq=False)
class NginxModel:
    """What one nginx would do: a container's, or that of a file looked at alone.

    ``service`` is the name of the Compose service, ``""`` for a file looked at alone.
    ``files`` are the paths in the repository that it loads. ``missing`` are all includes that could
    not be had. ``version`` is the one of the image's tag, where the tag says it.
    """

    service: str
    http: Level | None
    servers: tuple[Server, ...] = ()
    upstreams: tuple[Upstream, ...] = ()
    stream: Level | None = None
    stream_servers: tuple[Level, ...] = ()
    stream_upstreams: tuple[Upstream, ...] = ()
    files: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    missing: tuple[Missing, ...] = ()
    version: Value[Version] = field(default_factory=lambda: Unknown("no image says the version of nginx"))
    foreign: tuple[tuple[str, str], ...] = ()
    """Files in another template language, which could not be read: path and language."""
    trail: Trail = ()
    """Why this container is nginx and which files it gets."""
    delivered: tuple[Delivered, ...] = ()
    """Where the container has files of the repository that may be configuration, read or not."""

    @cached_property
    def by_upstream(self) -> dict[str, Upstream]:
        """The upstreams by their name in lower case, as nginx compares them."""
        return {upstream.name.lower(): upstream for upstream in self.upstreams}

    @cached_property
    def _server_by_level(self) -> dict[Level, Server]:
        return {server.level: server for server in self.servers}

    def server_of(self, level: Level) -> Server | None:
        """Return the server that a level stands in."""
        around = level.enclosing("server")
        return self._server_by_level.get(around) if around else None

    @cached_property
    def locations(self) -> dict[Level, Location]:
        """Every location by its level."""
        return {location.level: location for server in self.servers for location in server.walk()}

    def location_of(self, level: Level) -> Location | None:
        """Return the location that a level is or stands in (an ``if`` in it)."""
        around = level.enclosing("location")
        return self.locations.get(around) if around else None

    def levels(self) -> Iterator[Level]:
        """Yield every level of http: http itself, servers, locations, ``if`` and ``limit_except``."""
        if self.http:
            yield self.http
        for server in self.servers:
            yield from server.levels()

    @cached_property
    def set_variables(self) -> frozenset[str]:
        """The names that some ``set`` gives a value; empty until then."""
        return frozenset(
            item.first.removeprefix("$") for level in self.levels() for item in level.named("set")
        )

    def at_least(self, *version: int) -> bool | None:
        """Say whether nginx is at least of that version; None where it is not known.

        A tag that is less exact (``nginx:1.29``) means the newest of its kind.
        """
        if isinstance(self.version, Unknown):
            return None
        own = self.version.value
        return (*own, *(9999,) * (len(version) - len(own)))[: len(version)] >= version
