"""TLS to the database and the cache is coherent where it is asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from confguard.finding import Label
from confguard.model.deployment import App
from confguard.model.value import Known, Unknown
from confguard.readiness.outcome import Outcome, Subject, cannot_tell, failed, passed, together
from confguard.readiness.probes._subject import entries, entry_of, place, readable, why_unreadable

_TLS = re.compile(r"^(DB|DATABASE|POSTGRES|PG|MYSQL|REDIS|CACHE)\w*(SSL|TLS)|SSLMODE|SSLROOTCERT")
_VERIFYING = ("verify-ca", "verify-full")


def look(subject: Subject) -> Outcome:
    """Look at ``sslmode`` of each database, at its root certificate, and at ``rediss://`` addresses."""
    if not subject.deployment.apps:
        return cannot_tell("no service of the stack is known to run the repository's Django")
    return together(one for app in subject.deployment.apps for one in _app(subject, app))


def _app(subject: Subject, app: App) -> Iterator[Outcome]:
    if not readable(app):
        yield cannot_tell(why_unreadable(app))
        return
    value = app.settings.get("DATABASES")
    label = place(value.span, "the databases") if value is not None else None
    default = entry_of(value, "default")
    if default is None or isinstance(default, Unknown):
        yield _by_variables(subject, app, label)
        return
    options = entry_of(default, "OPTIONS")
    mode, root = entry_of(options, "sslmode"), entry_of(options, "sslrootcert")
    if isinstance(options, Unknown) or isinstance(mode, Unknown):
        yield cannot_tell("whether the database asks for TLS is not known", [label])
    elif mode is None:
        yield passed("the database asks for no TLS", [label])
    elif str(mode.value) in _VERIFYING and root is None:
        yield failed(f"sslmode is {mode.value}, and no root certificate is named", [place(mode.span), label])
    elif isinstance(root, Known):
        yield _mounted(subject, app, root, label)
    else:
        yield passed(f"sslmode is {mode.value}", [place(mode.span) or label])


def _mounted(subject: Subject, app: App, root: Known[Any], label: Label | None) -> Outcome:
    for name in app.services:
        files = subject.deployment.container_files.get(name)
        layer = files.mount_at(str(root.value)) if files is not None else None
        if layer is None:
            return failed(f"nothing brings the root certificate into {name}", [place(root.span), label])
        if isinstance(layer, Unknown):
            return cannot_tell(f"what brings the root certificate into {name} is not known", [label])
    return passed("the root certificate is mounted", [place(root.span), label])


def _by_variables(subject: Subject, app: App, label: Label | None) -> Outcome:
    """Judge a database whose address is made at the start: do variables ask for TLS?"""
    read = [one for one in app.settings.reads if _TLS.search(one.key)]
    known = entries(subject)
    if not read or any(app.environment.get(one.key) is not None for one in read):
        return cannot_tell("the database is not known", [label])
    if any("sslmode=" in (entry.value or "") or "rediss:" in (entry.value or "") for entry in known.values()):
        return cannot_tell("an address asks for TLS, and the database is not known", [label])
    return passed("no variable asks for TLS", [place(one.span, f"{one.key} is not set") for one in read])
