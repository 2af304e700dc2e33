"""Somebody limits how often passwords can be tried."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from confguard.checks._trails import joined
from confguard.finding import Finding, Label, Severity
from confguard.model.deployment import App, Deployment
from confguard.model.nginx import Missing, NginxModel, Request, Route, limits, route
from confguard.model.repo import Repo
from confguard.model.responses import app_behind, apps_behind
from confguard.model.responses.logins import Login, unlimited_logins


@dataclass(frozen=True, slots=True)
class _Open:
    login: Login
    way: Route


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each application whose logins neither it nor nginx limits."""
    for deployment in repo.production:
        for model in deployment.proxies:
            for app in apps_behind(deployment, model):
                logins = unlimited_logins(deployment.project, app)
                found = [one for login in logins for one in _open(deployment, model, app, login)]
                if found:
                    yield _finding(deployment, found)


def _open(deployment: Deployment, model: NginxModel, app: App, login: Login) -> Iterator[_Open]:
    """Yield the first way by which a login is reached without a limit, if every server's is known."""
    found = []
    for server in model.servers:
        name = next((one.text for one in server.names if one.kind == "exact"), "localhost")
        for listen in server.listens:
            if listen.port is None:
                continue
            scheme = "https" if listen.ssl else "http"
            way = route(model, Request(login.path, name, scheme, listen.port, method="POST"))
            if any(app_behind(deployment, target) is app for target in way.targets):
                found.append(way)
    for way in found:
        limited = limits(model, way.level) if way.level else ()
        if isinstance(limited, Missing) or any(not one.dry_run for one in limited):
            return
    if found:
        yield _Open(login, found[0])


def _finding(deployment: Deployment, found: list[_Open]) -> Finding:
    found.sort(key=lambda one: one.login.is_admin)
    way = found[0].way
    assert way.statement is not None
    shown = [one.login.shown for one in found]
    paths = joined(shown if len(shown) < 4 else [*shown[:3], f"{len(shown) - 3} more"])
    return Finding(
        f"nothing limits how often passwords can be tried at {paths}: neither nginx nor Django",
        Label(way.statement.span.first_line(), "passes each attempt on"),
        tuple(Label(one.login.span.first_line(), f"answers at {one.login.shown}") for one in found[:5]),
        help="limit the logins in nginx (`limit_req zone=login;` with a zone by $binary_remote_addr), or in "
        "Django (django-axes for forms, DEFAULT_THROTTLE_CLASSES for an API)",
        stacks=(deployment.name,),
        address=(way.statement.span.path, "login"),
        severity=Severity.INFO if all(one.login.is_admin for one in found) else None,
    )
