"""Paths lead through the proxy to the Django application."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.finding import Label
from confguard.model.nginx import NginxModel, Request, Route, route
from confguard.model.responses import app_behind
from confguard.model.value import Known
from confguard.readiness.outcome import Outcome, Subject, cannot_tell, failed, passed, together
from confguard.readiness.probes._common import place


def look(subject: Subject, paths: tuple[str, ...]) -> Outcome:
    """Follow a request to each path through every nginx that publishes a port; ``A|B``: either will do."""
    models = list(entrances(subject))
    if not models:
        return cannot_tell(
            "no nginx of the stack publishes a port: what leads to the application is not known"
        )
    return together(_path(subject, models, path) for path in paths)


def entrances(subject: Subject) -> Iterator[NginxModel]:
    """Yield the nginx that clients reach."""
    for model in subject.deployment.proxies:
        service = subject.deployment.services.get(model.service)
        if service is not None and service.ports:
            yield model


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


def _path(subject: Subject, models: list[NginxModel], path: str) -> Outcome:
    tried: list[Outcome] = []
    for one in path.split("|"):
        for model in models:
            ways = list(asked(model, one))
            tried += [_way(subject, way, one) for way in ways]
        if tried and all(outcome.state.value == "passed" for outcome in tried[-1:]):
            return tried[-1]
    return together(tried) if tried else cannot_tell(f"no server of nginx takes {path}")


def _way(subject: Subject, way: Route, path: str) -> Outcome:
    where: list[Label | None] = [place(way.statement.span, f"takes {path}")] if way.statement else []
    if way.unknown:
        return cannot_tell(f"the way of {path} is not known: {way.unknown}", where)
    targets = [target for target in way.targets if app_behind(subject.deployment, target)]
    if targets:
        return passed(f"{path} leads to the application", [place(targets[0].statement.span, path)])
    if way.targets and not all(isinstance(target.host, Known) for target in way.targets):
        return cannot_tell(f"where {path} is passed to is not known", where)
    location = way.location.level.span if way.location else None
    return failed(f"{path} does not lead to the application", [*where, place(location, f"takes {path}")])
