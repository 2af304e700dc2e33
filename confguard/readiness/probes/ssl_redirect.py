"""The redirect to HTTPS is on only where HTTPS is served in front of the application."""

from __future__ import annotations

from dataclasses import replace

from confguard.model.deployment import App
from confguard.model.value import Known
from confguard.readiness.outcome import Outcome, Subject, cannot_tell, passed, together
from confguard.readiness.probes._subject import beginning, entrances, place, readable, serving, why_unreadable


def look(subject: Subject) -> Outcome:
    """Look at ``SECURE_SSL_REDIRECT`` of each application, and for a server that speaks TLS.

    Where it is off, what Django takes for HTTPS redirects nobody.
    """
    if not serving(subject):
        return cannot_tell("no service of the stack is known to run the repository's Django")
    return together(_of_app(subject, app) for app in serving(subject))


def _of_app(subject: Subject, app: App) -> Outcome:
    if not readable(app):
        return cannot_tell(why_unreadable(app))
    value = app.settings.get("SECURE_SSL_REDIRECT")
    source = subject.repo.project.read(app.settings.path)
    where = place(value.span if value else None, "SECURE_SSL_REDIRECT")
    if where is None and source is not None:
        where = beginning(source, "SECURE_SSL_REDIRECT has Django's default")
    if not isinstance(value, Known):
        return cannot_tell("SECURE_SSL_REDIRECT is not known", [where])
    if not value.value:
        return replace(passed("Django redirects nothing to HTTPS", [where]), settled=True)
    secure = [
        place(server.level.span, "speaks TLS")
        for model in entrances(subject)
        for server in model.servers
        if any(listen.ssl for listen in server.listens)
    ]
    if not secure:
        return cannot_tell("nothing in the stack speaks TLS: something in front of it may", [where])
    return passed("SECURE_SSL_REDIRECT is on, and nginx speaks TLS", [where, *secure])
