"""Where somebody may try passwords, and what in the settings of an application slows that down.

Views and URLconfs of libraries are known by name: django.contrib.admin and auth 5.2, Django REST framework
3.16 (its token view sets ``throttle_classes = ()``, so the default classes do not apply to it), simplejwt
5.5, dj-rest-auth 7, djoser 2.3. allauth limits its own logins (``ACCOUNT_RATE_LIMITS``), and is left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from confguard.discover.project import Project
from confguard.model.deployment import App
from confguard.model.django import Entries, Items
from confguard.model.responses.own_limits import has_limiter, own_limits
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


_NAMES = ("login", "log-in", "log_in", "signin", "sign-in", "sign_in")


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
    if has_limiter(project, app):
        return ()
    throttled = _throttles(app)
    logins = tuple(_logins(app))
    if throttled is None or not logins:
        return ()
    own = own_limits(project, app)
    return tuple(
        login
        for login, view in logins
        if not (view == "throttled" and throttled) and not (own.forms if view == "form" else own.api)
    )


def named_logins(app: App) -> tuple[Login, ...]:
    """Return the paths of the project's own views that end with the name of a login."""
    found: dict[str, Login] = {}
    for route in app.settings.urlconf.routes:
        head = route.head.rstrip("/")
        if not route.certain or route.is_prefix or head.rpartition("/")[2] not in _NAMES:
            continue
        for path in (f"/{head}/", f"/{head}"):
            if route.matches(path):
                found.setdefault(head, Login(path, route.span, False, f"`{path}`"))
    return tuple(found.values())


def _logins(app: App) -> Iterator[tuple[Login, str]]:
    """Yield each login with ``form``, ``api``, or ``throttled`` for views that default throttles hold for."""
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
            yield Login(f"{path}login/", route.span, True, f"`{path}`" if written else "the admin"), "form"
        elif route.kind == "include" and route.target in _INCLUDED:
            below, views = _INCLUDED[route.target]
            answers = "form" if views is _FORMS else "throttled"
            yield Login(path + below, route.span, False, _shown(path + below, written)), answers
        elif route.view in _FORMS:
            yield Login(path, route.span, False, _shown(path, written)), "form"
        elif route.view in _UNTHROTTLED:
            yield Login(path, route.span, False, _shown(path, written)), "api"
        elif route.view in _THROTTLED:
            yield Login(path, route.span, False, _shown(path, written)), "throttled"


def _shown(path: str, written: bool) -> str:
    return f"`{path}`" if written else "a login"


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
