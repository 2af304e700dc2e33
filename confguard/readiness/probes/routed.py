"""Paths lead through the proxy to the Django application, whose URLconf has them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from confguard.finding import Label
from confguard.model.deployment import App
from confguard.model.nginx import Location, NginxModel, Request, Route, Target, route
from confguard.model.responses import app_behind
from confguard.model.value import Known
from confguard.readiness.outcome import Outcome, State, Subject, cannot_tell, failed, passed, together
from confguard.readiness.probes._subject import entrances, place, why_no_entrance
from confguard.source import Span


def look(subject: Subject, paths: tuple[str, ...], named: str = "") -> Outcome:
    """Follow a request to each path through every nginx that publishes a port; ``A|B``: either will do.

    A path that no URLconf has is not told. ``named`` is a pattern: locations whose own path matches it are
    for nothing else, and what they pass on has to be a route of the application, under a host that it takes.
    """
    models = list(entrances(subject))
    if not models:
        return cannot_tell(f"{why_no_entrance(subject)}: what leads to the application is not known")
    outcomes = [_path(subject, models, path) for path in paths]
    if named:
        outcomes += [
            one for model in models for one in _dead(subject, model, re.compile(named, re.IGNORECASE))
        ]
    return together(outcomes)


def asked(model: NginxModel, target: str, method: str = "GET", size: int | None = None) -> Iterator[Route]:
    """Follow a request to every server of an nginx that does not only redirect; by its own name and port."""
    for server in model.servers:
        for listen in server.listens:
            if not isinstance(listen.port, int):
                continue
            names = [name.text for name in server.names if name.text and name.text[0] not in "~*._"]
            request = Request(
                target,
                host=names[0] if names else "localhost",
                scheme="https" if listen.ssl else "http",
                port=listen.port,
                method=method,
                body_size=size,
            )
            found = route(model, request)
            if found.server is server and not found.redirect:
                yield found


def _shown(path: str) -> str:
    first, *others = path.split("|")
    return f"{first} or {len(others)} other usual names" if len(others) > 1 else " or ".join((first, *others))


def _path(subject: Subject, models: list[NginxModel], path: str) -> Outcome:
    """Judge the alternatives that the URLconf has: one that is led to the application is enough."""
    tried: list[Outcome] = []
    for one in path.split("|"):
        for model in models:
            tried += [_way(subject, way, one) for way in asked(model, one)]
    for state in (State.PASSED, State.FAILED):
        found = next((outcome for outcome in tried if outcome.state is state), None)
        if found is not None:
            return found
    open_ways = [one for one in tried if one.evidence]
    return open_ways[0] if open_ways else cannot_tell(f"no URLconf is known to have {_shown(path)}")


def _way(subject: Subject, way: Route, path: str) -> Outcome:
    where: list[Label | None] = [place(way.statement.span, f"takes {path}")] if way.statement else []
    if way.unknown:
        return cannot_tell(f"the way of {path} is not known: {way.unknown}", where)
    apps = [(app, target) for target in way.targets if (app := app_behind(subject.deployment, target))]
    for app, target in apps:
        return _routed(app, target, way, path)
    if way.targets and not all(isinstance(target.host, Known) for target in way.targets):
        return cannot_tell(f"where {path} is passed to is not known", where)
    having = [app for app in subject.deployment.apps if app.settings.urlconf.routed(path)]
    if not having:
        return cannot_tell(f"no URLconf is known to have {path}")
    location = way.location.level.span if way.location else None
    return failed(f"{path} does not lead to the application", [*where, place(location, f"takes {path}")])


def _routed(app: App, target: Target, way: Route, path: str) -> Outcome:
    from confguard.model.nginx import upstream_path

    sent = upstream_path(way)
    label = place(target.statement.span, path)
    routed = app.settings.urlconf.routed(sent.value) if isinstance(sent, Known) else None
    if routed is None:
        return cannot_tell(f"whether the application has {path} is not known", [label])
    if not routed:
        return cannot_tell(f"no URLconf is known to have {path}")
    routes = app.settings.urlconf.match(sent.value) if isinstance(sent, Known) else ()
    return passed(f"{path} leads to the application", [label, *(place(one.span) for one in routes[-1:])])


def _dead(subject: Subject, model: NginxModel, wanted: re.Pattern[str]) -> Iterator[Outcome]:
    """Yield the locations made for such paths behind which the application does not answer."""
    refused = {
        label.span
        for finding in subject.findings
        if finding.rule == "rewritten-host"
        for label in finding.labels
    }
    for server in model.servers:
        for location in server.walk():
            if not wanted.search(location.pattern) or location.is_regex or location.is_named:
                continue
            yield from _judge(subject, model, location, refused)


def _judge(subject: Subject, model: NginxModel, location: Location, refused: set[Span]) -> Iterator[Outcome]:
    from confguard.model.nginx import upstream_path

    tried = (location.pattern, f"{location.pattern.rstrip('/')}/")
    for way in (one for path in dict.fromkeys(tried) for one in asked(model, path)):
        app = next((app for one in way.targets if (app := app_behind(subject.deployment, one))), None)
        if way.location is not location or app is None or way.statement is None:
            continue
        label = place(way.statement.span, f"passes {location.pattern} on")
        if any(_within(span, location) for span in refused):
            yield failed(f"{location.pattern} asks the application for a host that it refuses", [label])
            continue
        sent = upstream_path(way)
        if isinstance(sent, Known) and app.settings.urlconf.routed(sent.value) is False:
            text = f"{way.request.target} asks the application for {sent.value}, which no URLconf has"
            yield failed(text, [label])


def _within(span: Span, location: Location) -> bool:
    statement = location.level.statement
    outer = statement.directive.span if statement is not None else None
    return outer is not None and span.path == outer.path and outer.start <= span.start <= outer.end
