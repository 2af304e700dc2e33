"""Which directives there are, where they may stand and how many arguments they take.

crossplane's analyzer has the table of nginx's own directives; newer ones are added here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Any

from confguard.parsers.nginx_directives import FOREIGN, NEWER, PLACES
from confguard.parsers.nginx_tree import PLACEHOLDER, Argument, Context, Directive
from confguard.source import Problem

_MAIN: Context = ()
_HTTP: Context = ("http",)
_SERVER: Context = ("http", "server")
_LOCATION: Context = ("http", "location")
_UPSTREAM: Context = ("http", "upstream")
_STREAM: Context = ("stream",)
_STREAM_SERVER: Context = ("stream", "server")
_CANDIDATES = (
    _MAIN,
    _HTTP,
    _SERVER,
    _LOCATION,
    _UPSTREAM,
    _STREAM,
    _STREAM_SERVER,
    ("stream", "upstream"),
    ("events",),
)


_ENTRIES = frozenset({"map", "geo", "types", "split_clients", "charset_map"})
"""Blocks that hold entries, no directives."""


@cache
def _analyzer() -> Any:
    """Return crossplane's analyzer; imported here because only a project with nginx files needs it."""
    from crossplane import analyzer

    return analyzer


@cache
def _table() -> dict[str, tuple[int, ...]]:
    table: dict[str, tuple[int, ...]] = {name: tuple(masks) for name, masks in _analyzer().DIRECTIVES.items()}
    for row in NEWER.strip().splitlines():
        name, places, forms = row.split()
        bits = 0
        for place in places.split(","):
            bits |= getattr(_analyzer(), PLACES[place])
        table[name] = (*table.get(name, ()), bits | getattr(_analyzer(), f"NGX_CONF_{forms}"))
    return table


def is_known(name: str) -> bool:
    """Say whether nginx itself has a directive of this name."""
    return name in _table()


_LISTEN = re.compile(
    r"""default(?:_server)?|ssl|http2|http3|quic|proxy_protocol|reuseport|deferred|bind|multipath|spdy|udp
      |(?:setfib|fastopen|backlog|rcvbuf|sndbuf|accept_filter|ipv6only|so_keepalive)=.*""",
    re.VERBOSE,
)


def takes(name: str, values: Sequence[str], terminator: str) -> bool:
    """Say whether a directive may have these arguments and end so, in any context.

    ``terminator`` is ``;``, ``{`` or, where it is missing, ``""``. An unknown directive takes anything.
    """
    masks = _table().get(name)
    if masks is None or terminator == "":
        return masks is None
    return any(_mistake(name, mask, values, terminator == "{") is None for mask in masks)


def _mistake(name: str, mask: int, values: Sequence[str], is_block: bool) -> str | None:
    """Return why a form of a directive does not fit, with ``%s`` for its name, or None if it does."""
    analyzer = _analyzer()
    if bool(mask & analyzer.NGX_CONF_BLOCK) != is_block:
        return (
            'has "%s" followed by a block, which it does not take'
            if is_block
            else 'has "%s" without its block'
        )
    count = len(values)
    if name == "listen":
        wrong = next((value for value in values[1:] if not _LISTEN.fullmatch(value)), None)
        if wrong is not None:
            return f'has an invalid parameter "{wrong[:60]}" in "%s"'
    if count <= 7 and mask >> count & 1:
        return None
    if mask & analyzer.NGX_CONF_FLAG and count == 1:
        if values[0].lower() in ("on", "off"):
            return None
        return 'has a value in "%s" that is neither on nor off'
    least = 0 if mask & analyzer.NGX_CONF_ANY else 1 if mask & analyzer.NGX_CONF_1MORE else 2
    if mask & (analyzer.NGX_CONF_ANY | analyzer.NGX_CONF_1MORE | analyzer.NGX_CONF_2MORE) and count >= least:
        return None
    return 'has a wrong number of arguments in "%s"'


def contexts_of(directives: Iterable[Directive]) -> tuple[Context, ...]:
    """Return the contexts in which most of these directives, and what is in their blocks, may stand."""
    analyzer, table, directives = _analyzer(), _table(), list(directives)
    votes: dict[Context, int] = {}
    for context in _CANDIDATES:
        votes[context] = 0
        for directive in directives:
            if not _allowed(directive, context) or directive.name == "include":
                continue
            votes[context] += 2
            inner = analyzer.CONTEXTS.get(enter(directive.name, context), 0)
            for child in directive.block or ():
                masks = table.get(child.name)
                if masks and inner:
                    votes[context] += 1 if any(mask & inner for mask in masks) else -1
    best = max(votes.values())
    if best <= 0:
        return ()
    fitting = tuple(context for context in _CANDIDATES if votes[context] == best)
    # What fits http and stream alike is http: it is a hundred times as common.
    return tuple(item for item in fitting if item[:1] == ("http",)) or fitting


def _allowed(directive: Directive, context: Context) -> bool:
    analyzer = _analyzer()
    bit = analyzer.CONTEXTS.get(context, 0)
    is_block = directive.block is not None
    return any(
        mask & bit and bool(mask & analyzer.NGX_CONF_BLOCK) == is_block
        for mask in _table().get(directive.name, ())
    )


def enter(name: str, context: Context) -> Context:
    """Return the context inside of a block of this name; nested locations are one."""
    inner: Context = _analyzer().enter_block_ctx({"directive": name}, context)
    return inner


def check(directives: tuple[Directive, ...], contexts: tuple[Context, ...]) -> Iterator[Problem]:
    """Yield what nginx would refuse: unknown directives, wrong contexts, wrong arguments.

    Where several contexts fit the top level, a directive is refused only if none of them takes it.
    """
    for directive in directives:
        mistakes = [_judge(directive, context) for context in contexts]
        if mistakes and all(mistakes) and mistakes[0]:
            yield mistakes[0]
    known = _analyzer().CONTEXTS
    pending = [
        (directive, context)
        for directive in reversed(directives)
        if directive.block
        for context in contexts[:1]
    ]
    while pending:
        directive, context = pending.pop()
        inner = enter(directive.name, context)
        if directive.name in _ENTRIES and context in known:
            yield from _blocks_among_entries(directive)
        if inner not in known:
            continue
        for child in directive.block or ():
            if mistake := _judge(child, inner):
                yield mistake
            if child.block:
                pending.append((child, inner))


def _blocks_among_entries(directive: Directive) -> Iterator[Problem]:
    """Yield the first block in a ``map`` and its kin, which hold entries only."""
    block = next((child for child in directive.block or () if child.block is not None), None)
    if block is not None:
        reason = f'has a block "{block.name[:60]}" in the {directive.name} block, where it is not allowed'
        yield Problem(block.name_span, reason, f'the "}}" of the {directive.name} block may be missing')


def _judge(directive: Directive, context: Context) -> Problem | None:
    name, span = directive.name, directive.name_span
    masks = _table().get(name)
    if masks is None:
        if FOREIGN.match(name) or PLACEHOLDER.search(name):
            return None
        return Problem(
            span,
            f'has an unknown directive "{name[:60]}"',
            "check its spelling, or load the module that has it",
        )
    bit = _analyzer().CONTEXTS.get(context)
    if bit is None:
        return None
    here = [mask for mask in masks if mask & bit]
    if not here:
        where = f"in the {context[-1]} block" if context else "at the top level"
        return Problem(span, f'has "{name}" {where}, where it is not allowed')
    if any(argument.placeholders for argument in directive.args):
        return None  # what is put in their place may be any number of words
    values = _arguments(directive)
    mistakes = [_mistake(name, mask, values, directive.block is not None) for mask in here]
    if None in mistakes:
        return None
    return Problem(directive.head, (mistakes[0] or "").replace("%s", name))


def _arguments(directive: Directive) -> list[str]:
    """Return the arguments as crossplane counts them: an ``if`` without its parentheses."""
    values = [argument.value for argument in directive.args]
    if directive.name == "if" and values and values[0].startswith("(") and values[-1].endswith(")"):
        joined = [values[0][1:].lstrip(), *values[1:]]
        joined[-1] = joined[-1][:-1].rstrip()
        return [value for value in joined if value]
    return values


def condition(directive: Directive) -> tuple[Argument, ...]:
    """Return the arguments of an ``if`` that are more than a parenthesis."""
    return tuple(argument for argument in directive.args if argument.value not in ("(", ")"))
