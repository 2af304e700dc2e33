"""The routes of a Django application in the order in which Django tries them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from confguard.model.django.routes import Route, URLconf
from confguard.reporters.text import clean
from confguard.show.applications import Application
from confguard.show.page import (
    BOLD,
    DIM,
    GREEN,
    YELLOW,
    Row,
    Style,
    clipped,
    joined_lines,
    place_of,
    rows_text,
)

_KINDS = {
    "admin": "the admin",
    "router": "view set",
    "include": "routes of",
    "unknown": "? (not known)",
}


def facts(app: Application, path: str = "") -> dict[str, Any]:
    """Return everything the page says as plain data, for JSON; of ``path`` only the routes it may take."""
    found = app.settings.urlconf
    shown = found.match(path) if path else found.routes
    return {
        "stack": app.stack or None,
        "services": list(app.services),
        "settings": app.settings.module,
        "module": found.module or None,
        "path": found.path or None,
        "complete": found.complete,
        "reason": clean(found.reason) or None,
        **({"asked": path, "routed": found.routed(path)} if path else {}),
        "routes": [_route_facts(route) for route in shown],
        "handlers": dict(found.handlers),
        "problems": [
            {"place": place_of(problem.span), "message": clean(problem.message)} for problem in found.problems
        ],
    }


def _route_facts(route: Route) -> dict[str, Any]:
    return {
        "route": clean(route.text),
        "kind": route.kind,
        "view": route.view,
        "name": route.name,
        "namespaces": list(route.namespaces),
        "target": route.target or None,
        "certain": route.certain,
        "place": place_of(route.span),
        "through": [place_of(span) for span in route.through],
    }


def page(app: Application, style: Style | None = None, path: str = "") -> str:
    """Return the routes of an application as text; of ``path`` only those that it may take."""
    look, found = style or Style(), app.settings.urlconf
    services = f", {'services' if len(app.services) > 1 else 'service'} {', '.join(app.services)}"
    where = f"{app.settings.module}, in {app.stack}{services}" if app.services else app.settings.module
    name = found.module or "no URLconf"
    lines = [
        f"{look.paint(clean(name), BOLD)}  {look.paint(clean(f'{found.path} of {where}'.lstrip()), DIM)}"
    ]
    if found.reason:
        return joined_lines([*lines, f"  {look.paint(clean(f'not known: {found.reason}'), YELLOW)}"])
    shown = found.match(path) if path else found.routes
    if path:
        lines += [f"  {_verdict(found, path, look)}"]
    elif not found.complete:
        lines.append(f"  {look.paint('there may be more routes than these', YELLOW)}")
    for problem in found.problems:
        text = f"  {place_of(problem.span)}: {clean(problem.message)}"
        lines.append(look.paint(text, YELLOW))
    if shown:
        lines += ["", *rows_text([_row(route) for route in shown], look, 2)]
    if found.handlers and not path:
        rows = [Row(clean(name), clean(view)) for name, view in sorted(found.handlers.items())]
        lines += ["", look.paint("handlers", BOLD), *rows_text(rows, look, 2)]
    return joined_lines(lines)


def distinct(apps: Sequence[Application], path: str = "") -> tuple[Application, ...]:
    """Return applications with those of a stack in one whose pages differ in their services alone."""
    same: dict[tuple[str, str], Application] = {}
    for app in apps:
        key = app.stack, page(replace(app, services=()), path=path)
        before = same.get(key)
        same[key] = replace(app, services=(*before.services, *app.services)) if before else app
    return tuple(same.values())


def _verdict(found: URLconf, path: str, look: Style) -> str:
    routed = found.routed(path)
    asked = clean(path)
    if routed:
        return look.paint(f"{asked} has a view", GREEN)
    if routed is None:
        return look.paint(f"{asked} may have a view", YELLOW)
    return f"{asked} has no view"


def _row(route: Route) -> Row:
    what = route.view or "?" if route.kind == "view" else _KINDS[route.kind]
    if route.kind == "router":
        what = f"{what} {route.view or '?'}"
    elif route.kind == "include":
        what = f"{what} {route.target}"
    name = ":".join([*route.namespaces, *([route.name] if route.name else [])])
    more = f"  [{name}]" if name else ""
    perhaps = "" if route.certain else "perhaps "
    code = "" if route.certain and route.kind != "unknown" else YELLOW
    label = f"/{route.text}{'...' if route.is_prefix else ''}"
    return Row(
        clipped(clean(label), 70), clipped(clean(f"{perhaps}{what}{more}")), place_of(route.span), code
    )
