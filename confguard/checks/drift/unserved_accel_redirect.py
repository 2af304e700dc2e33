"""nginx sends the files that Django lets it send, and to nobody else."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.checks._labels import distinct
from confguard.finding import Finding, Label
from confguard.model.accel_redirects import AccelRedirect, accel_redirects
from confguard.model.deployment import App, Deployment
from confguard.model.nginx import Location, Server
from confguard.model.nginx.select import find_location
from confguard.model.passages import Passage
from confguard.model.repo import Repo
from confguard.model.value import Unknown


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each prefix that leads nowhere in nginx, or to what is open to everybody."""
    for deployment in repo.production:
        for app in deployment.apps:
            ways = [one for one in deployment.passages if one.app is app]
            # The last nginx before the application is the one that follows its header.
            servers = {one.hop.entrance.server: one for one in ways}
            for redirect in accel_redirects(repo.project, app) if servers else ():
                yield from _judge(deployment, app, redirect, servers)


def _judge(
    deployment: Deployment, app: App, redirect: AccelRedirect, servers: dict[Server, Passage]
) -> Iterator[Finding]:
    for server, passage in servers.items():
        location = _location(server, redirect.prefix)
        if isinstance(location, Unknown):
            return
        fault = _fault(location)
        if not fault:
            continue
        place = location.span if location else server.span or passage.hop.target.span
        yield Finding(
            f"Django in service {passage.service} sends X-Accel-Redirect: {redirect.prefix}..., {fault}",
            Label(redirect.span.first_line(), "nginx is to send the file from here"),
            distinct((Label(place, _words(location)),), redirect.span),
            notes=(f"{app.settings.module} is the settings module",),
            help=f"write `location {redirect.prefix} {{ internal; alias ...; }}` in the nginx of service "
            f"{passage.model.service}",
            stacks=(deployment.name,),
            address=(passage.model.service, redirect.prefix, *app.services),
        )
        return


def _location(server: Server, prefix: str) -> Location | Unknown | None:
    if prefix.startswith("@"):
        return next((one for one in server.locations if one.is_named and one.pattern == prefix), None)
    found = find_location(server, f"{prefix}probe")
    return found if isinstance(found, Unknown) else found.location


def _fault(location: Location | None) -> str:
    if location is None:
        return "and no location of nginx serves that"
    if any(level.named("internal") for level in location.level.chain()) or location.is_named:
        return ""
    if _passes_on(location):
        return "which nginx passes on again instead of sending a file"
    if location.level.named("alias") or location.level.named("root"):
        return "and anybody may ask nginx for that directly: the location is not internal"
    return ""


def _words(location: Location | None) -> str:
    if location is None:
        return "has no such location"
    return "passes it on" if _passes_on(location) else "serves it, whoever asks"


def _passes_on(location: Location) -> bool:
    return any(location.level.named(name) for name in ("proxy_pass", "uwsgi_pass", "grpc_pass"))
