"""What listens in a container, and the arguments that say so."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from confguard.discover.project import Project
from confguard.model.listening.programs import MARK, Program
from confguard.model.process import Process, path_of
from confguard.model.value import Known, Unknown
from confguard.source import SourceFile, Span

_ADDRESS = re.compile(r"(?:(?:https?|tcp)://)?(?P<host>\[[^\]]*\]|[^:\s]*):(?P<port>\d+)/?")


@dataclass(frozen=True, slots=True)
class Listener:
    """An address and a port (TCP) that a program listens on.

    ``address`` is ``""`` for all. ``protocol`` is what is spoken: ``http``, ``uwsgi``, ``postgresql``, ...;
    ``""`` where that is not said. ``span`` is where the port is written; None for a program's own default.
    ``sure`` is False where a condition that is not known decides over it.
    """

    address: str
    port: int
    protocol: str
    program: str
    span: Span | None = None
    sure: bool = True

    @property
    def loopback(self) -> bool:
        """Whether only the container itself can reach it."""
        return self.address in ("localhost", "::1", "[::1]") or self.address.startswith("127.")


@dataclass(frozen=True, slots=True)
class Listening:
    """The ports of a container; where ``complete`` is False there may be others, and ``reason`` says why."""

    listeners: tuple[Listener, ...]
    complete: bool
    reason: str = ""

    def on(self, port: int) -> tuple[Listener, ...]:
        """Return what listens on a port."""
        return tuple(one for one in self.listeners if one.port == port)

    @property
    def ports(self) -> tuple[int, ...]:
        """The ports, each once, in order."""
        return tuple(sorted({one.port for one in self.listeners}))


@dataclass(frozen=True, slots=True)
class Where:
    """Where a program's configuration is looked for: in the project and the container's own files."""

    project: Project
    process: Process

    @property
    def folder(self) -> str:
        """The build context, ``""`` where there is none or the project's root is it."""
        context = self.process.build.context if self.process.build else None
        return context.value.removeprefix("./") if isinstance(context, Known) and context.value != "." else ""

    def file(self, path: str) -> SourceFile | None:
        """Return the project's file that a path in the container is."""
        found = path_of(self.project, self.process.build, self.process.files, path)
        return self.project.read(found) if found is not None else None


Found = tuple[Listener, ...] | Unknown
"""What a server listens on, or why that is not known."""


def option(words: Sequence[str], *names: str) -> tuple[str, ...]:
    """Return the values of an option in all its forms: ``-b x``, ``-bx``, ``--bind x``, ``--bind=x``."""
    found: list[str] = []
    for index, word in enumerate(words):
        for name in names:
            if word == name:
                found += words[index + 1 : index + 2]
            elif word.startswith(f"{name}="):
                found.append(word[len(name) + 1 :])
            elif len(name) == 2 and name[0] == "-" and name[1] != "-" and word.startswith(name):
                found.append(word[2:])
    return tuple(found)


def unknown(word: str) -> bool:
    """Say whether a part of a word is not known."""
    return MARK in word


def variable(program: Program, name: str) -> str | Unknown | None:
    """Return a variable of a program's environment; None where it is surely unset or empty."""
    value = program.environment.get(name)
    if isinstance(value, Known):
        return value.value or None
    return value


def number(text: str) -> int | None:
    """Return the port that a text is, None if it is none."""
    return int(text) if text.isascii() and text.isdigit() and 0 < int(text) < 65536 else None


def address(text: str) -> tuple[str, int] | None:
    """Return host and port of ``host:port``; None where it is something else. ``0.0.0.0`` is ``""``."""
    match = _ADDRESS.fullmatch(text)
    port = number(match["port"]) if match else None
    return (everywhere(match["host"]), port) if match and port else None


def everywhere(host: str) -> str:
    """Return ``""`` for what stands for all addresses, else the host."""
    return "" if host in ("", "0.0.0.0", "[::]", "::", "0", "*") else host  # noqa: S104 - a word


def fixed(program: Program, port: int, protocol: str, host: str = "", text: str = "") -> Listener:
    """Return a listener of a program; ``text`` is what says the port, ``""`` for its own default."""
    span = program.place(text) if text else program.span and program.span.first_line()
    return Listener(everywhere(host), port, protocol, program.name, span, program.sure)
