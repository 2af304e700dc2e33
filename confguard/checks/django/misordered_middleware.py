"""Middleware stands in the order that its documentation demands."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from confguard.checks._entries import Entry, entries, serving
from confguard.checks._trails import Setting, explain
from confguard.finding import Finding, Label, Severity
from confguard.fixes.edits import whole
from confguard.fixes.python import move_line, remove_line
from confguard.model.deployment import Deployment
from confguard.model.django import Items
from confguard.model.django.values import elements
from confguard.model.repo import Repo
from confguard.model.value import Known, Value

_D = "django.middleware."
_SESSION = "django.contrib.sessions.middleware.SessionMiddleware"
_AUTH = "django.contrib.auth.middleware.AuthenticationMiddleware"
_CORS = "corsheaders.middleware.CorsMiddleware"
_WHITENOISE = "whitenoise.middleware.WhiteNoiseMiddleware"
_SECURITY = f"{_D}security.SecurityMiddleware"
_MESSAGES = "django.contrib.messages.middleware.MessageMiddleware"
_REMOTE_USER = "django.contrib.auth.middleware.RemoteUserMiddleware"
_UPDATE_CACHE = f"{_D}cache.UpdateCacheMiddleware"
_COMMON = f"{_D}common.CommonMiddleware"


_ALLOWING = (
    "CORS_ALLOWED_ORIGINS", "CORS_ALLOWED_ORIGIN_REGEXES", "CORS_ALLOW_ALL_ORIGINS", "CORS_ORIGIN_ALLOW_ALL",
    "CORS_ORIGIN_WHITELIST", "CORS_ORIGIN_REGEX_WHITELIST",
)  # fmt: skip


_PUBLIC = re.compile(r"(?:django|whitenoise|csp|debug_toolbar|allauth|axes|django_prometheus)\.")


_TWO = re.compile(r"(?P<first>[\w.]+\.[A-Z]\w*?Middleware)(?=[a-z]\w*\.)")


@dataclass(frozen=True, slots=True)
class Order:
    """``first`` has to stand before ``second``, as ``source`` says; what happens else, and how bad it is."""

    first: str
    second: str
    effect: str
    severity: Severity


ORDERS = (
    # django/contrib/auth/middleware.py and messages/storage/session.py (5.2) raise ImproperlyConfigured.
    Order(_SESSION, _AUTH, "every request ends in an error", Severity.ERROR),
    Order(_SESSION, _MESSAGES, "every request ends in an error", Severity.ERROR),
    Order(_AUTH, _REMOTE_USER, "every request ends in an error", Severity.ERROR),
    # github.com/adamchainz/django-cors-headers, Setup.
    Order(_CORS, _COMMON, "redirects of CommonMiddleware carry no CORS headers", Severity.WARNING),
    Order(_CORS, _WHITENOISE, "static files carry no CORS headers", Severity.INFO),
    # whitenoise.readthedocs.io, Using WhiteNoise with Django.
    Order(_SECURITY, _WHITENOISE, "static files are not redirected to HTTPS and lack headers", Severity.INFO),
    Order(_WHITENOISE, _SESSION, "each static file goes through sessions first", Severity.INFO),
    # docs.djangoproject.com/en/5.2/ref/middleware, Middleware ordering.
    Order(_UPDATE_CACHE, _SESSION, "pages are cached before they vary by cookie", Severity.WARNING),
)


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each two middleware that stand the wrong way round, and for repeated ones."""
    for deployment in repo.production:
        for setting in serving(deployment, "MIDDLEWARE"):
            if not isinstance(setting.value.value, Items) or setting.value.value.kind == "set":
                continue
            found = [one for one in entries(setting) if isinstance(one.value.value, str)]
            if len(found) == len(setting.value.value):
                yield from _judge(deployment, setting, found)


def _judge(deployment: Deployment, setting: Setting, found: list[Entry]) -> Iterator[Finding]:
    position: dict[str, int] = {}
    for index, one in enumerate(found):
        position.setdefault(one.value.value, index)
    yield from _without_cors(deployment, setting, position)
    yield from _run_together(deployment, setting, found)
    reported: set[str] = set()
    for order in ORDERS:
        first, second = position.get(order.first), position.get(order.second)
        if first is None or second is None or first < second or order.first in reported:
            continue
        if (order.first, order.second) == (_CORS, _WHITENOISE) and not _is_bare(setting):
            continue
        reported.add(order.first)
        yield Finding(
            f"{_short(order.first)}{setting.where('of')} comes after {_short(order.second)}: {order.effect}",
            Label(found[first].place, "has to come before the other"),
            (Label(found[second].place, "comes first here"),),
            notes=explain(setting),
            help=f"move `{order.first}` up in MIDDLEWARE, before `{order.second}`",
            stacks=(deployment.name,),
            address=("MIDDLEWARE", order.first, order.second, *setting.services),
            severity=_severity(setting, order),
            fixes=whole(
                f"move {_short(order.first)} up",
                move_line(found[first].place, found[second].place),
                safe=True,
            ),
        )
    for index, one in enumerate(found):
        name = one.value.value
        if position[name] < index and name.startswith("django."):
            yield Finding(
                f"{_short(name)}{setting.where('of')} stands in MIDDLEWARE twice and runs twice",
                Label(one.place, "the second time"),
                (Label(found[position[name]].place, "the first time"),),
                notes=explain(setting),
                help="keep one of them, where its documentation wants it",
                stacks=(deployment.name,),
                address=("MIDDLEWARE", name, "twice", *setting.services),
                severity=Severity.INFO,
                fixes=whole("remove the second one", remove_line(one.place), safe=True),
            )
            position[name] = index


def _run_together(deployment: Deployment, setting: Setting, found: list[Entry]) -> Iterator[Finding]:
    """Yield the entries that are two: Python joins texts between which the comma is missing."""
    for one in found:
        match = _TWO.match(one.value.value)
        if match:
            yield Finding(
                f"two entries of MIDDLEWARE{setting.where('of')} are one text, {_short(match['first'])} and "
                "the next: Django does not start",
                Label(one.place, "a comma is missing at its end"),
                notes=explain(setting),
                help="put the comma between them",
                stacks=(deployment.name,),
                address=("MIDDLEWARE", match["first"], "comma", *setting.services),
                severity=Severity.ERROR,
            )


def _without_cors(deployment: Deployment, setting: Setting, position: Mapping[str, int]) -> Iterator[Finding]:
    """Yield the settings of django-cors-headers where the middleware that reads them does not run."""
    installed = setting.settings.get("INSTALLED_APPS")
    apps = [one.value for one in elements(installed) if isinstance(one, Known)]
    allowing = [
        value.span
        for name in _ALLOWING
        if isinstance(value := setting.settings.values.get(name), Known) and _is_on(value) and value.span
    ]
    # Middleware of the project's own may be a subclass of it.
    if "corsheaders" not in apps or not allowing or not all(_PUBLIC.match(name) for name in position):
        return
    if _CORS in position or setting.place is None:
        return
    yield Finding(
        f"MIDDLEWARE{setting.where('of')} lacks CorsMiddleware: no answer carries the CORS headers "
        "that the settings allow",
        Label(setting.place.first_line(), "has no corsheaders.middleware.CorsMiddleware"),
        tuple(Label(span.first_line(), "has no effect") for span in allowing[:3]),
        notes=explain(setting),
        help=f"put `{_CORS}` near the top of MIDDLEWARE, before CommonMiddleware",
        stacks=(deployment.name,),
        address=("MIDDLEWARE", _CORS, "absent", *setting.services),
    )


def _severity(setting: Setting, order: Order) -> Severity:
    """Return how bad an order is; that of CORS matters only where some origin is allowed."""
    if order.first == _CORS and not any(_is_on(setting.settings.get(name)) for name in _ALLOWING):
        return Severity.INFO
    return order.severity


def _is_bare(setting: Setting) -> bool:
    """Say whether WhiteNoise sends no CORS headers itself: it allows every origin unless it is told not to.

    whitenoise/middleware.py (6.9), ``WHITENOISE_ALLOW_ALL_ORIGINS``.
    """
    allows = setting.settings.values.get("WHITENOISE_ALLOW_ALL_ORIGINS")
    return isinstance(allows, Known) and not allows.value


def _is_on(value: Value[Any] | None) -> bool:
    payload = value.value if isinstance(value, Known) else None
    return bool(payload) and (not isinstance(payload, Items) or len(payload) > 0 or not payload.complete)


def _short(name: str) -> str:
    return name.rpartition(".")[2]
