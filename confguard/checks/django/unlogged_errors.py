"""Somebody gets to know of the errors of production."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.checks._entries import near
from confguard.checks._trails import deliveries
from confguard.finding import Finding, Label, Severity
from confguard.model.delivery.files import used_env_files
from confguard.model.deployment import Deployment
from confguard.model.error_reports import Silent, silent_apps
from confguard.model.repo import Repo
from confguard.words import joined


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each application whose errors are written nowhere."""
    for deployment in repo.production:
        groups: dict[str, list[Silent]] = {}
        for one in silent_apps(deployment):
            groups.setdefault(one.app.settings.path, []).append(one)
        for found in groups.values():
            yield from _findings(deployment, found)


def _findings(deployment: Deployment, found: list[Silent]) -> Iterator[Finding]:
    first = found[0]
    settings = first.app.settings
    names = [name for one in found for name in one.services]
    place = near(settings, "LOGGING", "ADMINS", "DEBUG")
    if place is None:
        return
    debug = settings.values.get("DEBUG")
    related = [] if debug is None else [*deliveries(debug, 2)]
    if debug is not None and debug.span is not None:
        related.insert(0, Label(debug.span.first_line(), "DEBUG is off"))
    labels = tuple(one for one in related if (one.span.path, one.span.line) != (place.path, place.line))
    word = "service" if len(names) == 1 else "services"
    sentry = ", unless Sentry is switched on" if first.has_sentry else ""
    yield Finding(
        f"with DEBUG off, the errors of {word} {joined(names)} are written nowhere{sentry}",
        Label(place, "no handler takes what django.request logs"),
        labels,
        notes=(
            *first.silence.reasons,
            *(("the code can report to Sentry, and nothing switches it on",) if first.has_sentry else ()),
            f"{settings.module} is the settings module",
        ),
        help='give LOGGING a `"root": {"handlers": ["console"], "level": "INFO"}` with a StreamHandler '
        "`console`, or the logger `django` one: the container's log then has each traceback",
        stacks=(deployment.name,),
        address=("errors", settings.module, *names),
        severity=Severity.INFO if first.has_sentry and _is_told_of_sentry(deployment) else None,
    )


def _is_told_of_sentry(deployment: Deployment) -> bool:
    """Say whether an env file of the stack, or its template, names what switches Sentry on."""
    files = used_env_files(deployment)
    keys = {entry.key for file in files for entry in file.file.entries if entry.key}
    return any("SENTRY" in key for key in (*keys, *deployment.documented))
