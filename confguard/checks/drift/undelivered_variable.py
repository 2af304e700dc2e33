"""Every variable that the deployment requires is delivered."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from confguard.checks._deliver import delivered, named
from confguard.finding import Finding, Label, Severity
from confguard.model.delivery.files import used_env_files
from confguard.model.delivery.misspelt import misspellings
from confguard.model.delivery.names import meant
from confguard.model.deployment import App, Deployment
from confguard.model.repo import Repo
from confguard.model.value import Known, Unknown
from confguard.source import Span
from confguard.words import joined, services_named

if TYPE_CHECKING:
    from confguard.model.django import EnvRead, Settings

_SHARED = 3
"""Names that begin with so many equal letters stand side by side in a file."""


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each variable that settings need or a Compose file uses and nothing sets."""
    for deployment in repo.production:
        yield from _required_by_settings(deployment)
        yield from _interpolated(deployment)


def _required_by_settings(deployment: Deployment) -> Iterator[Finding]:
    """Join the services that lack the same variables: what they lack together mostly has one cause."""
    lacking: dict[tuple[str, ...], list[App]] = {}
    for app in deployment.apps:
        names = _lacking(deployment, app)
        if app.services and names:
            lacking.setdefault(names, []).append(app)
    for names, apps in lacking.items():
        services = [name for app in apps for name in app.services]
        places = [_place(apps[0].settings, name) for name in names]
        first = next((place for place in places if place is not None), None)
        if first is None:
            continue
        found = list(_services(deployment, services))
        who = services_named(services, "does", "do")
        yield Finding(
            f"the settings cannot start without {joined(names)}, and {who} not get "
            f"{'it' if len(names) == 1 else 'them'}",
            found[0] if found else Label(first.first_line(), "raises where nothing sets it"),
            (
                *found[1:],
                *([Label(first.first_line(), "raises where nothing sets it")] if found else []),
                *(Label(place.first_line(), "so does this") for place in places[1:6] if place is not None),
                *(label for name in names[:3] for label in _in_templates(deployment, name)),
                *_lacking_files(deployment, services, names),
                *_misspelt(deployment, apps[0], names),
            ),
            notes=tuple(f"it says: {failure.message}" for failure in apps[0].settings.failures[:1]),
            help=f"deliver {'it' if len(names) == 1 else 'them'} with `environment:` or `env_file:`, "
            "or give the settings a default",
            stacks=(deployment.name,),
            address=(*names, *services),
            fixes=delivered(deployment, names, services),
        )


def _lacking(deployment: Deployment, app: App) -> tuple[str, ...]:
    """Return the variables without which an application's settings do not start, and which it surely lacks.

    Where a failure has several of them, each may be its cure: it counts only if none of them is asked for
    by another failure.
    """
    reads = {read.key: read for read in app.settings.reads}
    names: list[str] = []
    several: list[list[str]] = []
    for failure in app.settings.failures:
        if not failure.undelivered:
            continue
        missing = [
            name
            for name in failure.variables
            if name in reads and not _is_served(deployment, app, reads[name])
        ]
        # One call may read KEY and, without it, KEY_FILE: they are one read.
        missing = list({reads[name].span: name for name in reversed(missing)}.values())[::-1]
        if len(missing) == 1:
            names += [name for name in missing if name not in names]
        elif missing:
            several.append(missing)
    for missing in several:
        if not set(missing) & set(names):
            names.append(missing[-1])
    return tuple(names)


def _place(settings: Settings, name: str) -> Span | None:
    return next((read.span for read in settings.reads if read.key == name), None)


def _is_served(deployment: Deployment, app: App, read: EnvRead) -> bool:
    """Say whether a read gets something, or may: a value, a default, or what a template speaks of."""
    siblings = [other for other in app.settings.reads if other.span == read.span]
    return any(
        app.environment.get(one.key) is not None or _falls_back(one) or one.key in deployment.documented
        for one in siblings
    )


def _falls_back(read: EnvRead) -> bool:
    """Say whether a read has a default that somebody could mean: the settings refuse that, not the lack."""
    return isinstance(read.default, Unknown) or (isinstance(read.default, Known) and bool(read.default.value))


def _services(deployment: Deployment, services: list[str]) -> Iterator[Label]:
    for name in services[:3]:
        span = deployment.services[name].spans[-1] if deployment.services[name].spans else None
        if span is not None:
            yield Label(span, f"{name} does not get it")


def _in_templates(deployment: Deployment, key: str) -> Iterator[Label]:
    """Yield the place in the stack's own env files where the variable is set, but only for Compose."""
    value = deployment.compose.environment.values.get(key)
    if value is not None and value.span is not None:
        yield Label(value.span.first_line(), "set for Compose only: it does not reach the service")


def _lacking_files(deployment: Deployment, services: list[str], names: tuple[str, ...]) -> Iterator[Label]:
    """Yield a place in each env file of the services, or its template, where they would stand well."""
    for file in used_env_files(deployment):
        entries = [entry for entry in file.file.active if entry.key]
        if entries and set(services) & set(file.services):
            alike = [entry for entry in entries if entry.key[:_SHARED] == names[0][:_SHARED]]
            yield Label((alike or entries)[-1].line, f"no {joined(names[:3])} in this file")


def _interpolated(deployment: Deployment) -> Iterator[Finding]:
    """Join the uses of one name: one line in the template mends them all."""
    uses: dict[str, list[Span]] = {}
    compose = deployment.compose
    for use in compose.interpolations:
        if use.operator or use.span is None or use.found is not None or not compose.environment.complete:
            continue
        if use.name in deployment.documented:
            continue
        places = uses.setdefault(use.name, [])
        if all((place.path, place.line) != (use.span.path, use.span.line) for place in places):
            places.append(use.span)
    if not uses:
        return
    passed = _passed_on(deployment)
    groups: dict[Severity, dict[str, list[Span]]] = {}
    for name, spans in uses.items():
        passed_on = all((span.path, span.line) in passed for span in spans)
        harmless = passed_on and not any(True for _ in _near(deployment, name))
        groups.setdefault(Severity.INFO if harmless else Severity.WARNING, {})[name] = spans
    for severity, found in groups.items():
        yield _emptied(deployment, found, severity)


def _emptied(deployment: Deployment, uses: dict[str, list[Span]], severity: Severity) -> Finding:
    names = list(uses)
    spans = list(dict.fromkeys(span.first_line() for spans in uses.values() for span in spans))
    sources = [source.read for source in deployment.compose.env_sources if source.read]
    written = joined([f"${{{name}}}" for name in names])
    one = names[0]
    return Finding(
        f"Compose replaces {written} by an empty text: nothing sets {'it' if len(names) == 1 else 'them'}",
        Label(spans[0], "comes to nothing"),
        (
            *(Label(span, "and here") for span in spans[1:4]),
            *(label for name in names for label in _near(deployment, name)),
        ),
        notes=(f"looked for in {', '.join(sources)}",) if sources else ("there is no env file for it",),
        help=f"set {joined(names)} in the env file and in its template, require it with ${{{one}:?}}, "
        f"or say that empty is meant with ${{{one}:-}}",
        stacks=(deployment.name,),
        address=tuple(names),
        severity=severity,
        fixes=()
        if any(True for name in names for _ in _near(deployment, name))
        else named(deployment, names),
    )


def _passed_on(deployment: Deployment) -> set[tuple[str, int]]:
    """Return the lines that only pass a variable on into an environment: an empty one may be meant there."""
    return {
        (value.span.path, value.span.line)
        for service in deployment.services.values()
        for value in service.environment.values()
        if value is not None and value.span is not None
    }


def _near(deployment: Deployment, name: str) -> Iterator[Label]:
    """Yield the place of a variable of nearly the same name that an env file sets and no file uses."""
    used = {use.name for use in deployment.compose.interpolations}
    values = deployment.compose.environment.values
    near = meant(name, [other for other in values if other not in used])
    span = values[near].span if near is not None else None
    if near is not None and span is not None:
        yield Label(span.first_line(), f"perhaps {near} is meant, which no Compose file uses")


def _misspelt(deployment: Deployment, app: App, names: tuple[str, ...]) -> Iterator[Label]:
    """Yield the places of what the services get under nearly these names and nobody reads."""
    for variable, read in misspellings(deployment, app):
        span = variable.value.span if variable.value else None
        if read.key in names and span is not None:
            yield Label(span.first_line(), f"nobody reads {variable.name}: perhaps {read.key} is meant")
    for name in names:
        file = app.environment.get(f"{name}_FILE")
        if isinstance(file, Known) and file.span is not None:
            yield Label(file.span.first_line(), f"the settings know of no {name}_FILE")
