"""What several probes ask: which template feeds a stack, how a value is shown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from confguard.finding import Label
from confguard.model.deployment import App
from confguard.model.nginx import NginxModel
from confguard.model.roles import ServiceRole
from confguard.readiness.outcome import Subject
from confguard.source import SourceFile, Span

if TYPE_CHECKING:
    from confguard.parsers.env import EnvEntry, EnvFile

_VARIABLE = re.compile(r"(?<!\$)\$\{?(\w+)")


def templates(subject: Subject) -> Iterator[EnvFile]:
    """Yield the committed env files that the stack reads, or that stand in for those it reads."""
    from confguard.parsers.env import parse

    compose = subject.deployment.compose
    paths = [source.read for source in compose.env_sources]
    paths += [reference.read for one in compose.services.values() for reference in one.env_files]
    for path in dict.fromkeys(path for path in paths if path):
        parsed = subject.repo.project.parsed(parse, path)
        if parsed is not None:
            yield parsed


def entries(subject: Subject) -> dict[str, EnvEntry]:
    """Return the variables of the stack's env files, the last one of a name."""
    return {
        entry.key: entry
        for parsed in templates(subject)
        for entry in parsed.entries
        if entry.key and not entry.commented
    }


def serving(subject: Subject) -> tuple[App, ...]:
    """Return the applications that answer requests; all of them where none is known to."""
    roles = subject.deployment.roles
    apps = subject.deployment.apps
    found = [
        app
        for app in apps
        if any(roles[name].role is ServiceRole.APP for name in app.services if name in roles)
    ]
    return tuple(found) or apps


def place(span: Span | None, text: str = "") -> Label | None:
    """Return the first line of a span as a label, None for no place."""
    return Label(span.first_line(), text) if span is not None else None


def beginning(source: SourceFile, text: str = "") -> Label:
    """Return a file's first line as a label."""
    return Label(source.span(0).first_line(), text)


def readable(app: App) -> bool:
    """Say whether the settings of an application could be followed: without its middleware nothing was."""
    return "MIDDLEWARE" in app.settings or "INSTALLED_APPS" in app.settings


def why_unreadable(app: App) -> str:
    """Return why nothing is known of an application's settings."""
    failure = app.settings.failure
    return f"the settings of {app.where or 'the application'} could not be followed" + (
        f": {failure.exception.rpartition('.')[2]}" if failure is not None else ""
    )


def entrances(subject: Subject) -> Iterator[NginxModel]:
    """Yield the nginx that clients reach."""
    for model in subject.deployment.proxies:
        service = subject.deployment.services.get(model.service)
        if service is not None and service.ports:
            yield model


def interpolated(subject: Subject) -> frozenset[str]:
    """Return the names of the variables that the stack's Compose files put in."""
    names: set[str] = set()
    for path in subject.deployment.stack.files:
        source = subject.repo.project.read(path)
        text = source.text if source is not None else ""
        names.update(match[1] for match in _VARIABLE.finditer(text))
    return frozenset(names)
