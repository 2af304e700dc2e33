"""One run of ``docker compose``: which files, options, subcommand and services its words name."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from confguard.parsers.command_lines import CommandLine, Form
from confguard.parsers.compose_options import plain_words
from confguard.parsers.shell import UNKNOWN, ShellWord
from confguard.source import Span


@dataclass(frozen=True, slots=True)
class Argument:
    """A word of a command; ``text`` is None where it cannot be resolved by reading."""

    text: str | None
    span: Span


@dataclass(frozen=True, slots=True)
class Invocation:
    """One run of ``docker compose`` (or ``docker stack deploy``, whose ``subcommand`` is ``stack deploy``).

    ``environment`` holds the variables of Compose itself that are set for it (COMPOSE_FILE,
    COMPOSE_PROFILES, COMPOSE_ENV_FILES, COMPOSE_PROJECT_NAME...). ``folder`` is the folder that it runs in,
    as far as ``cd`` or ``working-directory`` say so. ``context`` is what it stands in: the make target, the
    heading, the job and step. ``uncertain`` says that a part which may add files or options is unknown.
    ``spoken`` says that it is only mentioned: in a comment, in prose, in an echo.
    """

    span: Span
    files: tuple[Argument, ...]
    profiles: tuple[Argument, ...]
    env_files: tuple[Argument, ...]
    project_name: Argument | None
    project_directory: Argument | None
    subcommand: str
    services: tuple[str, ...]
    environment: Mapping[str, Argument]
    folder: Argument | None
    context: str
    form: Form
    uncertain: bool
    spoken: bool = False
    words: tuple[str, ...] = ()
    """The words behind the subcommand; parts that cannot be resolved leave the lexer's mark."""


_SUBCOMMANDS = frozenset([
    "attach", "build", "config", "convert", "cp", "create", "down", "events", "exec", "images", "kill",
    "logs", "ls", "pause", "port", "ps", "publish", "pull", "push", "restart", "rm", "run", "scale",
    "stack deploy", "start", "stats", "stop", "top", "unpause", "up", "wait", "watch",
])  # fmt: skip
_WITH_SERVICES = frozenset(
    ["up", "build", "run", "exec", "start", "restart", "pull", "create", "logs", "stop"]
)
_WITH_VALUE = frozenset([
    "-f", "--file", "--profile", "--env-file", "-p", "--project-name", "--project-directory", "--workdir",
    "--ansi", "--parallel", "--progress", "-c", "--context", "-H", "--host", "--log-level", "--compose-file",
    "--tlscacert", "--tlscert", "--tlskey", "-l", "--insecure-registry", "--resolve-image", "--orchestrator",
    "--namespace",
])  # fmt: skip
_LONG = {"-f": "--file", "-p": "--project-name", "-c": "--compose-file", "--workdir": "--project-directory"}


def argument(word: ShellWord, line: CommandLine, text: str | None = None) -> Argument:
    """Return a word of a line as an argument, or a part of it (``text``) at the word's place."""
    value = word.text if text is None else text
    return Argument(None if UNKNOWN in value else value, span_of([word], line))


def span_of(words: Sequence[ShellWord], line: CommandLine) -> Span:
    """Return where words of a line stand in the file."""
    return line.joined.span(words[0].start, words[-1].end)


def call_start(words: Sequence[ShellWord]) -> int | None:
    """Return where the options of ``docker compose`` begin, None for another command."""
    name = words[0].text.rpartition("/")[2].lower().removesuffix(".exe")
    if name in ("docker-compose", "podman-compose"):
        return 1
    if name not in ("docker", "podman", "nerdctl"):
        return None
    index = 1
    while index < len(words) and words[index].text.startswith("-"):
        index += 2 if words[index].text in ("-c", "--context", "-H", "--host", "--config", "-l") else 1
    if index < len(words) and words[index].text == "compose":
        return index + 1
    if [word.text for word in words[index : index + 2]] == ["stack", "deploy"]:
        return index + 2
    return None


def invocation(
    words: Sequence[ShellWord],
    start: int,
    line: CommandLine,
    form: Form,
    environment: Mapping[str, Argument],
    folder: Argument | None,
    spoken: bool,
) -> Invocation | None:
    """Return the run that words are, with options from ``start`` on; None if they only name Compose."""
    stack = any(word.text == "stack" for word in words[:start])
    options, uncertain, rest = _options(words, start, line)
    subcommand = "stack deploy" if stack else rest[0].text if rest else ""
    named = options or uncertain or (subcommand and not spoken)
    if not named and subcommand not in _SUBCOMMANDS:
        return None  # `docker compose` alone only says that it is there
    project = options.get("--project-name", [])[-1:]
    directory = options.get("--project-directory", [])[-1:]
    return Invocation(
        span_of(words, line),
        tuple(options.get("--compose-file" if stack else "--file", [])),
        tuple(options.get("--profile", [])),
        tuple(options.get("--env-file", [])),
        project[0] if project else None,
        directory[0] if directory else None,
        subcommand,
        _services(subcommand, rest[1:]),
        environment,
        folder,
        line.context,
        form,
        uncertain,
        spoken or line.spoken,
        tuple(word.text for word in rest[1:]),
    )


def _options(
    words: Sequence[ShellWord], start: int, line: CommandLine
) -> tuple[dict[str, list[Argument]], bool, Sequence[ShellWord]]:
    """Return the options before the subcommand, whether there may be more, and the words behind them."""
    options: dict[str, list[Argument]] = {}
    uncertain = False
    index = start
    while index < len(words):
        word = words[index]
        name, sign, value = word.text.partition("=")
        if len(name) > 2 and name[:2] in ("-f", "-p", "-c") and not sign:
            name, sign, value = name[:2], "=", name[2:]
        if not word.text.startswith("-"):
            if word.known and word.text not in ("...", "[options]", "[OPTIONS]"):
                break
            uncertain = True
        elif name in _WITH_VALUE:
            name = _LONG.get(name, name)
            if sign:
                options.setdefault(name, []).append(argument(word, line, value))
            elif index + 1 < len(words):
                index += 1
                options.setdefault(name, []).append(argument(words[index], line))
        index += 1
    return options, uncertain, words[index:]


def _services(subcommand: str, words: Sequence[ShellWord]) -> tuple[str, ...]:
    if subcommand not in _WITH_SERVICES:
        return ()
    texts = [word.text for word in words]
    found = [texts[place] for place in plain_words(subcommand, texts)]
    if subcommand in ("run", "exec"):
        found = found[:1]
    return tuple(name for name in found if UNKNOWN not in name and re.fullmatch(r"[\w.-]+", name))
