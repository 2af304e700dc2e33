"""Whether forms of an application are sent back with a session, and nothing asks for Django's token."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from confguard.model.django.settings import Settings
from confguard.model.django.values import Items, elements
from confguard.model.value import Known
from confguard.source import Span

if TYPE_CHECKING:
    from confguard.discover.project import Project

_SESSION = "django.contrib.sessions.middleware.SessionMiddleware"
_AUTH = "django.contrib.auth.middleware.AuthenticationMiddleware"
_OWN = re.compile(r"csrf_protect|requires_csrf_token|CsrfViewMiddleware")


@dataclass(frozen=True, slots=True)
class Unprotected:
    """The entries of MIDDLEWARE that log users in by a session, none of which checks the token."""

    session: Span
    authentication: Span


def unprotected_forms(project: Project, settings: Settings) -> Unprotected | None:
    """Return where sessions log users in without CsrfViewMiddleware, or None where something may protect.

    Views of Django REST framework check the token of a session themselves, and those of the admin, too.
    """
    value = settings.get("MIDDLEWARE")
    if not isinstance(value, Known) or not isinstance(value.value, Items) or not value.value.complete:
        return None
    found: dict[str, Span | None] = {}
    for one in value.value:
        if not isinstance(one, Known) or not isinstance(one.value, str) or "csrf" in one.value.lower():
            return None
        found[one.value] = one.span
    session, authentication = found.get(_SESSION), found.get(_AUTH)
    apps = [one.value for one in elements(settings.get("INSTALLED_APPS")) if isinstance(one, Known)]
    if session is None or authentication is None or "rest_framework" in apps or "ninja" in apps:
        return None
    for path in project.paths:
        if path.endswith(".py") and path not in settings.files:
            source = project.read(path)
            if source is not None and _OWN.search(source.text):
                return None
    return Unprotected(session, authentication)
