"""Why a setting, a variable or a header is what it is: the steps, from where it is written to the answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from confguard.model.deployment import Deployment
from confguard.model.django import EnvRead
from confguard.model.django.values import elements
from confguard.model.nginx import header_set
from confguard.model.value import Known, Step, Trail, Unknown, Value
from confguard.reporters.text import clean
from confguard.show.applications import Application
from confguard.show.page import BOLD, DIM, YELLOW, Style, clipped, joined_lines, place_of
from confguard.show.values import shown, terms, trail_terms

_SECURITY = "django.middleware.security.SecurityMiddleware"
_CLICKJACKING = "django.middleware.clickjacking.XFrameOptionsMiddleware"
_MOST_PLACES = 4
_HEADERS = {
    "x-frame-options": ("X_FRAME_OPTIONS",),
    "strict-transport-security": (
        "SECURE_HSTS_SECONDS",
        "SECURE_HSTS_INCLUDE_SUBDOMAINS",
        "SECURE_HSTS_PRELOAD",
    ),
    "x-content-type-options": ("SECURE_CONTENT_TYPE_NOSNIFF",),
    "referrer-policy": ("SECURE_REFERRER_POLICY",),
    "cross-origin-opener-policy": ("SECURE_CROSS_ORIGIN_OPENER_POLICY",),
}
"""The settings that SecurityMiddleware and XFrameOptionsMiddleware write headers from (Django 5.2)."""


@dataclass(frozen=True, slots=True)
class Trace:
    """One answer: what the name is there, and the steps that made it, newest first."""

    kind: str
    """``"setting"``, ``"variable"`` or ``"header"``."""
    name: str
    where: tuple[str, ...]
    value: Value[Any] | None
    steps: Trail
    decides: tuple[str, ...] = ()
    """Other settings that a variable takes part in, by a condition or through another setting."""
    read: tuple[str, ...] = ()
    """Variables that the statement of a setting reads and whose own steps are not among these."""


def traces(
    name: str, apps: tuple[Application, ...], deployments: tuple[Deployment, ...]
) -> tuple[Trace, ...]:
    """Return all that is known of a name in these applications and deployments."""
    found = [trace for app in apps for trace in _of_application(name, app)]
    found += [trace for deployment in deployments for trace in _of_proxies(name, deployment)]
    same: dict[tuple[Any, ...], Trace] = {}
    for trace in found:
        key = (trace.kind, trace.name, trace.steps, repr(terms(trace.name, trace.value, True)))
        before = same.get(key)
        where = trace.where if before is None else tuple(dict.fromkeys((*before.where, *trace.where)))
        same[key] = replace(trace, where=where)
    return tuple(same.values())


def known_names(apps: tuple[Application, ...], deployments: tuple[Deployment, ...]) -> frozenset[str]:
    """Return the names that these applications and deployments have an answer for."""
    found = {name.title() for name in _HEADERS}
    for app in apps:
        found |= {
            *app.settings.values,
            *app.environment,
            *(read.key for read in app.settings.reads if read.key),
        }
    for model in (one for deployment in deployments for one in deployment.proxies):
        found |= {header.name for level in model.levels() for header in header_set(level).headers}
    return frozenset(found)


def _of_application(name: str, app: Application) -> Iterator[Trace]:
    place = f"{app.stack}: {', '.join(app.services)}" if app.services else app.settings.module
    where, settings = (place,), app.settings
    value = settings.get(name) if name.isupper() else settings.values.get(name)
    if value is not None:
        yield Trace("setting", name, where, value, value.trail, read=_read_by(name, value, app))
    reads = [read for read in settings.reads if read.key == name]
    direct, others = _uses(reads, app)
    given = app.environment.get(name)
    if reads or name in app.environment:
        steps = given.trail if given is not None else (Step("nothing sets it"), *app.environment.trail)
        yield Trace("variable", name, where, given, steps, tuple(others))
    for setting in direct:
        if setting != name:
            yield Trace("setting", setting, where, settings.values[setting], settings.values[setting].trail)
    yield from _header_of_application(name, app, where)


def _read_by(name: str, value: Value[Any], app: Application) -> tuple[str, ...]:
    """Return the variables that are read where a value is written and that its trail does not lead to."""
    if value.span is None:
        return ()
    shown = {step.span for step in value.trail}
    return tuple(
        dict.fromkeys(
            read.key
            for read in app.settings.reads
            if read.key not in ("", name)  # one of its own name is told beside it
            and read.span.path == value.span.path
            and value.span.line <= read.span.line <= value.span.end_line
            and not (read.given is not None and shown & {step.span for step in read.given.trail})
        )
    )


def _uses(reads: list[EnvRead], app: Application) -> tuple[list[str], list[str]]:
    """Return the settings whose own statement reads the variable, and those that depend on it otherwise."""
    spans = {read.span for read in reads}
    lines = {(span.path, span.line) for span in spans}
    direct: list[str] = []
    others: list[str] = []
    for setting, value in app.settings.values.items():
        if any(step.span in spans for step in value.trail):
            own = value.span is not None and (value.span.path, value.span.line) in lines
            (direct if own else others).append(setting)
    return direct, others


def _header_of_application(name: str, app: Application, where: tuple[str, ...]) -> Iterator[Trace]:
    settings, lowered = app.settings, name.lower()
    middleware = {item.value for item in elements(settings.get("MIDDLEWARE")) if isinstance(item, Known)}
    needed = _CLICKJACKING if lowered == "x-frame-options" else _SECURITY
    for setting in _HEADERS.get(lowered, ()) if needed in middleware else ():
        value = settings.get(setting)
        if value is not None:
            yield Trace("header", f"{name} (from {setting})", where, value, value.trail)
    if lowered in ("content-security-policy", "content-security-policy-report-only"):
        for policy in settings.policies:
            if policy.report_only is None or policy.report_only == lowered.endswith("only"):
                yield Trace("header", f"{name} (from {policy.source})", where, policy.text, policy.trail)


def _of_proxies(name: str, deployment: Deployment) -> Iterator[Trace]:
    lowered = name.lower()
    for model in deployment.proxies:
        for level in model.levels():
            for header in header_set(level).headers:
                if header.name.lower() == lowered:
                    where = (f"{deployment.name}: {model.service}",)
                    step = Step("added by nginx", header.span)
                    yield Trace("header", header.name, where, header.value, (step, *header.value.trail))


def facts(trace: Trace, reveal: bool = False) -> dict[str, Any]:
    """Return a trace as plain data, for JSON."""
    return {
        "kind": trace.kind,
        "name": trace.name,
        "where": list(trace.where),
        "known": isinstance(trace.value, Known),
        "value": terms(trace.name, trace.value, reveal),
        "steps": trail_terms(trace.steps),
        "decides": list(trace.decides),
        "reads": list(trace.read),
    }


def page(found: tuple[Trace, ...], style: Style | None = None, reveal: bool = False) -> str:
    """Return traces as text: the oldest step first, as the value came about."""
    look = style or Style()
    lines: list[str] = []
    for trace in _unset_joined(found):
        text = clipped(shown(trace.name, trace.value, reveal))
        colour = YELLOW if isinstance(trace.value, Unknown) else ""
        lines += [] if not lines else [""]
        head = f"{trace.kind} {clean(trace.name)}"
        lines.append(f"{look.paint(head, BOLD)} = {look.paint(text, colour) if colour else text}")
        where = _by_stack(trace.where)
        places = [f"in {place}" for place in where[:_MOST_PLACES]]
        if len(where) > _MOST_PLACES:
            places.append(f"and in {len(where) - _MOST_PLACES} more")
        lines += [f"  {look.paint(clean(place), DIM)}" for place in places]
        for number, step in enumerate(_readable(trace.steps), 1):
            origin = "" if step.origin.value == "written" else f" ({step.origin.value})"
            place = f"  {look.paint(place_of(step.span), DIM)}" if step.span is not None else ""
            lines.append(f"  {number:>2}. {clean(step.text)}{origin}{place}")
            if step.span is not None:
                quoted = clipped(clean(step.span.file.line_text(step.span.line).strip()))
                lines.append(look.paint(f"      | {quoted}", DIM))
        for variable in trace.read:
            lines.append(f"  reads {clean(variable)}: `confguard trace {clean(variable)}` has its steps")
        if trace.decides:
            lines.append(f"  also has a part in {clean(', '.join(trace.decides))}")
    return joined_lines(lines)


def _unset_joined(found: tuple[Trace, ...]) -> tuple[Trace, ...]:
    """Return traces with those in one that differ only in the service for which nothing sets a variable."""
    same: dict[object, Trace] = {}
    for trace in found:
        unset = trace.kind == "variable" and trace.value is None
        key: object = (trace.name, trace.decides) if unset else id(trace)
        before = same.get(key)
        where = trace.where if before is None else tuple(dict.fromkeys((*before.where, *trace.where)))
        steps = trace.steps if before is None else trace.steps[:1]
        same[key] = replace(trace, where=where, steps=steps)
    return tuple(same.values())


def _by_stack(where: tuple[str, ...]) -> list[str]:
    """Return places (``stack: services``, or a module alone) with all services of a stack in one."""
    found: dict[str, list[str]] = {}
    for place in where:
        stack, between, services = place.rpartition(": ")
        found.setdefault(f"{stack}{between}", []).append(services)
    return [
        text
        for stack, names in found.items()
        for text in ([f"{stack}{', '.join(names)}"] if stack else names)
    ]


def _readable(trail: Trail) -> Iterator[Step]:
    """Yield steps oldest first; of several at the same line only the newest one."""
    seen: set[tuple[str, int]] = set()
    kept = []
    for step in trail:
        place = (step.span.path, step.span.line) if step.span is not None else None
        if place is None or place not in seen:
            kept.append(step)
        if place is not None:
            seen.add(place)
    yield from reversed(kept)
