"""Families of variables that the code knows by two names, of which only one can be set.

``BACKUP_OFFSITE_ENABLED`` and ``BACKUP_OFFSITE_BUCKET`` in the settings and the templates,
``OFFSITE_ENABLED`` and ``OFFSITE_BUCKET`` in a command: one pair may be chance, a family with the same
prefix is one thing with two names.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from confguard.discover.kinds import Kind, of_kind
from confguard.model.delivery.code import CodeRead
from confguard.model.deployment import App, Deployment
from confguard.parsers.env import parse
from confguard.source import Span

_FEWEST = 2


@dataclass(frozen=True, slots=True)
class Renamed:
    """One variable of a family: where it is set and read by that name, and read by one that nobody sets."""

    name: str
    place: Span
    read: Span
    other: CodeRead


def renamed(deployment: Deployment, app: App) -> tuple[tuple[Renamed, ...], ...]:
    """Return each family of variables that code of an application reads by two names, and one is set."""
    by_name: dict[str, list[CodeRead]] = {}
    for read in deployment.evaluations.code.python(_root(app)):
        by_name.setdefault(read.name, []).append(read)
    families: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for long in by_name:
        for short in _ends(long):
            if short in by_name and not _read_together(by_name[long], by_name[short]):
                prefix = long.removesuffix(short)
                families.setdefault((prefix, short.partition("_")[0]), []).append((long, short))
    pairs = [one for one in families.values() if len(one) >= _FEWEST]
    if not pairs:
        return ()
    written = _written(deployment)
    found = (tuple(_judged(deployment, one, by_name, written)) for one in pairs)
    return tuple(one for one in found if len(one) >= _FEWEST)


def _root(app: App) -> str:
    """Return the folder that the settings module is imported from."""
    module = app.settings.module.replace(".", "/")
    return app.settings.path.partition(module)[0].rstrip("/")


def _ends(name: str) -> Iterator[str]:
    """Yield what is left of a name of at least three words without its first ones, two words at least."""
    words = name.split("_")
    for start in range(1, len(words) - 1):
        yield "_".join(words[start:])


def _read_together(one: list[CodeRead], other: list[CodeRead]) -> bool:
    """Say whether a file reads both: it knows that they are two."""
    return bool({read.span.path for read in one} & {read.span.path for read in other})


def _written(deployment: Deployment) -> dict[str, Span]:
    """Return the variables that env files, their templates and services of the stack set, with a place."""
    found: dict[str, Span] = {}
    for service in deployment.services.values():
        for name, value in service.environment.items():
            if value is not None and value.span is not None:
                found.setdefault(name, value.span)
    for file in of_kind(deployment.files, Kind.ENV):
        parsed = None if file.aside else deployment.project.parsed(parse, file.path)
        for entry in parsed.entries if parsed else ():
            if entry.key:
                found.setdefault(entry.key, entry.key_span)
    return found


def _judged(
    deployment: Deployment,
    pairs: list[tuple[str, str]],
    reads: dict[str, list[CodeRead]],
    written: dict[str, Span],
) -> Iterator[Renamed]:
    """Yield the pairs whose longer name is set; a longer name of its own is mostly a thing of its own."""
    for known, other in pairs:
        if (
            known in written
            and other not in written
            and not deployment.evaluations.code.mentioned_elsewhere(other)
        ):
            yield Renamed(known, written[known], reads[known][0].span, reads[other][0])
