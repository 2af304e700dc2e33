"""Paths that Django has views for come to Django, and as they are."""

from __future__ import annotations

import re
from collections.abc import Iterator

from confguard.checks._labels import distinct
from confguard.finding import Finding, Label, Severity
from confguard.model.deployment import App, Deployment
from confguard.model.nginx import Location
from confguard.model.path_answers import Misrouted, misrouted
from confguard.model.repo import Repo
from confguard.model.route_prefixes import mismatches
from confguard.source import Span
from confguard.words import joined

_CALLED = re.compile(
    r"(^|[/_-])(api|v\d+|(web)?hooks?|callbacks?|complete|oauth2?|oidc|saml|sso|token|rpc|graphql|ws)([/_.-]|$)",
    re.IGNORECASE,
)
"""What others than people in a browser ask for: nobody notices that a page answers."""
_REPORTS = re.compile(r"csp|report-uri|violation", re.IGNORECASE)
"""Where browsers report to: another rule tells of it."""


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each place of nginx at which paths of Django's views end."""
    for deployment in repo.production:
        for app in deployment.apps:
            known = {one.location for one in mismatches(deployment, app)}
            groups: dict[tuple[Span, bool], list[Misrouted]] = {}
            for one in misrouted(deployment, app):
                place = _place(one)
                if place is None or _REPORTS.search(one.path) or _location(one) in known:
                    continue
                groups.setdefault((place, one.is_lost), []).append(one)
            for (place, _), found in groups.items():
                yield _finding(deployment, app, place, found)


def _location(one: Misrouted) -> Location | None:
    return next(iter(one.answer.way.locations), None)


def _place(one: Misrouted) -> Span | None:
    way = one.answer.way
    if one.is_lost:
        return way.statement.span if way.statement else None
    location = _location(one)
    return location.span if location is not None else way.server.span if way.server else None


def _finding(deployment: Deployment, app: App, place: Span, found: list[Misrouted]) -> Finding:
    first = found[0]
    paths = [one.path for one in found]
    shown = joined([f"`{path}`" for path in paths[:3]] + ([f"{len(paths) - 3} more"] if paths[3:] else []))
    names = [name for name in app.services if deployment.serves_http(name)]
    where = f"service {joined(names)}"
    location = _location(first)
    return Finding(
        f"{shown} of {where} {_words(first, len(paths))}",
        Label(place.first_line(), _label(first)),
        distinct((Label(one.route.span, f"Django answers at {one.path}") for one in found), place),
        notes=(
            *(f"the same view is reached at {one.reached}" for one in found if one.reached),
            f"{app.settings.urlconf.module} has the routes",
        ),
        help=_help(first, location),
        stacks=(deployment.name,),
        address=(first.answer.model.service, location.title if location else "server", *paths[:3]),
        severity=_severity(found),
    )


def _severity(found: list[Misrouted]) -> Severity:
    if any(one.is_lost or one.route.kind == "admin" for one in found):
        return Severity.WARNING
    called = any(_CALLED.search(one.path) and not one.reached for one in found)
    return Severity.WARNING if called else Severity.INFO


def _words(one: Misrouted, count: int) -> str:
    verb = "comes" if count == 1 else "come"
    if one.answer.sent is not None:
        return f"{verb} to Django as `{one.answer.sent}`, which is no route"
    if one.answer.status == 200:
        return f"never {verb} to Django: nginx answers with a page of its own"
    return f"never {verb} to Django: nginx answers {one.answer.status} by itself"


def _label(one: Misrouted) -> str:
    if one.answer.sent is not None:
        return f"makes {one.answer.sent} of {one.path}"
    file = one.answer.file
    return f"answers {one.path} with {file}" if file and one.answer.status == 200 else f"takes {one.path}"


def _help(one: Misrouted, location: Location | None) -> str:
    if one.answer.sent is not None:
        pattern = location.pattern if location is not None else one.path
        return (
            f"`location = {pattern}` takes that one path only; add `location = {one.path}` with the same "
            "proxy_pass, or give both the location and the URI the same end"
        )
    return f"pass it on: `location = {one.path}` with the proxy_pass of Django's other locations"
