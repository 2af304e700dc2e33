"""HSTS is sent over HTTPS, and only there."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.finding import Label
from confguard.model.deployment import App
from confguard.model.nginx import NginxModel, header_set, upstream_targets
from confguard.model.responses import app_behind, believes_https, sent_by_app
from confguard.model.value import Known
from confguard.readiness.outcome import Outcome, Subject, cannot_tell, failed, passed, together
from confguard.readiness.probes._subject import entrances, place, readable, serving, why_unreadable

_NAME = "strict-transport-security"


def look(subject: Subject) -> Outcome:
    """Look at every server of the nginx that clients reach, and at what the applications send.

    Where nothing of the stack speaks TLS, what does so in front of it may send HSTS.
    """
    models = list(entrances(subject))
    if not models and not subject.deployment.apps:
        return cannot_tell("neither a proxy nor an application is known")
    found = [one for model in models for one in _servers(model)]
    found += [_application(subject, app, models) for app in serving(subject)]
    return together(found)


def _servers(model: NginxModel) -> Iterator[Outcome]:
    speaks_tls = any(listen.ssl for server in model.servers for listen in server.listens)
    for server in model.servers:
        sent = header_set(server.level)
        if not sent.complete:
            yield cannot_tell("an include that is not there may send HSTS", [place(server.level.span)])
        elif sent.get(_NAME) and not any(listen.ssl for listen in server.listens):
            label = place(sent.get(_NAME)[0].span, "adds it to answers without TLS")
            outcome = failed if speaks_tls else cannot_tell
            yield outcome("HSTS is sent by a server that speaks plain HTTP", [label])


def _application(subject: Subject, app: App, models: list[NginxModel]) -> Outcome:
    where = f" by {app.where}" if app.where else ""
    by_nginx = [
        place(sent[0].span, "sends it")
        for model in models
        for server in model.servers
        if any(listen.ssl for listen in server.listens) and (sent := header_set(server.level).get(_NAME))
    ]
    one = next((header for header in sent_by_app(app) if header.name == _NAME), None)
    if one is not None:
        return _sent(subject, app, models, [place(one.place, one.setting)], where)
    if by_nginx:
        return passed("nginx sends HSTS", by_nginx)
    if not readable(app):
        return cannot_tell(why_unreadable(app))
    tls = [server for model in models for server in model.servers if any(one.ssl for one in server.listens)]
    if tls:
        return failed(f"no HSTS is sent{where}", [place(server.level.span, "speaks TLS") for server in tls])
    return cannot_tell("nothing in the stack speaks TLS, and what does so in front of it may send HSTS")


def _sent(
    subject: Subject, app: App, models: list[NginxModel], evidence: list[Label | None], where: str
) -> Outcome:
    """Judge a header that Django adds to what it takes for HTTPS: does it ever?"""
    for model in models:
        tls = any(listen.ssl for server in model.servers for listen in server.listens)
        for target in upstream_targets(model):
            if app_behind(subject.deployment, target) is not app:
                continue
            believed = believes_https(subject.deployment, app, model, target, tls)
            if isinstance(believed, Known) and not believed.value and tls:
                return failed(f"HSTS is not sent{where}: it takes HTTPS for plain HTTP", evidence)
            if not tls:
                text = f"HSTS would be sent{where} over HTTPS, which nothing in the stack speaks"
                return cannot_tell(text, evidence)
    if not models:
        text = f"HSTS would be sent{where} over HTTPS, which nothing in the stack speaks"
        return cannot_tell(text, evidence)
    return passed(f"HSTS is sent over HTTPS{where}", evidence)
