"""The prefixes of nginx's locations are those of Django's routes."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.checks._labels import distinct
from confguard.finding import Finding, Fix, Label, Severity
from confguard.fixes.edits import whole
from confguard.fixes.nginx import replace_argument
from confguard.model.deployment import App, Deployment
from confguard.model.repo import Repo
from confguard.model.route_prefixes import Mismatch, Mismatched, mismatches
from confguard.source import Span

_SEVERITIES = {
    Mismatch.STRIPPED: Severity.WARNING,
    Mismatch.ROOTLESS: Severity.INFO,
    Mismatch.UNROUTED: Severity.INFO,
}


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each location whose requests Django has no route for."""
    for deployment in repo.production:
        for app in deployment.apps:
            for one in mismatches(deployment, app):
                yield _finding(deployment, app, one)


def _finding(deployment: Deployment, app: App, one: Mismatched) -> Finding:
    primary = _taken_off(one) if one.kind is not Mismatch.UNROUTED else one.location.span
    routes = [Label(route.span, f"Django has {route.text} here") for route in one.routes[:1]]
    return Finding(
        f"{one.location.title} {_words(one)}",
        Label(primary.first_line(), f"Django gets {one.sent}... for {one.location.pattern}..."),
        distinct(routes, primary),
        notes=(
            f"{app.settings.urlconf.module} has {len(app.settings.urlconf.routes)} routes",
            f"{app.settings.module} is the settings module",
        ),
        help=_help(one),
        stacks=(deployment.name,),
        address=(one.passage.model.service, one.location.title, *app.services),
        severity=_SEVERITIES[one.kind],
        fixes=_kept(one),
    )


def _taken_off(one: Mismatched) -> Span:
    """Return what makes another path of the one that clients ask for."""
    rewrites = one.location.level.named("rewrite")
    return rewrites[0].span if rewrites else one.passage.hop.target.span


def _kept(one: Mismatched) -> tuple[Fix, ...]:
    """Return the fix that passes the path on as it is, where Django has routes for that and no others."""
    target = one.passage.hop.target
    address = target.statement.first
    if one.kind is not Mismatch.STRIPPED or not one.routes or target.uri != "/" or not address.endswith("/"):
        return ()
    edit = replace_argument(target.statement, 0, address.removesuffix("/"))
    return whole("pass the path on as it is", [edit], safe=True)


def _words(one: Mismatched) -> str:
    service = one.passage.service
    if one.kind is Mismatch.UNROUTED:
        return f"is passed to Django in service {service}, which has no route that begins with {one.sent}"
    if one.kind is Mismatch.ROOTLESS:
        return f"takes its prefix off, and links and redirects of Django in service {service} lack it"
    if one.routes:
        return f"takes off the prefix that routes of service {service} begin with: Django answers 404"
    return f"is passed on as {one.sent}, and no route of service {service} begins with it: Django answers 404"


def _help(one: Mismatched) -> str:
    prefix = one.location.pattern.rstrip("/")
    if one.kind is Mismatch.UNROUTED:
        return "take the location away, or name the path that Django really has"
    if one.kind is Mismatch.ROOTLESS:
        return f'set FORCE_SCRIPT_NAME = "{prefix}", or give the routes the prefix and let nginx keep it'
    if one.location.level.named("rewrite"):
        return "leave the rewrite out: `proxy_pass` without a path passes the path on as it is"
    return "`proxy_pass http://service:port;` without a slash at its end passes the path on as it is"
