"""The located tree of an nginx configuration file: what the parser returns."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from confguard.source import Problem, SourceFile, Span

PLACEHOLDER = re.compile(r"\$\{([A-Z][A-Z0-9_]*)\}|\$([A-Z][A-Z0-9_]*)(?![A-Za-z0-9_])")
"""``${UPPER}`` or ``$UPPER``: what envsubst replaces by habit; nginx's own variables are lower case."""


@dataclass(frozen=True, slots=True, eq=False)
class Argument:
    """One argument of a directive: ``value`` without quotation marks and escapes, ``raw`` as written."""

    value: str
    quote: str
    span: Span

    @property
    def raw(self) -> str:
        """The argument as it is written, quotation marks included."""
        return self.span.text

    @property
    def placeholders(self) -> tuple[str, ...]:
        """Names that look like variables of a template, in order of appearance."""
        if "$" not in self.value:
            return ()
        return tuple(match[1] or match[2] for match in PLACEHOLDER.finditer(self.value))


@dataclass(frozen=True, slots=True, eq=False)
class Comment:
    """A comment; ``text`` is without its ``#`` and the blanks around it."""

    text: str
    span: Span


@dataclass(frozen=True, slots=True, eq=False)
class Directive:
    """One directive, from its name to its ``;`` or ``}``.

    ``block`` is None for a simple directive; the code of a Lua block is its last argument and its block
    is empty. ``context`` names the blocks around it, from the outermost, as far as the file shows them
    or its content tells: ``("http", "server")``. Two directives are the same only if they are one object.
    """

    name: str
    args: tuple[Argument, ...]
    span: Span
    name_span: Span
    block: tuple[Directive, ...] | None = None

    @property
    def head(self) -> Span:
        """The name and the arguments, without ``;`` and block."""
        last = (
            self.args[-1].span if self.args and self.args[-1].span.file is self.span.file else self.name_span
        )
        return Span(self.span.file, self.span.start, max(last.end, self.name_span.end))

    @property
    def values(self) -> tuple[str, ...]:
        """The values of all arguments."""
        return tuple(argument.value for argument in self.args)

    @property
    def first(self) -> str:
        """The value of the first argument, or ``""``."""
        return self.args[0].value if self.args else ""

    def children(self, name: str) -> Iterator[Directive]:
        """Yield the directives of that name directly in the block."""
        return (child for child in self.block or () if child.name == name)


Context = tuple[str, ...]
"""The names of the blocks around a directive, outermost first; ``()`` is the main context."""


@dataclass(frozen=True)
class NginxFile:
    """One nginx file as a tree.

    ``contexts`` are the contexts that its top level fits best, from the outermost: one for most files,
    several for a list of directives that may stand anywhere (a snippet of ``proxy_set_header``), none if
    it is not told by its content (the inside of a ``map``). ``foreign`` names the template language of
    a file that is none of nginx (``"ERB"``, ``"Jinja"``); its tree is empty then.
    """

    source: SourceFile
    directives: tuple[Directive, ...]
    comments: tuple[Comment, ...] = ()
    problems: tuple[Problem, ...] = ()
    contexts: tuple[Context, ...] = ()
    foreign: str = ""

    @property
    def context(self) -> Context | None:
        """The context of the top level where only one fits, or else None."""
        return self.contexts[0] if len(self.contexts) == 1 else None

    def walk(self) -> Iterator[tuple[Directive, tuple[Directive, ...]]]:
        """Yield every directive with the blocks around it (outermost first), in order of the text."""
        pending: list[tuple[Directive, tuple[Directive, ...]]] = [
            (item, ()) for item in reversed(self.directives)
        ]
        while pending:
            directive, around = pending.pop()
            yield directive, around
            if directive.block:
                inside = (*around, directive)
                pending.extend((child, inside) for child in reversed(directive.block))

    @cached_property
    def placeholders(self) -> tuple[str, ...]:
        """Names of the template's variables, in order; those that the file itself defines are not."""
        found: dict[str, None] = {}
        own: set[str] = set()
        for directive, _ in self.walk():
            if directive.name in DEFINING and directive.args:
                own.update(argument.value.removeprefix("$") for argument in directive.args[:2])
            found.update(dict.fromkeys(name for item in directive.args for name in item.placeholders))
            if match := PLACEHOLDER.match(directive.name):
                found[match[1] or match[2]] = None
        return tuple(name for name in found if name not in own)

    def at(self, offset: int) -> tuple[Directive, ...]:
        """Return the directives around an offset, outermost first."""
        chain: tuple[Directive, ...] = ()
        level: tuple[Directive, ...] = self.directives
        while found := next((item for item in level if item.span.start <= offset < item.span.end), None):
            chain, level = (*chain, found), found.block or ()
        return chain


DEFINING = frozenset({"set", "map", "geo", "split_clients", "auth_request_set", "perl_set", "js_set"})
"""Directives that define a variable, by one of their first two arguments."""
