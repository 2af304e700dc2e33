"""What ``manage.py check --deploy`` says of settings: Django 5.2, django/core/checks/security.

Each id is there only where the settings that it looks at are known; those that are not are in ``unknown``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from confguard.model.django.settings import Settings
from confguard.model.django.values import plain

_SECURITY = "django.middleware.security.SecurityMiddleware"
_FRAMES = "django.middleware.clickjacking.XFrameOptionsMiddleware"
_CSRF = "django.middleware.csrf.CsrfViewMiddleware"
_SESSION = "django.contrib.sessions.middleware.SessionMiddleware"
_OPENER_POLICIES = frozenset({"same-origin", "same-origin-allow-popups", "unsafe-none"})
_REFERRER_POLICIES = frozenset(
    {
        "no-referrer", "no-referrer-when-downgrade", "origin", "origin-when-cross-origin", "same-origin",
        "strict-origin", "strict-origin-when-cross-origin", "unsafe-url",
    }
)  # fmt: skip


class _NotKnown(Exception):
    pass


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a check: its id, the setting that it is about, what that says."""

    id: str
    setting: str
    text: str


@dataclass(frozen=True, slots=True)
class Checked:
    """What the checks say; ``unknown`` are the settings on which others depend and that are not known.

    ``silenced`` is what they would say but for SILENCED_SYSTEM_CHECKS; nothing where that is not known.
    """

    messages: tuple[Message, ...]
    unknown: frozenset[str]
    silenced: tuple[Message, ...] = ()

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids, each once, in their order."""
        return tuple(sorted({message.id for message in self.messages}))


def deploy_checks(settings: Settings) -> Checked:
    """Return what the security checks say of settings (silenced ones are left out)."""
    found: list[Message] = []
    unknown: set[str] = set()
    read = _Reader(settings, unknown)
    for check in _CHECKS:
        try:
            message = check(read)
        except _NotKnown:
            continue
        except (TypeError, AttributeError):
            continue  # a value of a type that makes the check itself fail
        found.extend([message] if message is not None else [])
    found = [one for one in found if _exists(one.id, settings.version)]
    try:
        silenced = set(read("SILENCED_SYSTEM_CHECKS"))
    except (_NotKnown, TypeError):
        return Checked((), frozenset(unknown))
    return Checked(
        tuple(one for one in found if one.id not in silenced),
        frozenset(unknown),
        tuple(one for one in found if one.id in silenced),
    )


@dataclass(frozen=True, slots=True)
class _Reader:
    settings: Settings
    unknown: set[str]

    def __call__(self, name: str) -> Any:
        try:
            return plain(self.settings.get(name))
        except (ValueError, TypeError):
            self.unknown.add(name)
            raise _NotKnown from None

    def has(self, name: str, item: str) -> bool:
        return item in self(name)


_SINCE = {"security.W022": (3, 0), "security.E023": (3, 0), "security.E024": (4, 0), "security.W025": (4, 1)}
"""The versions that brought a check; all others are older than Django 2.2."""


def _exists(id: str, version: str | None) -> bool:
    parts = (version or "").split(".")
    if not parts[0].isdigit():
        return True
    minor = int(parts[1]) if len(parts) > 1 and parts[1].isdigit() else 0
    return (int(parts[0]), minor) >= _SINCE.get(id, (0, 0))


def _middleware_is_there(read: _Reader, name: str) -> bool:
    return read.has("MIDDLEWARE", name)


def _without(middleware: str, id: str, effect: str) -> Callable[[_Reader], Message | None]:
    def check(read: _Reader) -> Message | None:
        return None if _middleware_is_there(read, middleware) else Message(id, "MIDDLEWARE", effect)

    return check


def _demands(
    id: str, name: str, text: str, passes: Callable[[Any], bool], middleware: str, other: str = ""
) -> Callable[[_Reader], Message | None]:
    """Return a check of one setting that counts where a middleware, and another setting, is on."""

    def check(read: _Reader) -> Message | None:
        if middleware and not _middleware_is_there(read, middleware):
            return None
        if other and not read(other):
            return None
        return None if passes(read(name)) else Message(id, name, text)

    return check


def _session(ids: tuple[str, str, str], name: str, text: str) -> Callable[[_Reader], Message | None]:
    def check(read: _Reader) -> Message | None:
        if read(name) is True:
            return None
        app = read.has("INSTALLED_APPS", "django.contrib.sessions")
        middleware = _middleware_is_there(read, _SESSION)
        if not app and not middleware:
            return None
        return Message(ids[2] if app and middleware else ids[0] if app else ids[1], name, text)

    return check


def _csrf_cookie(read: _Reader) -> Message | None:
    if read("CSRF_USE_SESSIONS") or not _middleware_is_there(read, _CSRF):
        return None
    if read("CSRF_COOKIE_SECURE") is True:
        return None
    return Message("security.W016", "CSRF_COOKIE_SECURE", "the CSRF cookie is sent over plain HTTP")


def _referrer(read: _Reader) -> Message | None:
    name = "SECURE_REFERRER_POLICY"
    if not _middleware_is_there(read, _SECURITY):
        return None
    value = read(name)
    if value is None:
        return Message("security.W022", name, "no Referrer-Policy is sent")
    values = {part.strip() for part in value.split(",")} if isinstance(value, str) else set(value)
    return None if values <= _REFERRER_POLICIES else Message("security.E023", name, "is no referrer policy")


def _is_strong(key: Any) -> bool:
    return len(set(key)) >= 5 and len(key) >= 50 and not key.startswith("django-insecure-")


def _fallbacks(read: _Reader) -> Message | None:
    name = "SECRET_KEY_FALLBACKS"
    weak = any(not _is_strong(key) for key in read(name))
    return Message("security.W025", name, "a key in it is short or generated") if weak else None


def _is_true(value: Any) -> bool:
    return value is True


_HSTS = "SECURE_HSTS_SECONDS"
_CHECKS: tuple[Callable[[_Reader], Message | None], ...] = (
    _without(_SECURITY, "security.W001", "the SECURE_ settings do nothing without SecurityMiddleware"),
    _without(_FRAMES, "security.W002", "no X-Frame-Options is sent without XFrameOptionsMiddleware"),
    _without(_CSRF, "security.W003", "forms are not protected without CsrfViewMiddleware"),
    _demands("security.W004", _HSTS, "no Strict-Transport-Security is sent", bool, _SECURITY),
    _demands(
        "security.W005",
        "SECURE_HSTS_INCLUDE_SUBDOMAINS",
        "HSTS leaves subdomains out",
        _is_true,
        _SECURITY,
        _HSTS,
    ),
    _demands("security.W006", "SECURE_CONTENT_TYPE_NOSNIFF", "browsers may guess types", _is_true, _SECURITY),
    _demands("security.W008", "SECURE_SSL_REDIRECT", "plain HTTP is answered", _is_true, _SECURITY),
    _demands("security.W009", "SECRET_KEY", "the key is short or generated", _is_strong, ""),
    _session(
        ("security.W010", "security.W011", "security.W012"),
        "SESSION_COOKIE_SECURE",
        "the session cookie is sent over plain HTTP",
    ),
    _session(
        ("security.W013", "security.W014", "security.W015"),
        "SESSION_COOKIE_HTTPONLY",
        "scripts can read the session cookie",
    ),
    _csrf_cookie,
    _demands("security.W018", "DEBUG", "errors show the settings", lambda value: not value, ""),
    _demands("security.W019", "X_FRAME_OPTIONS", "may be framed", lambda value: value == "DENY", _FRAMES),
    _demands("security.W020", "ALLOWED_HOSTS", "no host is served", bool, ""),
    _demands("security.W021", "SECURE_HSTS_PRELOAD", "HSTS is not preloaded", _is_true, _SECURITY, _HSTS),
    _referrer,
    _demands(
        "security.E024",
        "SECURE_CROSS_ORIGIN_OPENER_POLICY",
        "is no opener policy",
        lambda value: value is None or value in _OPENER_POLICIES,
        _SECURITY,
    ),
    _fallbacks,
)
