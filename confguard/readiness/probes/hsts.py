"""HSTS is sent over HTTPS, and only there."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.finding import Label
from confguard.model.nginx import NginxModel, header_set
from confguard.model.responses import sent_by_app
from confguard.readiness.outcome import Outcome, Subject, cannot_tell, failed, passed, together
from confguard.readiness.probes._common import place
from confguard.readiness.probes.routed import entrances

_NAME = "strict-transport-security"


def look(subject: Subject) -> Outcome:
    """Look at every server of the nginx that clients reach, and at what the applications send."""
    models = list(entrances(subject))
    if not models and not subject.deployment.apps:
        return cannot_tell("neither a proxy nor an application is known")
    outcomes = [*(one for model in models for one in _servers(model)), *_applications(subject)]
    return together(outcomes)


def _servers(model: NginxModel) -> Iterator[Outcome]:
    for server in model.servers:
        secure = any(listen.ssl for listen in server.listens)
        sent = header_set(server.level)
        if not sent.complete:
            yield cannot_tell("an include that is not there may send HSTS", [place(server.level.span)])
            continue
        own = sent.get(_NAME)
        plain = any(not listen.ssl for listen in server.listens)
        if own and plain and not secure:
            yield failed("HSTS is sent on plain HTTP", [place(server.level.span, "listens without TLS")])


def _applications(subject: Subject) -> Iterator[Outcome]:
    for app in subject.deployment.apps:
        where = f" by {app.where}" if app.where else ""
        one = next((header for header in sent_by_app(app) if header.name == _NAME), None)
        if one is not None:
            yield passed(f"HSTS is sent over HTTPS{where}", [place(one.place, one.setting)])
            continue
        value = app.settings.get("SECURE_HSTS_SECONDS")
        label = place(value.span if value else None, "SECURE_HSTS_SECONDS")
        if any(
            header_set(server.level).get(_NAME) for model in entrances(subject) for server in model.servers
        ):
            yield passed(f"nginx sends HSTS in front of {app.where or 'the application'}", _by_nginx(subject))
        else:
            yield failed(f"no HSTS is sent{where}", [label])


def _by_nginx(subject: Subject) -> Iterator[Label | None]:
    for model in entrances(subject):
        for server in model.servers:
            if header_set(server.level).get(_NAME):
                yield place(server.level.span, "sends it")
