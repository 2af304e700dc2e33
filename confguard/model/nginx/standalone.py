"""A file looked at alone: what no container loads, or what one loads, without its surroundings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from confguard.discover.project import Project
from confguard.model.nginx.build import server_of, servers_of, upstreams_of
from confguard.model.nginx.refusals import refusals
from confguard.model.nginx.statements import Expansion, Loaded
from confguard.model.nginx.stock import is_silent
from confguard.model.nginx.types import Level, Missing, NginxModel, Server, Statement
from confguard.model.value import Step
from confguard.parsers.nginx_tree import Context
from confguard.source import Problem, SourceFile

_AROUND = "the file that includes this one is not known"


class NoFiles:
    """Includes of a file that is looked at alone: the image's own are known, all others are not."""

    prefix = "/etc/nginx"

    def find(self, pattern: str) -> tuple[tuple[Loaded, ...], tuple[tuple[str, str, bool], ...]]:
        """Return nothing for stock files, and everything else as missing."""
        if is_silent(pattern):
            return (), ()
        return (), ((pattern, f"{pattern} is only known in the container that loads it", False),)


def load_standalone(project: Project, path: str) -> NginxModel | None:
    """Return the model of one file of the project; None if it cannot be had.

    A fragment is put into the ``http`` and ``server`` that its content asks for; what those would hold
    is unknown. A placeholder of a template stays, and is unknown.
    """
    source = project.read(path)
    return None if source is None else model_of(source)


def model_of(source: SourceFile) -> NginxModel:
    """Return the model of one file's text."""
    from confguard.model.environment import Environment

    expansion = Expansion(NoFiles())
    unknown = Environment(complete=False, reason="nobody says which container uses this file")
    loaded = Loaded(source.path, source, environment=unknown)
    tree = expansion.file(loaded, None)
    context: Context = tree.contexts[0] if tree.contexts else ("http",)
    statements, missing = expansion.expand(tree.directives, loaded, context)
    model = assemble(context, statements, missing)
    expansion.problems += refusals(model)
    return NginxModel(
        "",
        model.http,
        model.servers,
        model.upstreams,
        model.stream,
        model.stream_servers,
        model.stream_upstreams,
        (source.path,),
        tuple(expansion.problems),
        tuple(expansion.missing),
        foreign=tuple(expansion.foreign.items()),
        trail=(Step("looked at alone", source.span(0)),),
    )


def assemble(context: Context, statements: tuple[Statement, ...], missing: tuple[Missing, ...]) -> NginxModel:
    """Return the typed view of statements whose top level stands in a context."""
    around = (Missing("", _AROUND, None),)
    if context == ():
        return _main(statements, missing)
    if context[0] == "stream":
        stream = Level("stream", None, None, statements, (*missing, *around))
        return _stream(None, (), stream)
    if context == ("http", "upstream"):
        return NginxModel("", Level("http", None, None, (), around))
    if context == ("http",):
        http = Level("http", None, None, statements, (*missing, *around))
        return NginxModel("", http, servers_of(http), upstreams_of(http))
    http = Level("http", None, None, (), around)
    if context == ("http", "server"):
        server = server_of(Level("server", None, http, statements, (*missing, *around)))
        return NginxModel("", http, (server,))
    outer = Level("server", None, http, (), around)
    return NginxModel("", http, (_in_location(outer, statements, (*missing, *around)),))


def _in_location(outer: Level, statements: tuple[Statement, ...], missing: tuple[Missing, ...]) -> Server:
    """Return a server without a name for directives that stand in a location which is not shown.

    They are taken as the server's own: rules see their values and know that more may be around.
    """
    return server_of(Level("server", None, outer.outer, statements, missing))


def _main(statements: tuple[Statement, ...], missing: tuple[Missing, ...]) -> NginxModel:
    http: Level | None = None
    stream: Level | None = None
    for item in statements:
        if item.name == "http" and item.block is not None and http is None:
            http = Level("http", item, None, item.block, (*item.missing, *missing))
        elif item.name == "stream" and item.block is not None and stream is None:
            stream = Level("stream", item, None, item.block, (*item.missing, *missing))
    servers = servers_of(http) if http else ()
    return _stream(http, servers, stream)


def _stream(http: Level | None, servers: tuple[Server, ...], stream: Level | None) -> NginxModel:
    from confguard.model.nginx.build import levels_of

    upstreams = upstreams_of(http) if http else ()
    if stream is None:
        return NginxModel("", http, servers, upstreams)
    inner = levels_of(stream.statements, "server", stream)
    return NginxModel("", http, servers, upstreams, stream, inner, upstreams_of(stream))


def without_events(statements: Sequence[Statement], missing: Sequence[Missing]) -> Iterator[Problem]:
    """Yield the block without ``events`` beside it (ngx_event_init_conf: "no events section in ...")."""
    http = next((one for one in statements if one.name == "http" and not one.stock), None)
    if http is not None and not missing and all(one.name != "events" for one in statements):
        yield Problem(
            http.span, 'has no "events" block in the main configuration', "add `events {}` above it"
        )
