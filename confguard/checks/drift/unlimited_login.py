"""Somebody limits how often passwords can be tried."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from confguard.finding import Finding, Label, Severity
from confguard.model.deployment import App, Deployment
from confguard.model.nginx import (
    Location,
    Missing,
    NginxModel,
    Request,
    Route,
    limits,
    route,
    upstream_targets,
)
from confguard.model.repo import Repo
from confguard.model.responses import app_behind, apps_behind
from confguard.model.responses.logins import Login, named_logins, unlimited_logins
from confguard.words import joined


@dataclass(frozen=True, slots=True)
class _Open:
    login: Login
    way: Route


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each application whose logins neither it nor nginx limits."""
    for deployment in repo.production:
        for model in deployment.proxies:
            for app in apps_behind(deployment, model):
                limited = _limited(deployment, model, app)
                logins = unlimited_logins(deployment.project, app)
                found = [one for login in logins for one in _open(deployment, model, app, login)]
                if found:
                    yield _finding(deployment, found, limited)
                else:
                    yield from _missed(deployment, model, app, limited)


def _limited(deployment: Deployment, model: NginxModel, app: App) -> list[Location]:
    """Return the locations that pass requests to an application and hold back those that come too often."""
    return [
        location
        for server in model.servers
        for outer in server.locations
        for location in outer.walk()
        if _passes(deployment, model, app, location)
        and not isinstance(found := limits(model, location.level), Missing)
        and any(one.statement.name == "limit_req" and not one.dry_run for one in found)
    ]


def _missed(
    deployment: Deployment, model: NginxModel, app: App, limited: list[Location]
) -> Iterator[Finding]:
    """Yield a finding for the project's own login that a limit names, and that takes another way."""
    for login in named_logins(app):
        name = login.path.strip("/").rpartition("/")[2]
        meant = [one for one in limited if name in one.pattern]
        taken = {way.location for way in _ways(model, login.path) if way.location is not None}
        passing = [one for one in taken if one not in limited and _passes(deployment, model, app, one)]
        if not meant or not passing or len(passing) < len([one for one in taken if _asks(one)]):
            continue
        yield Finding(
            f"the limit for `{meant[0].pattern}` does not hold for {login.shown}, "
            f"which {passing[0].title} takes",
            Label(meant[0].pattern_span, f"does not match {login.shown}"),
            (
                Label(passing[0].span.first_line(), f"takes {login.shown}"),
                Label(login.span.first_line(), f"answers at {login.shown}"),
            ),
            help="let the pattern match the path of the login with and without its last slash",
            stacks=(deployment.name,),
            address=(meant[0].pattern_span.path, "login"),
        )
        return


def _asks(location: Location) -> bool:
    """Say whether a location hands requests on, as against those that only redirect."""
    return any(statement.name.endswith("_pass") for statement in location.level.statements)


def _passes(deployment: Deployment, model: NginxModel, app: App, location: Location) -> bool:
    return any(
        target.level is location.level and app_behind(deployment, target) is app
        for target in upstream_targets(model)
    )


def _ways(model: NginxModel, path: str) -> Iterator[Route]:
    """Yield the way of an attempt at each listener of each server, by the server's first name."""
    for server in model.servers:
        name = next((one.text for one in server.names if one.kind == "exact"), "localhost")
        for listen in server.listens:
            if listen.port is not None:
                scheme = "https" if listen.ssl else "http"
                yield route(model, Request(path, name, scheme, listen.port, method="POST"))


def _open(deployment: Deployment, model: NginxModel, app: App, login: Login) -> Iterator[_Open]:
    """Yield the first way by which a login is reached without a limit, if every server's is known."""
    found = [
        way
        for way in _ways(model, login.path)
        if any(app_behind(deployment, target) is app for target in way.targets)
    ]
    for way in found:
        limited = limits(model, way.level) if way.level else ()
        if isinstance(limited, Missing) or any(not one.dry_run for one in limited):
            return
    if found:
        yield _Open(login, found[0])


def _finding(deployment: Deployment, found: list[_Open], limited: list[Location]) -> Finding:
    found.sort(key=lambda one: one.login.is_admin)
    way = found[0].way
    assert way.statement is not None
    shown = [one.login.shown for one in found]
    paths = joined(shown if len(shown) < 4 else [*shown[:3], f"{len(shown) - 3} more"])
    forgotten = not limited and all(one.login.is_admin for one in found)
    return Finding(
        f"nothing limits how often passwords can be tried at {paths}: neither nginx nor Django",
        Label(way.statement.span.first_line(), "passes each attempt on"),
        (
            *(Label(one.login.span.first_line(), f"answers at {one.login.shown}") for one in found[:5]),
            *(
                Label(one.span.first_line(), "has a limit, but does not take these paths")
                for one in limited[:3]
            ),
        ),
        help="limit the logins in nginx (`limit_req zone=login;` with a zone by $binary_remote_addr), or in "
        "Django (django-axes for forms, DEFAULT_THROTTLE_CLASSES for an API)",
        stacks=(deployment.name,),
        address=(way.statement.span.path, "login"),
        severity=Severity.INFO if forgotten else None,
    )
