"""Which programs a container starts: entrypoint and command followed through shells and start scripts.

No shell is imitated fully. Branches whose condition is known are taken or left; of others each command
is possible. What a program is called with and cannot be known leaves the lexer's mark in its words.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from confguard.model.environment import Environment
from confguard.model.listening.script import Script, Started
from confguard.model.process import Process
from confguard.model.value import Known, Step, Unknown
from confguard.source import SourceFile, Span

MARK = "\ue000"
"""Stands in a word for a part that is not known (the same character as in the shell's lexer)."""

_SHELLS = frozenset({"sh", "bash", "ash", "dash", "zsh"})
_MAX_DEPTH = 6
_MAX_PROGRAMS = 300
_MAX_RUNS = 1000
"""How many commands are followed for one container: scripts may start each other without end."""

_RUNNERS: Mapping[str, str] = {
    # Programs that run another one, and those of their options that take a value.
    **dict.fromkeys(
        ("exec", "command", "nohup", "setsid", "time", "ddtrace-run", "opentelemetry-instrument"), ""
    ),
    **dict.fromkeys(("dumb-init", "catchsegv", "docker-entrypoint.sh", "docker-php-entrypoint"), ""),
    **dict.fromkeys(("tini", "catatonit"), "-p -e"),
    **dict.fromkeys(("nice", "ionice"), "-n -c"),
    "sudo": "-u -g",
    "env": "-u",
    "stdbuf": "-i -o -e",
    "xvfb-run": "-s -n",
    "chpst": "-u -e",
    "doppler": "-p -c -t",
    "watchmedo": "-d -p -i",
}
_WITH_ARGUMENT = frozenset({"gosu", "su-exec", "runuser", "setuidgid"})
_SUBCOMMANDS: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(
        ("poetry", "pipenv", "uv", "pdm", "hatch", "rye", "doppler", "infisical"), frozenset({"run"})
    ),
    "newrelic-admin": frozenset({"run-program"}),
    "watchmedo": frozenset({"auto-restart"}),
}
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=")


@dataclass(frozen=True, slots=True)
class Program:
    """One program that a container starts.

    ``words`` are its name and arguments, what runs it (``exec``, ``poetry run``) left out. ``span`` is where
    it is written. ``sure`` says that no unknown condition decides over it; ``background`` that the
    container goes on beside it; ``last`` that it is what the container stays with.
    """

    words: tuple[str, ...]
    span: Span | None
    sure: bool
    background: bool
    last: bool
    environment: Environment
    whole: bool = True
    """Its first word is the program; False where it may be an argument of an image's own entrypoint."""

    @property
    def name(self) -> str:
        """The program's name without its folder; ``python -m uvicorn`` is ``uvicorn``."""
        return posixpath.basename(self.words[0]) if self.words else ""

    def place(self, text: str) -> Span | None:
        """Return where a text stands in the program's line, or the line."""
        if self.span is None:
            return None
        start = self.span.text.find(text) if text else -1
        return self.span.sub(start, start + len(text)) if start != -1 else self.span.first_line()


@dataclass(frozen=True, slots=True)
class Programs:
    """The programs of a container in the order in which they start.

    ``complete`` is False where it may start others; ``reason`` says why.
    """

    programs: tuple[Program, ...]
    complete: bool
    reason: str = ""

    def __iter__(self) -> Iterator[Program]:
        return iter(self.programs)


def programs_of(
    process: Process, base: Environment, find_script: Callable[[str], SourceFile | None]
) -> Programs:
    """Return what a container starts.

    ``base`` is its environment before any script runs; ``find_script`` gives the repository's file
    for a path in the container.
    """
    walk = _Walk(base, find_script)
    if process.words:
        walk.run(process.words, process.span, Started(process.words, None, True, False, True, {}), 0)
    else:
        walk.unknown("neither the Compose file nor a Dockerfile says what it runs")
    return Programs(tuple(walk.found), not walk.reason, walk.reason)


class _Walk:
    def __init__(self, base: Environment, find_script: Callable[[str], SourceFile | None]) -> None:
        self.base = base
        self.find_script = find_script
        self.found: list[Program] = []
        self.reason = ""
        self.runs = 0

    def unknown(self, reason: str) -> None:
        self.reason = self.reason or reason

    def run(self, words: Sequence[str], span: Span | None, how: Started, depth: int) -> None:
        """Start a program: a shell and a script of the repository are followed."""
        self.runs += 1
        if depth > _MAX_DEPTH or len(self.found) >= _MAX_PROGRAMS or self.runs > _MAX_RUNS:
            self.unknown("its scripts run too many others")
            return
        assigned, words = unwrap(words)
        variables = {**how.variables, **assigned}
        if not words:
            return
        name = posixpath.basename(words[0])
        if name in _SHELLS:
            self._shell(words, span, how, variables, depth)
            return
        script = self.find_script(words[0]) if _may_be_path(words[0]) else None
        if script is not None:
            self._script(script, words[1:], span, how, variables, depth)
            return
        self.found.append(
            Program(tuple(words), span, how.sure, how.background, how.last, self._environment(variables))
        )

    def _shell(
        self, words: Sequence[str], span: Span | None, how: Started, variables: Mapping[str, str], depth: int
    ) -> None:
        rest = list(words[1:])
        text = False
        while rest and rest[0].startswith(("-", "+")) and rest[0] not in ("-", "--"):
            option = rest.pop(0)
            text = text or ("c" in option and not option.startswith("--"))
            if option in ("-o", "+o") and rest:
                rest.pop(0)
        if not rest:
            self.found.append(
                Program(tuple(words), span, how.sure, how.background, how.last, self._environment(variables))
            )
        elif text:
            script = Script(rest[0], None, span, tuple(rest[2:]), self._scope(variables))
            self._started(script, how, variables, depth)
        elif (source := self.find_script(rest[0])) is not None:
            self._script(source, rest[1:], span, how, variables, depth)
        else:
            self.unknown(f"{rest[0]} is not in the repository".replace(MARK, "a script"))

    def _script(
        self,
        source: SourceFile,
        arguments: Sequence[str],
        span: Span | None,
        how: Started,
        variables: Mapping[str, str],
        depth: int,
    ) -> None:
        if not re.match(r"#!.*\b(?:ba|da|a|z)?sh\b", source.text) and source.text.startswith("#!"):
            words = (f"./{posixpath.basename(source.path)}", *arguments)
            self.found.append(
                Program(words, span, how.sure, how.background, how.last, self._environment(variables))
            )
            return
        script = Script(source.text, source, span, tuple(arguments), self._scope(variables))
        self._started(script, how, variables, depth)

    def _started(self, script: Script, how: Started, variables: Mapping[str, str], depth: int) -> None:
        for one in script.started():
            if self.runs > _MAX_RUNS:
                return
            inner = Started(
                one.words,
                one.span,
                how.sure and one.sure,
                how.background or one.background,
                how.last and one.last,
                {**variables, **one.variables},
            )
            self.run(one.words, one.span or script.origin, inner, depth + 1)

    def _scope(self, variables: Mapping[str, str]) -> Callable[[str], str | None]:
        environment = self._environment(variables)

        def look(name: str) -> str | None:
            value = environment.get(name)
            if isinstance(value, Known):
                # What a template leaves empty is for the operator to fill.
                return value.value if value.value or not value.from_template else MARK
            return None if value is None else MARK

        return look

    def _environment(self, variables: Mapping[str, str]) -> Environment:
        if not variables:
            return self.base
        set_here = {
            name: Unknown("the start script sets it")
            if MARK in value
            else Known(value, (Step("set by the start script"),))
            for name, value in variables.items()
        }
        base = self.base
        return Environment({**base.values, **set_here}, base.complete, base.trail, base.reason)


def _may_be_path(word: str) -> bool:
    return "/" in word or word.endswith((".sh", ".bash"))


def unwrap(words: Sequence[str]) -> tuple[dict[str, str], tuple[str, ...]]:
    """Return the variables set for a program, and its words without the programs that only run it."""
    assigned: dict[str, str] = {}
    rest = list(words)
    for _ in range(10):
        while rest and _ASSIGNMENT.match(rest[0]):
            name, _, value = rest.pop(0).partition("=")
            assigned[name] = value
        if not rest:
            break
        name = posixpath.basename(rest[0])
        if name in _SUBCOMMANDS and any(word in _SUBCOMMANDS[name] for word in rest[1:3]):
            place = next(i for i, word in enumerate(rest) if word in _SUBCOMMANDS[name])
            rest = _without_options(
                rest[place + 1 :], _RUNNERS.get(name) or "--extra --group --with --directory"
            )
        elif name in _WITH_ARGUMENT:
            rest = _without_options(rest[2:], "")
        elif (
            name in ("wait-for-it.sh", "wait-for-it", "wait-for", "wait-for.sh", "wait_for_it.sh")
            and "--" in rest
        ):
            rest = rest[rest.index("--") + 1 :]
        elif name in ("dockerize", "wait-for-it"):
            rest = _without_options(rest[1:], "-wait -timeout -template -stdout -stderr -wait-retry-interval")
        elif name in _RUNNERS and len(rest) > 1:
            rest = _without_options(rest[1:], _RUNNERS[name] or "")
        elif re.fullmatch(r"python[\d.]*|pypy[\d.]*", name) and len(rest) > 1:
            inner = _without_options(rest[1:], "-W -X", stop=("-m", "-c", "-"))
            if inner[:1] == ["-m"] and len(inner) > 1:
                rest = inner[1:]
            elif inner and inner[0].endswith(".py"):
                rest = inner
            break
        else:
            break
    return assigned, tuple(rest)


def _without_options(words: list[str], with_value: str, stop: tuple[str, ...] = ()) -> list[str]:
    valued = with_value.split()
    rest = list(words)
    while rest and rest[0].startswith("-") and rest[0] not in stop:
        option = rest.pop(0)
        if option == "--":
            break
        if option in valued and rest:
            rest.pop(0)
    return rest
