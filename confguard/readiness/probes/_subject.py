"""What several probes ask of the stack that they look at: its templates, applications and entrances."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from confguard.finding import Label
from confguard.model.deployment import App
from confguard.model.nginx import NginxModel, upstream_targets
from confguard.model.responses import service_behind
from confguard.model.roles import ServiceRole
from confguard.model.value import Known, Unknown
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


def entry_of(value: Any, key: str) -> Any:
    """Return a key's value in a setting that is a mapping: the setting if unknown, None for no such one."""
    from confguard.model.django import Entries

    if isinstance(value, Unknown):
        return value
    if not isinstance(value, Known) or not isinstance(value.value, Entries):
        return None
    return value.value.get(key)


def entrances(subject: Subject) -> Iterator[NginxModel]:
    """Yield the nginx that clients reach: those that are published.

    In a stack that publishes nothing they are those that no other nginx passes requests to: something in
    front of the stack does. An nginx for tests is none.
    """
    services, roles = subject.deployment.services, subject.deployment.roles
    models = [
        model
        for model in subject.deployment.proxies
        if model.service in services and roles[model.service].role is not ServiceRole.OTHER
    ]
    if any(service.ports for service in services.values()):
        yield from (model for model in models if services[model.service].ports)
        return
    behind = {
        service.name
        for model in models
        for target in upstream_targets(model)
        if (service := service_behind(subject.deployment, target)) is not None
    }
    yield from (model for model in models if model.service not in behind)


def why_no_entrance(subject: Subject) -> str:
    """Return why no nginx is known that clients reach."""
    if not subject.deployment.proxies:
        return "the stack has no nginx that could be looked at"
    return "no nginx of the stack publishes a port"


def why_no_way(subject: Subject) -> str:
    """Return why no nginx is known to lead to an application."""
    models = list(entrances(subject))
    missing = dict.fromkeys(model.service for model in models if model.missing)
    if missing:
        names = ", ".join(missing)
        return f"a part of the configuration of nginx in {names} is not in the repository"
    return "no nginx of the stack is known to lead to an application" if models else why_no_entrance(subject)


def interpolated(subject: Subject) -> frozenset[str]:
    """Return the names of the variables that the stack's Compose files put in."""
    names: set[str] = set()
    for path in subject.deployment.stack.files:
        source = subject.repo.project.read(path)
        text = source.text if source is not None else ""
        names.update(match[1] for match in _VARIABLE.finditer(text))
    return frozenset(names)
