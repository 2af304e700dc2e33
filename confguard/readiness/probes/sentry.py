"""Errors are reported: Sentry is initialised, and every application gets a DSN."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.model.deployment import App
from confguard.model.value import Known
from confguard.readiness.outcome import Outcome, Subject, cannot_tell, failed, passed, together
from confguard.readiness.probes._subject import entries, place, readable, why_unreadable

_VARIABLES = ("SENTRY_DSN", "DJANGO_SENTRY_DSN", "SENTRY_URL", "SENTRY_DSN_BACKEND")


def look(subject: Subject) -> Outcome:
    """Look at the calls of ``sentry_sdk.init`` under each application's environment, and at its variables."""
    if not subject.deployment.apps:
        return cannot_tell("no service of the stack is known to run the repository's Django")
    return together(_apps(subject))


def _apps(subject: Subject) -> Iterator[Outcome]:
    known = entries(subject)
    for app in subject.deployment.apps:
        calls = [call for call in app.settings.calls if call.name.endswith("sentry_sdk.init")]
        read = next((one for one in app.settings.reads if one.key in _VARIABLES), None)
        if not calls and read is None:
            yield cannot_tell(
                f"nothing reports errors with Sentry{_where(app)}" if readable(app) else why_unreadable(app)
            )
            continue
        name = read.key if read else "SENTRY_DSN"
        label = place(calls[0].span if calls else read.span if read else None, "reports errors")
        delivered = app.environment.get(name)
        if calls and not delivered:
            dsn = calls[0].keywords.get("dsn")
            if isinstance(dsn, Known) and dsn.value:
                yield passed(f"errors are reported{_where(app)}", [label])
                continue
        if delivered is None or (isinstance(delivered, Known) and not delivered.value):
            said = "the template leaves it empty" if name in known else "nothing sets it"
            yield failed(f"{name} does not reach the application{_where(app)}: {said}", [label])
        else:
            yield passed(f"{name} is delivered{_where(app)}", [label])


def _where(app: App) -> str:
    return f" in {app.where}" if app.where else ""
