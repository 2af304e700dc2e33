"""Variables that are taken from another one while their own lies unused: mostly a line that was copied."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from confguard.model.delivery.service import delivery_of
from confguard.model.deployment import App, Deployment
from confguard.model.django.values import entry
from confguard.model.value import Known
from confguard.source import Span

_WHOLE = re.compile(
    r"[\"']?(?P<key>[A-Z][A-Z0-9_]*)[\"']?\s*[:=]\s*[\"']?\$\{(?P<name>[A-Z][A-Z0-9_]*)(?::?[-?][^{}]*)?\}"
)


_DATABASE_KEYS = ("NAME", "USER", "PASSWORD", "HOST", "PORT")


@dataclass(frozen=True, slots=True)
class Crossed:
    """``name`` is made of ``other``, though ``name`` is given at ``own`` and nothing uses it."""

    name: str
    other: str
    span: Span
    own: Span
    services: tuple[str, ...]
    key: str = ""
    """The key of DATABASES that it is for, where it is no setting of its own."""


def crossed_in_compose(deployment: Deployment) -> Iterator[Crossed]:
    """Yield ``NAME: ${OTHER}`` where an env file sets NAME and no Compose file uses it."""
    compose = deployment.compose
    used = {use.name for use in compose.interpolations}
    values = compose.environment.values
    found: dict[Span, tuple[str, str, list[str]]] = {}
    for service in deployment.services.values():
        for key, value in service.environment.items():
            span = value.span if value is not None else None
            if span is None or key in used or key not in values:
                continue
            line = span.file.line_text(span.line)
            match = _WHOLE.search(line)
            if (
                match
                and match["key"] == key
                and match["name"] != key
                and match["name"] in service.environment
            ):
                found.setdefault(span, (key, match["name"], []))[2].append(service.name)
    for span, (key, other, services) in found.items():
        own = values[key].span
        if own is not None:
            yield Crossed(key, other, span, own, tuple(services))


def crossed_in_settings(deployment: Deployment, app: App) -> Iterator[Crossed]:
    """Yield settings that read another variable than that of their name, which is delivered and unread."""
    if not app.services:
        return
    delivery = delivery_of(deployment, app.services[0])
    if not delivery.sources_are_known or not app.settings.complete:
        return
    made = _settings_by_read(app)
    from_reads = {name for names in made.values() for name in names}
    for read in app.settings.reads:
        if read.key not in from_reads:
            continue
        for name in made.get(read.span, ()):
            given = app.environment.get(name)
            unused = name != read.key and name not in delivery.readers
            if unused and isinstance(given, Known) and given.span is not None:
                yield Crossed(name, read.key, read.span, given.span, app.services)


def crossed_in_databases(deployment: Deployment, app: App) -> Iterator[Crossed]:
    """Yield keys of a database that read another key's variable: USER from DB_NAME, with DB_USER unread."""
    if not app.services:
        return
    delivery = delivery_of(deployment, app.services[0])
    if not delivery.sources_are_known or not app.settings.complete:
        return
    reads = {read.span: read.key for read in app.settings.reads}
    for key in _DATABASE_KEYS:
        value = entry(app.settings.get("DATABASES"), "default", key)
        for step in value.trail if isinstance(value, Known) else ():
            other = reads.get(step.span) if step.span is not None else None
            prefix, _, tail = (other or "").rpartition("_")
            if other is None or step.span is None or tail not in _DATABASE_KEYS or tail == key or not prefix:
                continue
            name = f"{prefix}_{key}"
            given = app.environment.get(name)
            if name not in delivery.readers and isinstance(given, Known) and given.span is not None:
                yield Crossed(name, other, step.span, given.span, app.services, key)


def _settings_by_read(app: App) -> dict[Span, list[str]]:
    """Return the settings that are made of a read, by the read's place."""
    places = {read.span for read in app.settings.reads}
    found: dict[Span, list[str]] = {}
    for name, value in app.settings.values.items():
        if isinstance(value, Known):
            for span in dict.fromkeys(step.span for step in value.trail):
                if span is not None and span in places:
                    found.setdefault(span, []).append(name)
    return found
