"""Where somebody may try passwords, and what in the settings of an application slows that down.

Views and URLconfs of libraries are known by name: django.contrib.admin and auth 5.2, Django REST framework
3.16 (its token view sets ``throttle_classes = ()``, so the default classes do not apply to it), simplejwt
5.5, dj-rest-auth 7, djoser 2.3. allauth limits its own logins (``ACCOUNT_RATE_LIMITS``), and is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from confguard.discover.project import Project
from confguard.model.deployment import App
from confguard.model.django import Entries, Items
from confguard.model.value import Known
from confguard.source import Span

_FORMS = frozenset({"django.contrib.auth.views.LoginView"})
_THROTTLED = frozenset(
    {
        "dj_rest_auth.views.LoginView",
        "knox.views.LoginView",
        "rest_framework_simplejwt.views.TokenObtainPairView",
        "rest_framework_simplejwt.views.TokenObtainSlidingView",
        "rest_framework_simplejwt.views.token_obtain_pair",
    }
)
_UNTHROTTLED = frozenset(
    {
        "rest_framework.authtoken.views.ObtainAuthToken",
        "rest_framework.authtoken.views.obtain_auth_token",
    }
)
_INCLUDED = {
    "django.contrib.auth.urls": ("login/", _FORMS),
    "rest_framework.urls": ("login/", _FORMS),
    "dj_rest_auth.urls": ("login/", _THROTTLED),
    "djoser.urls.authtoken": ("token/login/", _THROTTLED),
    "djoser.urls.jwt": ("jwt/create/", _THROTTLED),
}
_OF_LOGINS = re.compile(r"login|log_in|signin|sign_in|passw|credential|authenticat|attempts", re.IGNORECASE)
"""Limits of requests that go out, of mails, of an API's other users are none of attempts to log in."""
_OWN = re.compile(
    r"ratelimit|rate_limit|throttl|\baxes\b|defender|lockout|login_attempt|failed_login", re.IGNORECASE
)
_LIMITERS = ("axes", "defender", "ratelimit", "django_ratelimit", "turnstile", "captcha", "django_recaptcha")


@dataclass(frozen=True, slots=True)
class Login:
    """A path at which a password is asked for; ``is_admin`` where it is that of Django's admin.

    ``shown`` is the path, or other words where it is not written in the code: it may be meant to be unknown.
    """

    path: str
    span: Span
    is_admin: bool
    shown: str


def unlimited_logins(project: Project, app: App) -> tuple[Login, ...]:
    """Return the paths of libraries' logins that nothing in the application is known to slow down.

    Empty where the project has anything that may: a library for it, or code that speaks of it.
    """
    if _has_limiter(app) or _speaks_of_limits(project, app):
        return ()
    throttled = _throttles(app)
    if throttled is None:
        return ()
    return tuple(login for login, by_api in _logins(app) if not (by_api and throttled))


def _logins(app: App) -> Iterator[tuple[Login, bool]]:
    for route in app.settings.urlconf.routes:
        # A path with a variable, and a route that a condition decides over, are left out.
        if not route.certain or any(
            part.kind != "path" or not part.text or "<" in part.text for part in route.parts
        ):
            continue
        path = f"/{route.head}"
        texts = [span.file.text for span in (*route.through, route.span)]
        written = all(any(part.text in text for text in texts) for part in route.parts if part.text)
        if route.kind == "admin":
            yield Login(f"{path}login/", route.span, True, f"`{path}`" if written else "the admin"), False
        elif route.kind == "include" and route.target in _INCLUDED:
            below, views = _INCLUDED[route.target]
            yield Login(path + below, route.span, False, _shown(path + below, written)), views is _THROTTLED
        elif route.view in _FORMS or route.view in _UNTHROTTLED:
            yield Login(path, route.span, False, _shown(path, written)), False
        elif route.view in _THROTTLED:
            yield Login(path, route.span, False, _shown(path, written)), True


def _shown(path: str, written: bool) -> str:
    return f"`{path}`" if written else "a login"


def _has_limiter(app: App) -> bool:
    """Say whether an application or a middleware against guessing is installed, or may be."""
    for setting in ("INSTALLED_APPS", "MIDDLEWARE", "AUTHENTICATION_BACKENDS"):
        if setting not in app.settings and app.settings.complete:
            continue  # Django's default has none
        value = app.settings.get(setting)
        if not isinstance(value, Known) or not isinstance(value.value, Items) or not value.value.complete:
            return True
        for item in value.value:
            if not isinstance(item, Known) or str(item.value).partition(".")[0] in _LIMITERS:
                return True
    return False


def _throttles(app: App) -> bool | None:
    """Say whether Django REST framework throttles all views; None where that is not known."""
    value = app.settings.get("REST_FRAMEWORK")
    if value is None:
        return False
    if not isinstance(value, Known) or not isinstance(value.value, Entries):
        return None
    classes = value.value.get("DEFAULT_THROTTLE_CLASSES")
    if classes is None:
        return False
    if not isinstance(classes, Known) or not isinstance(classes.value, Items):
        return None
    return len(classes.value) > 0


def _speaks_of_limits(project: Project, app: App) -> bool:
    """Say whether code of the project limits attempts to log in, as far as its words tell."""
    for path in project.paths:
        if path.endswith(".py") and path not in app.settings.files:
            source = project.read(path)
            if source is not None and _OWN.search(source.text) and _OF_LOGINS.search(source.text):
                return True
    return False
