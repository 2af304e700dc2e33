"""Which headers a Django application writes into its answers, by its middleware and settings.

As SecurityMiddleware and XFrameOptionsMiddleware of Django 5.2 (django/middleware), django-cors-headers 4.9
(corsheaders/middleware.py), django-permissions-policy 4.29, and whatever policies middleware writes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from confguard.model.deployment import App, Deployment
from confguard.model.django import Entries, Items, plain
from confguard.model.nginx import Target
from confguard.model.responses.behind import app_behind
from confguard.model.value import Known, Unknown, Value
from confguard.source import Span

if TYPE_CHECKING:
    from confguard.model.django import Settings

SECURITY_HEADERS = {
    name.lower(): name
    for name in (
        "Content-Security-Policy",
        "Content-Security-Policy-Report-Only",
        "Cross-Origin-Embedder-Policy",
        "Cross-Origin-Opener-Policy",
        "Cross-Origin-Resource-Policy",
        "Permissions-Policy",
        "Referrer-Policy",
        "Strict-Transport-Security",
        "X-Content-Type-Options",
        "X-Frame-Options",
        "X-Permitted-Cross-Domain-Policies",
    )
}
"""The headers of answers that protect whoever gets them: how they are written, by lower-case name."""

_SECURITY = "django.middleware.security.SecurityMiddleware"
_CLICKJACKING = "django.middleware.clickjacking.XFrameOptionsMiddleware"
_CORS = "corsheaders.middleware.CorsMiddleware"
_PERMISSIONS = "django_permissions_policy.PermissionsPolicyMiddleware"
_OPEN_CORS = ("CORS_ALLOW_ALL_ORIGINS", "CORS_ORIGIN_ALLOW_ALL")
_SOME_CORS = (
    "CORS_ALLOWED_ORIGINS",
    "CORS_ORIGIN_WHITELIST",
    "CORS_ALLOWED_ORIGIN_REGEXES",
    "CORS_ORIGIN_REGEX_WHITELIST",
)


class When(Enum):
    """To which answers a header is written."""

    ALWAYS = "to each answer"
    HTTPS = "where Django believes that the request came by https"
    CROSS_ORIGIN = "to requests of an origin that is allowed"
    PERHAPS = "if a condition holds that is not known"


@dataclass(frozen=True, slots=True)
class AppHeader:
    """A header that the application writes into its answers.

    ``name`` is in lower case, ``setting`` what decides the value. ``place`` is where it is decided: the
    setting, or the middleware's line where Django's default applies.
    """

    name: str
    value: Value[str]
    when: When
    setting: str
    place: Span | None


def canonical(name: str) -> str:
    """Return a header's name as it is usually written."""
    return SECURITY_HEADERS.get(name.lower()) or "-".join(word.capitalize() for word in name.split("-"))


def sent_by_app(app: App) -> tuple[AppHeader, ...]:
    """Return the headers that an application is known to write; views may do otherwise.

    What a middleware of the repository writes replaces what Django's own would write (they leave alone
    what is there, and are overwritten from outside).
    """
    found = app.settings.get("MIDDLEWARE")
    if not isinstance(found, Known) or not isinstance(found.value, Items):
        return ()
    middleware = {item.value: item for item in found.value if isinstance(item, Known)}
    by_name = {header.name: header for header in _by_libraries(app.settings, middleware)}
    for written in app.settings.written_headers:
        when = When.PERHAPS if written.conditional else When.ALWAYS
        place = written.value.span
        by_name[written.name] = AppHeader(written.name, written.value, when, "its middleware", place)
    return (*by_name.values(), *_policies(app.settings))


def headers_of_app(deployment: Deployment, targets: Iterable[Target]) -> frozenset[str]:
    """Return the security headers (lower case) that every target surely sends with each answer itself.

    Empty where a target is no Django application of the stack, or its settings are not known.
    """
    sent: frozenset[str] | None = None
    for target in targets:
        app = app_behind(deployment, target)
        own = (
            frozenset(header.name for header in sent_by_app(app) if header.when is When.ALWAYS)
            if app
            else frozenset()
        )
        sent = own if sent is None else sent & own
    return sent or frozenset()


def _by_libraries(settings: Settings, middleware: dict[Any, Known[Any]]) -> Iterator[AppHeader]:
    if _CLICKJACKING in middleware:
        value = settings.get("X_FRAME_OPTIONS")
        text = _text(value)
        if isinstance(text, Known):
            text = text.map(str.upper)
        yield _header("x-frame-options", text, When.ALWAYS, "X_FRAME_OPTIONS", middleware[_CLICKJACKING])
    if _SECURITY in middleware:
        yield from _security(settings, middleware[_SECURITY])
    if _PERMISSIONS in middleware and "PERMISSIONS_POLICY" in settings:
        value = settings.get("PERMISSIONS_POLICY")
        text = _features(value)
        if not isinstance(text, Known) or text.value:
            when = When.ALWAYS if isinstance(text, Known) else When.PERHAPS
            yield _header("permissions-policy", text, when, "PERMISSIONS_POLICY", middleware[_PERMISSIONS])
    if _CORS in middleware:
        yield from _cross_origin(settings, middleware[_CORS])


def _security(settings: Settings, item: Known[Any]) -> Iterator[AppHeader]:
    for setting, header in (
        ("SECURE_CONTENT_TYPE_NOSNIFF", "x-content-type-options"),
        ("SECURE_REFERRER_POLICY", "referrer-policy"),
        ("SECURE_CROSS_ORIGIN_OPENER_POLICY", "cross-origin-opener-policy"),
    ):
        value = settings.get(setting)
        if not isinstance(value, Known) or not value.value:
            continue
        text = Known("nosniff", value.trail) if value.value is True else _joined(value)
        yield _header(header, text, When.ALWAYS, setting, item)
    seconds = settings.get("SECURE_HSTS_SECONDS")
    if isinstance(seconds, Known) and isinstance(seconds.value, int) and seconds.value > 0:
        text = _transport(settings, seconds)
        yield _header("strict-transport-security", text, When.HTTPS, "SECURE_HSTS_SECONDS", item)


def _transport(settings: Settings, seconds: Known[Any]) -> Value[str]:
    text = f"max-age={seconds.value}"
    for setting, word in (
        ("SECURE_HSTS_INCLUDE_SUBDOMAINS", "includeSubDomains"),
        ("SECURE_HSTS_PRELOAD", "preload"),
    ):
        value = settings.get(setting)
        if not isinstance(value, Known):
            return Unknown(f"{setting} is not known", seconds.trail)
        if value.value:
            text += f"; {word}"
    return Known(text, seconds.trail)


def _cross_origin(settings: Settings, item: Known[Any]) -> Iterator[AppHeader]:
    name = "access-control-allow-origin"
    # Which paths get it, an expression says.
    when = When.PERHAPS if "CORS_URLS_REGEX" in settings else When.CROSS_ORIGIN
    for setting in _OPEN_CORS:
        value = settings.get(setting) if setting in settings else None
        if isinstance(value, Known) and value.value:
            origin: Value[str] = Known("*", value.trail)
            credentials = settings.get("CORS_ALLOW_CREDENTIALS")
            if credentials is not None and not (isinstance(credentials, Known) and not credentials.value):
                origin = Unknown("it is the origin that asks", value.trail)
            yield _header(name, origin, when, setting, item)
            return
    for setting in _SOME_CORS:
        value = settings.get(setting) if setting in settings else None
        if isinstance(value, Known) and isinstance(value.value, Items) and len(value.value):
            asks: Value[str] = Unknown("it is the origin that asks", value.trail)
            yield _header(name, asks, when, setting, item)
            return


def _policies(settings: Settings) -> Iterator[AppHeader]:
    for policy in settings.policies:
        if policy.report_only is None:
            continue
        name = "content-security-policy" + ("-report-only" if policy.report_only else "")
        unsure = policy.conditional or not isinstance(policy.text, Known)
        when = When.PERHAPS if unsure else When.ALWAYS
        yield AppHeader(name, policy.text, when, policy.source, policy.span)


def _header(name: str, value: Value[str], when: When, setting: str, item: Known[Any]) -> AppHeader:
    return AppHeader(name, value, when, setting, value.span or item.span)


def _text(value: Value[Any] | None) -> Value[str]:
    if isinstance(value, Known) and isinstance(value.value, str):
        return value
    return Unknown(value.reason if isinstance(value, Unknown) else "it is no text")


def _joined(value: Known[Any]) -> Value[str]:
    """Return a referrer policy, which may be a list of fallbacks, as it is sent."""
    if isinstance(value.value, str):
        return Known(",".join(part.strip() for part in value.value.split(",")), value.trail)
    try:
        parts = plain(value)
        return Known(",".join(parts), value.trail)
    except (ValueError, TypeError) as error:
        return Unknown(str(error), value.trail)


def _features(value: Value[Any] | None) -> Value[str]:
    if not isinstance(value, Known) or not isinstance(value.value, Entries):
        return Unknown("it is not known as a whole", value.trail if value else ())
    try:
        given = plain(value)
        parts = [f"{feature}=({' '.join(_allowed(given[feature]))})" for feature in sorted(given)]
    except (ValueError, TypeError) as error:
        return Unknown(str(error), value.trail)
    return Known(", ".join(parts), value.trail)


def _allowed(values: Any) -> Iterator[str]:
    for value in (values,) if isinstance(values, str) else values:
        if value != "none":
            yield value if value in ("self", "*") else f'"{value}"'
