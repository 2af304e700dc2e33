"""Addresses that a command promises when it starts a stack, and that the stack does not serve."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from confguard.discover.kinds import Kind
from confguard.model.compose import ComposeModel, load
from confguard.model.stacks.sightings import FORMS
from confguard.model.stacks.stack import Role
from confguard.model.value import Known
from confguard.parsers.command_lines import CommandLine, lines
from confguard.source import SourceFile, Span

if TYPE_CHECKING:
    from confguard.model.compose import Service
    from confguard.model.repo import Repo
    from confguard.model.stacks import Sighting
    from confguard.parsers.commands import Invocation

_ADDRESS = re.compile(r"(?P<scheme>https?)://(?:localhost|127\.0\.0\.1)(?::(?P<port>\d+))?(?![\w:.-])")
_SPOKEN = re.compile(r"^\s*@?(echo|printf)\b")
_STARTS_MORE = re.compile(
    r"\b(docker\s+run|runserver|npm\s+(run|start)|yarn\s|pnpm\s|nginx|caddy|\$\(MAKE\)|make)\b"
)


@dataclass(frozen=True, slots=True)
class Promised:
    """An address that only ``service`` serves, which the command does not start for want of a profile."""

    context: str
    command: Span
    address: Span
    service: Service
    aside: bool
    """The command is for development or tests."""


def promised(repo: Repo) -> Iterator[Promised]:
    """Yield the addresses that make targets and scripts promise in vain, one for each command and service."""
    if any(_sets_profiles(repo.project.read(path)) for path in repo.paths(Kind.ENV)):
        return
    kinds = {file.path: file.kind for file in repo.files if not file.inactive}
    for sighting in repo.sightings:
        one = sighting.invocation
        if one is None or one.subcommand != "up" or one.spoken or one.uncertain or one.services:
            continue
        kind = kinds.get(one.span.path)
        if kind not in (Kind.MAKEFILE, Kind.TASKS, Kind.SCRIPT):
            continue
        yield from _of_command(repo, sighting, one, kind)


def _sets_profiles(source: SourceFile | None) -> bool:
    return (
        source is not None and re.search(r"(?m)^\s*(export\s+)?COMPOSE_PROFILES=\S", source.text) is not None
    )


def _of_command(repo: Repo, sighting: Sighting, one: Invocation, kind: Kind) -> Iterator[Promised]:
    said = list(_said(one, kind))
    if not said:
        return
    model = _model(repo, sighting)
    seen: set[str] = set()
    for span, port in said:
        service = _only_inactive(model, port)
        if service is not None and service.name not in seen:
            seen.add(service.name)
            aside = sighting.role in (Role.DEVELOPMENT, Role.TEST)
            yield Promised(one.context, one.span, span, service, aside)


def _model(repo: Repo, sighting: Sighting) -> ComposeModel:
    """Return the model of what a command starts, with the templates that stand in for the host's files."""
    for deployment in repo.deployments:
        stack = deployment.stack
        if stack.files == sighting.files and stack.profiles == sighting.profiles:
            return deployment.compose
    return load(
        repo.project,
        sighting.files,
        profiles=sighting.profiles,
        env_files=sighting.env_files or None,
        project_directory=sighting.project_directory,
    )


def _said(one: Invocation, kind: Kind) -> Iterator[tuple[Span, int]]:
    """Yield the addresses that the lines behind a command say, if no other of them starts something."""
    block = _block(one, kind)
    if any(_STARTS_MORE.search(line.joined.text) for line in block if not _SPOKEN.search(line.joined.text)):
        return
    if sum("compose" in line.joined.text and " up" in line.joined.text for line in block) != 1:
        return
    for line in block:
        text = line.joined.text
        if line.joined.place(0) < one.span.start or not _SPOKEN.search(text):
            continue
        for match in _ADDRESS.finditer(text):
            port = match["port"] or ("443" if match["scheme"] == "https" else "80")
            yield line.joined.span(match.start(), match.end()), int(port)


def _block(one: Invocation, kind: Kind) -> list[CommandLine]:
    every = [line for line in lines(one.span.file, FORMS[kind]) if not line.variable]
    own = next(
        (
            line
            for line in every
            if line.joined.place(0) <= one.span.start < line.joined.place(len(line.joined.text))
        ),
        None,
    )
    if own is None:
        return []
    return [line for line in every if line.block == own.block and line.context == own.context]


def _only_inactive(model: ComposeModel, port: int) -> Service | None:
    """Return the service that alone publishes a port and is not active; None if another may serve it."""
    for service in model.active_services.values():
        if service.network_mode is not None and not _is_bridge(service):
            return None
        published = [one.published for one in service.ports if one.published is not None]
        if any(_publishes(one, port) is not False for one in published):
            return None
    found = [
        service
        for service in model.services.values()
        if service.name not in model.active_services
        and service.profiles
        and any(_publishes(one.published, port) for one in service.ports)
    ]
    return found[0] if len(found) == 1 else None


def _is_bridge(service: Service) -> bool:
    mode = service.network_mode
    return isinstance(mode, Known) and (mode.value in ("bridge", "none") or mode.value.startswith("service:"))


def _publishes(published: object, port: int) -> bool | None:
    """Say whether a port of the host is this one; None where it cannot be known."""
    if not isinstance(published, Known):
        return None
    first, _, last = str(published.value).partition("-")
    if not first.isdigit():
        return None
    return int(first) <= port <= int(last if last.isdigit() else first)
