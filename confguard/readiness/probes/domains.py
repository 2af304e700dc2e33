"""The names of nginx's servers are hosts that the applications take."""

from __future__ import annotations

import re

from confguard.finding import Label
from confguard.model.belief import allowed_hosts
from confguard.model.django.hosts import accepts
from confguard.model.value import Known
from confguard.readiness.outcome import Outcome, Subject, cannot_tell, failed, passed
from confguard.readiness.probes._subject import entrances, place, readable, serving, why_unreadable

_DOMAIN = re.compile(r"(?!\d+\.\d+\.\d+\.\d+$)[\w-]+(\.[\w-]+)+$")


def look(subject: Subject) -> Outcome:
    """Look at ``server_name`` of each nginx that clients reach, and at ``ALLOWED_HOSTS``."""
    apps = serving(subject)
    if not apps:
        return cannot_tell("no service of the stack is known to run the repository's Django")
    named = [
        (name.text, place(server.level.span, name.text))
        for model in entrances(subject)
        for server in model.servers
        for name in server.names
        if name.text and _DOMAIN.match(name.text)
    ]
    if not named:
        return cannot_tell("no server of nginx is named after a domain: whatever comes is passed on")
    good: list[Label | None] = []
    bad: list[Label | None] = []
    for app in apps:
        allowed = allowed_hosts(app) if readable(app) else None
        if allowed is None:
            return cannot_tell(why_unreadable(app))
        if not isinstance(allowed, Known):
            return cannot_tell(f"ALLOWED_HOSTS is not known: {allowed.reason}")
        if "*" in allowed.value:
            return cannot_tell("ALLOWED_HOSTS takes every host")
        value = app.settings.get("ALLOWED_HOSTS")
        hosts = place(value.span if value else None, "ALLOWED_HOSTS")
        for text, label in named:
            (good if accepts(text, allowed.value) else bad).extend([label, hosts])
    if bad:
        return failed("ALLOWED_HOSTS does not have a name of nginx's servers", dict.fromkeys(bad))
    return passed("the applications take every name of nginx's servers", dict.fromkeys(good))
