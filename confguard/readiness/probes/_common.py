"""What several probes ask: which template feeds a stack, how a value is shown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from confguard.finding import Label
from confguard.model.deployment import App
from confguard.model.roles import ServiceRole
from confguard.readiness.outcome import Subject
from confguard.source import SourceFile, Span

if TYPE_CHECKING:
    from confguard.parsers.env import EnvEntry, EnvFile


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
