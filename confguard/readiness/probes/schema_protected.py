"""The schema of the API is not open to everybody."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from confguard.model.deployment import App
from confguard.model.value import Known, Unknown
from confguard.readiness.outcome import Outcome, Subject, cannot_tell, failed, passed, together
from confguard.readiness.probes._subject import beginning, entry_of, place, readable, serving, why_unreadable

_OPEN = ("rest_framework.permissions.AllowAny",)
_VIEWS = re.compile(r"spectacular|schema_?view", re.IGNORECASE)
"""Views of drf-spectacular, what inherits from them by name, and ``get_schema_view`` of the others."""
_OF_VIEWS = re.compile(r"(url|view|schema|spectacular|doc)[^/]*(/[^/]+)?\.py\Z", re.IGNORECASE)
_INHERITS = re.compile(
    r"^[ \t]*class[ \t]+(\w+)[ \t]*\([^)]*(?:spectacular|schema_?view)", re.IGNORECASE | re.MULTILINE
)


def look(subject: Subject) -> Outcome:
    """Look at ``SERVE_PERMISSIONS`` of drf-spectacular, which is AllowAny by default (its settings.py).

    What no route leads to is served to nobody: many have these routes under DEBUG or a switch only.
    """
    if not subject.deployment.apps:
        return cannot_tell("no service of the stack is known to run the repository's Django")
    return together(_apps(subject))


def _apps(subject: Subject) -> Iterator[Outcome]:
    for app in serving(subject):
        yield _of(subject, app)


def _of(subject: Subject, app: App) -> Outcome:
    if not readable(app):
        return cannot_tell(why_unreadable(app))
    apps = app.settings.get("INSTALLED_APPS")
    names = _names(apps)
    label = place(apps.span, "the installed applications") if apps is not None else None
    if names is None:
        return cannot_tell("the installed applications are not known", [label])
    if not {"drf_spectacular", "drf_yasg"} & names:
        return passed("no library that serves a schema is installed", [label])
    routed = _routed(subject, app)
    if routed is False:
        source = subject.repo.project.read(app.urlconf.path)
        return passed(
            "no route of the application leads to the schema",
            [beginning(source, "the routes") if source is not None else label],
        )
    if "drf_yasg" in names:
        return cannot_tell("who may read the schema of drf-yasg is decided in the URLconf", [label])
    given = app.settings.get("SPECTACULAR_SETTINGS")
    permissions = entry_of(given, "SERVE_PERMISSIONS")
    where = place(given.span, "its settings") if given is not None else label
    if isinstance(permissions, Unknown):
        return cannot_tell("SERVE_PERMISSIONS is not known", [where])
    listed = _names(permissions)
    if permissions is None or (listed is not None and listed & set(_OPEN)):
        if routed is None:
            text = "everybody may read the schema, if a route leads to it: not all routes are known"
            return cannot_tell(text, [where])
        return failed("drf-spectacular serves the schema to everybody", [where])
    if not listed:
        return cannot_tell("SERVE_PERMISSIONS is not known", [where])
    return passed("the schema has permissions of its own", [place(permissions.span) or where])


def _routed(subject: Subject, app: App) -> bool | None:
    """Say whether a route leads to the schema; None: not known."""
    own = _own_views(subject)
    found = [
        one
        for one in app.urlconf.routes
        if one.view is not None and (_VIEWS.search(one.view) or one.view.rpartition(".")[2] in own)
    ]
    if any(one.certain for one in found):
        return True
    unknown = any(one.view is None and one.kind in ("unknown", "view") for one in app.urlconf.routes)
    return None if found or unknown or not app.urlconf.complete else False


def _own_views(subject: Subject) -> frozenset[str]:
    """Return the names of the project's classes that inherit from a view of the schema."""
    names: set[str] = set()
    for path in subject.repo.project.paths:
        source = subject.repo.project.read(path) if _OF_VIEWS.search(path) else None
        if source is not None and _VIEWS.search(source.text):
            names.update(match[1] for match in _INHERITS.finditer(source.text))
    return frozenset(names)


def _names(value: Any) -> set[Any] | None:
    from confguard.model.django import Items

    if not isinstance(value, Known) or not isinstance(value.value, Items):
        return None
    return {item.value for item in value.value if isinstance(item, Known)}
