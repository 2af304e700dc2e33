"""From parsed files to statements: includes resolved, the template's variables put in."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Protocol

from confguard.model.environment import Environment
from confguard.model.nginx.stock import holds_only
from confguard.model.nginx.types import Missing, Statement, Word
from confguard.model.value import Step, Trail, Unknown
from confguard.parsers import nginx as parser
from confguard.parsers.nginx_grammar import enter
from confguard.parsers.nginx_lexer import token_at, unescape
from confguard.parsers.nginx_tree import PLACEHOLDER, Argument, Context, Directive, NginxFile
from confguard.source import Problem, SourceFile, Span

MAX_STATEMENTS = 200_000
"""Includes that multiply beyond this are not followed."""
MAX_INCLUDE_DEPTH = 32

_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}|\$([A-Za-z_][A-Za-z0-9_]*)")
_FREE_FORM = frozenset({"map", "geo", "types", "split_clients", "charset_map", "match"})
"""Blocks whose lines are entries, not directives (but ``include`` works in most of them)."""


@dataclass(frozen=True, slots=True, eq=False)
class Loaded:
    """A file in a container: its text, whether the image brings it, and what envsubst knows.

    ``environment`` is None where the file is used as it is. ``names`` restricts what envsubst replaces
    (its first argument); None means every variable that is set, as the image's script asks for.
    ``every`` is envsubst without an argument: what is not set becomes nothing, nginx's variables too.
    """

    path: str
    source: SourceFile
    stock: bool = False
    environment: Environment | None = None
    names: frozenset[str] | None = None
    every: bool = False


class Files(Protocol):
    """Where includes are looked up: a container's files, or nothing at all."""

    @property
    def prefix(self) -> str:
        """The folder that relative includes start from."""
        ...

    def find(self, pattern: str) -> tuple[tuple[Loaded, ...], tuple[tuple[str, str, bool], ...]]:
        """Return the files that an absolute path or glob names, in nginx's order, and what is missing.

        Each missing part is a path, a reason, and whether it is surely absent.
        """
        ...


@dataclass
class Expansion:
    """Turns files into statements and gathers what happened on the way."""

    files: Files
    problems: list[Problem] = field(default_factory=list)
    loaded: dict[str, None] = field(default_factory=dict)
    missing: list[Missing] = field(default_factory=list)
    foreign: dict[str, str] = field(default_factory=dict)
    parse: Callable[[SourceFile], NginxFile] = parser.parse
    _parsed: dict[tuple[SourceFile, Context | None], NginxFile] = field(default_factory=dict)
    _reported: set[tuple[SourceFile, int, str]] = field(default_factory=set)
    _count: int = 0

    def file(self, loaded: Loaded, context: Context | None) -> NginxFile:
        """Return a file's tree, judged in the context where it stands."""
        key = (loaded.source, context)
        if key not in self._parsed:
            tree = self._parsed.get((loaded.source, None)) or self.parse(loaded.source)
            self._parsed[loaded.source, None] = tree
            if context is not None and context not in tree.contexts:
                tree = parser.parse(loaded.source, context)
            self._parsed[key] = tree
        tree = self._parsed[key]
        if not loaded.stock:
            self.loaded[loaded.path] = None
            if tree.foreign:
                self.foreign[loaded.path] = tree.foreign
            for problem in tree.problems:
                self.report(problem)
        return tree

    def report(self, problem: Problem) -> None:
        """Keep a problem, once."""
        key = (problem.span.file, problem.span.start, problem.message)
        if key not in self._reported:
            self._reported.add(key)
            self.problems.append(problem)

    def expand(
        self,
        directives: tuple[Directive, ...],
        loaded: Loaded,
        context: Context,
        via: tuple[Span, ...] = (),
        around: tuple[SourceFile, ...] = (),
    ) -> tuple[tuple[Statement, ...], tuple[Missing, ...]]:
        """Return the statements of a block and what it includes that cannot be had."""
        found: list[Statement] = []
        missing: list[Missing] = []
        around = around or (loaded.source,)
        for directive in directives:
            self._count += 1
            if self._count > MAX_STATEMENTS:
                if self._count == MAX_STATEMENTS + 1:
                    reason = (
                        f"includes multiply to more than {MAX_STATEMENTS} directives; the rest was left out"
                    )
                    self.report(Problem(directive.name_span, reason))
                self._miss(missing, Missing("", "too many directives", directive.name_span))
                break
            words = substitute(directive.args, loaded)
            if PLACEHOLDER.match(directive.name) and loaded.environment is not None:
                self._placeholder(directive, loaded, missing)
                continue
            statement = Statement(directive.name, words, directive, None, (), via, loaded.stock)
            if directive.name == "include" and words:
                inner, lost = self._include(statement, loaded, context, around)
                found += inner
                missing += lost
                continue
            if directive.block is not None:
                block, unseen = self.expand(
                    directive.block, loaded, enter(directive.name, context), via, around
                )
                statement = replace(statement, block=block, missing=unseen)
            found.append(statement)
        return tuple(found), tuple(missing)

    def _miss(self, level: list[Missing], missing: Missing) -> None:
        level.append(missing)
        self.missing.append(missing)

    def _placeholder(self, directive: Directive, loaded: Loaded, missing: list[Missing]) -> None:
        """Take a placeholder for whole directives as missing, unless it is surely empty."""
        assert loaded.environment is not None
        match = PLACEHOLDER.match(directive.name)
        name = (match[1] or match[2]) if match else ""
        value = loaded.environment.get(name)
        if (
            value is not None
            and not isinstance(value, Unknown)
            and not value.value.strip()
            and not directive.args
        ):
            return
        reason = f"the directives that {name} stands for are not known"
        self._miss(missing, Missing(directive.name, reason, directive.name_span))

    def _include(
        self, statement: Statement, loaded: Loaded, context: Context, around: tuple[SourceFile, ...]
    ) -> tuple[list[Statement], list[Missing]]:
        found: list[Statement] = []
        missing: list[Missing] = []
        place = None if loaded.stock else statement.span
        if statement.unknown:
            self._miss(missing, Missing(statement.first, statement.unknown, place))
            return found, missing
        pattern = (
            statement.first if statement.first.startswith("/") else f"{self.files.prefix}/{statement.first}"
        )
        files, lost = self.files.find(pattern)
        for path, reason, absent in lost:
            self._miss(missing, Missing(path, reason, place, absent, holds_only(path)))
        via = statement.via if loaded.stock else (*statement.via, statement.span)
        for file in files:
            if any(file.source is one for one in around) or len(around) > MAX_INCLUDE_DEPTH:
                if place:
                    self.report(Problem(place, f'includes "{file.path}", which includes it again'))
                continue
            if context and context[-1] in _FREE_FORM:
                context_of_file: Context | None = None
            else:
                context_of_file = context
            tree = self.file(file, context_of_file)
            if tree.foreign:
                self._miss(missing, Missing(file.path, f"it is a template of {tree.foreign}", place))
                continue
            inner, inner_missing = self.expand(tree.directives, file, context, via, (*around, file.source))
            found += inner
            missing += inner_missing
        return found, missing


def substitute(arguments: tuple[Argument, ...], loaded: Loaded) -> tuple[Word, ...]:
    """Return the arguments after envsubst, where the file goes through it.

    A value with blanks makes several words out of an unquoted argument, as it would in the text.
    """
    if loaded.environment is None:
        return tuple(Word(item.value, item.span, item.quote) for item in arguments)
    return tuple(word for argument in arguments for word in _substituted(argument, loaded))


def _substituted(argument: Argument, loaded: Loaded) -> Iterator[Word]:
    raw = argument.raw
    if "$" not in raw:
        yield Word(argument.value, argument.span, argument.quote)
        return
    environment, unknown = loaded.environment, ""
    trail: Trail = ()
    assert environment is not None

    def replaced(match: re.Match[str]) -> str:
        nonlocal unknown, trail
        name = match[1] or match[2]
        if loaded.names is not None and name not in loaded.names:
            return match[0]
        replaced_if_unset = loaded.every or loaded.names is not None
        if name not in environment and name != name.upper():
            # A variable of nginx: nobody sets an environment variable called "host".
            return "" if replaced_if_unset else match[0]
        value = environment.get(name)
        if value is None:
            return "" if replaced_if_unset else match[0]
        trail = (*trail, Step(f"envsubst puts in {name}", argument.span), *value.trail)
        if isinstance(value, Unknown):
            unknown = unknown or value.reason
            return match[0]
        return value.value

    text = _VARIABLE.sub(replaced, raw)
    if unknown or text == raw:
        yield Word(argument.value, argument.span, argument.quote, unknown, trail)
        return
    if argument.quote and text.count(argument.quote) == raw.count(argument.quote):
        yield Word(unescape(text, argument.quote), argument.span, argument.quote, "", trail)
        return
    source, position = SourceFile("", text), 0
    while token := token_at(source, position, []):
        position = token.end
        if token.kind != "word":
            reason = f"a variable puts a {token.kind} into the configuration"
            yield Word(argument.value, argument.span, argument.quote, reason, trail)
            return
        yield Word(
            unescape(text[token.start : token.end], token.quote), argument.span, token.quote, "", trail
        )
