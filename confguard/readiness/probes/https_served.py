"""HTTPS is served: a published nginx of the stack speaks TLS."""

from __future__ import annotations

from confguard.model.value import Known
from confguard.readiness.outcome import Outcome, Subject, cannot_tell, failed, passed
from confguard.readiness.probes._subject import entrances, place, why_no_entrance

_HTTPS = "443"


def look(subject: Subject) -> Outcome:
    """Look for a server with TLS; a port 443 that is published without one leads to nothing."""
    models = list(entrances(subject))
    if not models:
        return cannot_tell(f"{why_no_entrance(subject)}: what speaks TLS in front is not known")
    secure = [
        place(server.level.span, "speaks TLS")
        for model in models
        for server in model.servers
        if any(listen.ssl for listen in server.listens)
    ]
    if secure:
        return passed("nginx speaks TLS", secure)
    dead = [
        place(port.span, "no server speaks TLS there")
        for model in models
        for port in subject.deployment.services[model.service].ports
        if _is_https(port.target)
    ]
    if dead:
        return failed("443 is published, and no server of nginx speaks TLS", dead)
    return cannot_tell(
        "no server of nginx speaks TLS: something in front of it may",
        [place(server.level.span) for model in models for server in model.servers],
    )


def _is_https(target: object) -> bool:
    return isinstance(target, Known) and str(target.value) == _HTTPS
