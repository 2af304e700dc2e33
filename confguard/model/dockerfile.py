"""What the image that a Dockerfile builds is configured with: environment, user, ports, command, files.

Follows BuildKit's dockerfile2llb and shell lexer (version 0.26): the scopes of ARG and ENV, the
inheritance between stages, relative WORKDIR and COPY, and an ENTRYPOINT that resets an inherited CMD.
What the image of a registry brings along is unknown, and said to be.
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass, field

from confguard.model.dockerfile_words import PREDEFINED, expand
from confguard.model.value import Known, Origin, Step, Unknown, Value
from confguard.parsers.dockerfile import Dockerfile, Instruction, Pair, Stage, Word
from confguard.source import Span


@dataclass(frozen=True, slots=True)
class Command:
    """A CMD or ENTRYPOINT: its words in the exec form, else the line that ``/bin/sh -c`` runs."""

    words: tuple[Word, ...]
    text: str
    shell: bool
    span: Span


@dataclass(frozen=True, slots=True)
class Copy:
    """One COPY or ADD with the absolute destination; a trailing ``/`` of it is kept.

    ``stage`` is the stage that it copies from, ``image`` the foreign image; both None mean the build
    context.
    """

    sources: tuple[Value[str], ...]
    destination: Value[str]
    stage: Stage | None
    image: Value[str] | None
    instruction: Instruction


@dataclass(frozen=True)
class Image:
    """The configuration of the image that one target builds."""

    stage: Stage
    base: Value[str]
    """The image of a registry that it starts from, ``scratch`` included."""
    environment: Mapping[str, Value[str]]
    """ENV of the stage and those it inherits from; what the base image sets is not in it."""
    arguments: Mapping[str, Value[str]]
    """ARG in scope at the end of the stage."""
    workdir: Value[str]
    user: Value[str] | None
    """None where no stage says USER, so that it is the base image's."""
    exposed: tuple[tuple[Value[str], Instruction], ...]
    entrypoint: Command | None
    command: Command | None
    healthcheck: Instruction | None
    copies: tuple[Copy, ...]
    stages: tuple[Stage, ...]
    """The stage behind all that it inherits from, oldest first."""


@dataclass
class _State:
    base: Value[str]
    scratch: bool
    environment: dict[str, Value[str]] = field(default_factory=dict)
    arguments: dict[str, Value[str]] = field(default_factory=dict)
    workdir: Value[str] = field(default_factory=lambda: Unknown("the base image says where it works"))
    user: Value[str] | None = None
    exposed: list[tuple[Value[str], Instruction]] = field(default_factory=list)
    entrypoint: Command | None = None
    command: Command | None = None
    healthcheck: Instruction | None = None
    copies: list[Copy] = field(default_factory=list)

    @property
    def scope(self) -> dict[str, Value[str]]:
        return {**self.arguments, **self.environment}


def image(
    dockerfile: Dockerfile, target: str | None = None, build_args: Mapping[str, Value[str]] | None = None
) -> Image | None:
    """Return the configuration of a target's image (without one, the last stage's); None without it.

    ``build_args`` are the values of ``docker build --build-arg``, by name.
    """
    stage = dockerfile.stage(target)
    if stage is None:
        return None
    given = build_args or {}
    defaults: dict[str, Value[str]] = {}
    for instruction in dockerfile.arguments:
        for pair in instruction.pairs:
            defaults[pair.name.text] = _argument(pair, given, {}, defaults, True, dockerfile.escape)
    stages: list[Stage] = []
    base: Value[str] = Unknown("it names no image")
    current: Stage | None = stage
    while current is not None:
        stages.append(current)
        base = expand(current.image, defaults, dockerfile.escape, complete=True)
        current = dockerfile.parent(current, base.value if isinstance(base, Known) else None)
    scratch = isinstance(base, Known) and base.value == "scratch"
    state = _State(base, scratch)
    if scratch:
        state.workdir = Known("/")
    for one in reversed(stages):
        _run_stage(state, one, dockerfile, given, defaults)
    return Image(
        stage, base, state.environment, state.arguments, state.workdir, state.user, tuple(state.exposed),
        state.entrypoint, state.command, state.healthcheck, tuple(state.copies), tuple(reversed(stages)),
    )  # fmt: skip


def _run_stage(
    state: _State,
    stage: Stage,
    dockerfile: Dockerfile,
    given: Mapping[str, Value[str]],
    defaults: Mapping[str, Value[str]],
) -> None:
    command_set = False
    escape, scratch = dockerfile.escape, state.scratch
    for one in stage.instructions:
        if one.on_build:
            continue
        if one.name == "ENV":
            scope = state.scope  # all pairs of one ENV see what was set before it
            for pair in one.pairs:
                value: Value[str] = expand(pair.value, scope, escape, scratch) if pair.value else Known("")
                state.environment[pair.name.text] = _with_step(value, "ENV of the image", pair.name.span)
        elif one.name == "ARG":
            for pair in one.pairs:
                state.arguments[pair.name.text] = _argument(
                    pair, given, defaults, state.scope, scratch, escape
                )
        elif one.name == "WORKDIR" and one.words:
            line = Word(one.text, one.words[0].span)
            state.workdir = _join(state.workdir, expand(line, state.scope, escape, scratch))
        elif one.name == "USER" and one.words:
            state.user = expand(one.words[0], state.scope, escape, scratch)
        elif one.name == "EXPOSE":
            state.exposed += [(expand(word, state.scope, escape, scratch), one) for word in one.words]
        elif one.name == "CMD":
            state.command, command_set = _command(one), True
        elif one.name == "ENTRYPOINT":
            state.entrypoint = _command(one)
            if not command_set:
                state.command = None
        elif one.name == "HEALTHCHECK":
            state.healthcheck = one
        elif one.destination is not None:
            state.copies.append(_copy(one, state, dockerfile))


def _argument(
    pair: Pair,
    given: Mapping[str, Value[str]],
    defaults: Mapping[str, Value[str]],
    scope: Mapping[str, Value[str]],
    complete: bool,
    escape: str,
) -> Value[str]:
    name = pair.name.text
    if name in given:
        return _with_step(given[name], "build argument", pair.name.span)
    if pair.value is not None:
        value = expand(pair.value, scope, escape, complete)
        return _with_step(value, "default of ARG", pair.name.span, Origin.DEFAULT)
    if name in defaults:
        return _with_step(defaults[name], "ARG", pair.name.span)
    if name in PREDEFINED:
        return Unknown(f"{name} is set by the builder", (Step("ARG", pair.name.span),))
    return Known("", (Step("ARG without a value", pair.name.span, Origin.DEFAULT),))


def _command(one: Instruction) -> Command:
    return Command(one.words, one.text, not one.exec_form, one.span)


def _copy(one: Instruction, state: _State, dockerfile: Dockerfile) -> Copy:
    escape, scope, scratch = dockerfile.escape, state.scope, state.scratch
    assert one.destination is not None
    flag = one.flag("from")
    stage: Stage | None = None
    foreign: Value[str] | None = None
    if flag is not None:
        foreign = expand(Word(flag.value, flag.span), scope, escape, scratch)
        stage = dockerfile.stage(foreign.value) if isinstance(foreign, Known) and foreign.value else None
        foreign = None if stage is not None else foreign
    sources = tuple(expand(word, scope, escape, scratch) for word in one.sources)
    destination = _join(state.workdir, expand(one.destination, scope, escape, scratch), keep_slash=True)
    return Copy(sources, destination, stage, foreign, one)


def _join(folder: Value[str], path: Value[str], keep_slash: bool = False) -> Value[str]:
    """Return a path as seen from a folder, normalized."""
    if isinstance(path, Unknown):
        return path
    if path.value.startswith("/"):
        joined = path.value
    elif isinstance(folder, Unknown):
        return folder
    else:
        joined = posixpath.join(folder.value, path.value)
    slash = keep_slash and (path.value.endswith(("/", "/.")) or path.value in (".", ".."))
    normal = posixpath.normpath(joined)
    normal = "/" + normal.lstrip("/")
    return Known(f"{normal.rstrip('/')}/" if slash else normal, path.trail)


def _with_step(value: Value[str], text: str, span: Span, origin: Origin = Origin.WRITTEN) -> Value[str]:
    step = Step(text, span, origin)
    if isinstance(value, Known):
        return value.then(step)
    return Unknown(value.reason, (step, *value.trail))


def run_text(instruction: Instruction) -> str:
    """Return the commands of a RUN as they are written; a here-document that is its script is among them."""
    script = instruction.text.lstrip().startswith("<<") and instruction.heredocs
    return "\n".join((instruction.span.text, *(one.body.text for one in script or ())))
