"""Packages that change settings as a whole, or refuse them: django-heroku 0.3 and sentry-sdk 2."""

from __future__ import annotations

from urllib.parse import urlsplit

from confguard.model.django import calls
from confguard.model.django.library import registry
from confguard.model.django.machine import Run
from confguard.model.django.objects import Call, NativeObject, V
from confguard.model.value import Known, Unknown

_TOUCHED = (
    "ALLOWED_HOSTS",
    "DATABASES",
    "LOGGING",
    "MIDDLEWARE",
    "MIDDLEWARE_CLASSES",
    "SECRET_KEY",
    "STATICFILES_STORAGE",
    "STATIC_ROOT",
    "STATIC_URL",
    "TEST_RUNNER",
)
"""The names that ``django_heroku.settings(locals())`` may set (django_heroku/core.py)."""


def _heroku(run: Run, call: Call) -> V:
    names = call.get(0, "config")
    unknown = Unknown("may be set by django_heroku", call.trail)
    if not isinstance(names, Known) or not isinstance(names.value, NativeObject):
        return calls.unknown_call(run, call, Unknown("comes from the package django_heroku"))
    setter = getattr(names.value, "set_item", None)
    if setter is None:
        return calls.unknown_call(run, call, Unknown("comes from the package django_heroku"))
    for name in _TOUCHED:
        setter(run, Known(name), unknown, call.span)
    return Known(None, call.trail)


def _sentry(run: Run, call: Call) -> V:
    run.calls.append(("sentry_sdk.init", call.span, dict(call.keywords)))
    dsn = call.get(0, "dsn")
    if not isinstance(dsn, Known):
        return Known(None, call.trail)
    problem = _bad_dsn(dsn.value) if isinstance(dsn.value, str) and dsn.value else ""
    if problem:
        raise run.throw("sentry_sdk.utils.BadDsn", problem, call.span, dsn.trail)
    return Known(None, call.trail)


def _bad_dsn(text: str) -> str:
    """Return why ``sentry_sdk.utils.Dsn`` refuses a text, or ``""``."""
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https"):
        return f"Unsupported scheme {parts.scheme!r}"
    if parts.hostname is None:
        return "Missing hostname"
    if not parts.username:
        return "Missing public key"
    try:
        int(parts.path.rsplit("/", 1)[-1])
    except ValueError:
        return f"Invalid project in DSN ({parts.path[1:]!r})"
    return ""


FUNCTIONS: dict[str, registry.Function] = {"django_heroku.settings": _heroku, "sentry_sdk.init": _sentry}
