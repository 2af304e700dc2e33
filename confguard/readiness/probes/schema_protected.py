"""The schema of the API is not open to everybody."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from confguard.model.deployment import App
from confguard.model.value import Known, Unknown
from confguard.readiness.outcome import Outcome, Subject, cannot_tell, failed, passed, together
from confguard.readiness.probes._common import place, readable, serving, why_unreadable

_OPEN = ("rest_framework.permissions.AllowAny",)


def look(subject: Subject) -> Outcome:
    """Look at ``SERVE_PERMISSIONS`` of drf-spectacular, which is AllowAny by default (its settings.py)."""
    if not subject.deployment.apps:
        return cannot_tell("no service of the stack is known to run the repository's Django")
    return together(_apps(subject))


def _apps(subject: Subject) -> Iterator[Outcome]:
    for app in serving(subject):
        yield _of(app)


def _of(app: App) -> Outcome:
    if not readable(app):
        return cannot_tell(why_unreadable(app))
    apps = app.settings.get("INSTALLED_APPS")
    names = _names(apps)
    label = place(apps.span, "the installed applications") if apps is not None else None
    if names is None:
        return cannot_tell("the installed applications are not known", [label])
    if not {"drf_spectacular", "drf_yasg"} & names:
        return passed("no library that serves a schema is installed", [label])
    if "drf_yasg" in names:
        return cannot_tell("who may read the schema of drf-yasg is decided in the URLconf", [label])
    given = app.settings.get("SPECTACULAR_SETTINGS")
    permissions = _entry(given, "SERVE_PERMISSIONS")
    where = place(given.span, "its settings") if given is not None else label
    if isinstance(permissions, Unknown):
        return cannot_tell("SERVE_PERMISSIONS is not known", [where])
    listed = _names(permissions)
    if permissions is None or (listed is not None and listed & set(_OPEN)):
        return failed("drf-spectacular serves the schema to everybody", [where])
    if not listed:
        return cannot_tell("SERVE_PERMISSIONS is not known", [where])
    return passed("the schema has permissions of its own", [place(permissions.span) or where])


def _names(value: Any) -> set[Any] | None:
    from confguard.model.django import Items

    if not isinstance(value, Known) or not isinstance(value.value, Items):
        return None
    return {item.value for item in value.value if isinstance(item, Known)}


def _entry(value: Any, key: str) -> Any:
    from confguard.model.django import Entries

    if isinstance(value, Unknown):
        return value
    if not isinstance(value, Known) or not isinstance(value.value, Entries):
        return None
    return value.value.get(key)
