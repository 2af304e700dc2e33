"""What in the settings and in the code of an application slows down whoever tries passwords.

``axes`` and ``defender`` do nothing while they are not installed; django-ratelimit is a decorator that needs
no place in the settings. A throttle of Django REST framework holds for its own views only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from confguard.discover.project import Project
from confguard.model.deployment import App
from confguard.model.django import Items
from confguard.model.value import Known
from confguard.source import SourceFile

_LIMITERS = ("axes", "defender", "ratelimit", "django_ratelimit", "turnstile", "captcha", "django_recaptcha")
_LIMIT = re.compile(
    r"rate[ _-]?limit|throttl|lock_?out|locked_out|(?:login|failed)_?attempt|failed_?login", re.I
)
_THROTTLE = re.compile(r"throttl", re.I)
_LOGIN = re.compile(r"log_?in|sign_?in|passw|credential|authenticat|attempts|brute", re.I)
"""Limits of requests that go out, of mails, of an API's other users are none of attempts to log in."""
_INERT = re.compile(r"^\s*(?:from|import)\s+(?:axes|defender)\b", re.M)
_OUTGOING = re.compile(r"^\s*(?:from|import)\s+(?:requests|httpx|aiohttp|urllib3|openai|boto3)\b", re.M)
"""Who asks others keeps to their limits."""
_TESTS = re.compile(
    r"(^|/)(tests?|testing|e2e|migrations)/|(^|/)(test_[^/]*|[^/]*_tests?|tests|conftest)\.py$"
)
_NEAR = 3
"""So many lines may lie between the word of a limit and that of a login."""


@dataclass(frozen=True, slots=True)
class OwnLimits:
    """Whether code of the project may limit logins by forms, and those of an API."""

    forms: bool
    api: bool


def has_limiter(project: Project, app: App) -> bool:
    """Say whether an application, a middleware or a backend against guessing is installed, or may be."""
    for setting in ("INSTALLED_APPS", "MIDDLEWARE", "AUTHENTICATION_BACKENDS"):
        if setting not in app.settings and app.settings.complete:
            continue  # Django's default has none
        value = app.settings.get(setting)
        if not isinstance(value, Known) or not isinstance(value.value, Items) or not value.value.complete:
            return True
        for item in value.value:
            if not isinstance(item, Known) or str(item.value).partition(".")[0] in _LIMITERS:
                return True
            if _LIMIT.search(str(item.value)):
                return True
            if setting != "INSTALLED_APPS" and _module_limits(project, str(item.value)):
                return True
    return False


def _module_limits(project: Project, dotted: str) -> bool:
    """Say whether the project's own module of a middleware or backend speaks of limits."""
    end = dotted.rpartition(".")[0].replace(".", "/") + ".py"
    for path in project.named(end.rpartition("/")[2]):
        if path == end or path.endswith(f"/{end}"):
            source = project.read(path)
            if source is not None and _LIMIT.search(source.text):
                return True
    return False


def own_limits(project: Project, app: App) -> OwnLimits:
    """Return which logins code of the project may limit, as far as its words tell."""
    apps = app.settings.get("INSTALLED_APPS")
    items = apps.value if isinstance(apps, Known) and isinstance(apps.value, Items) else ()
    of_api = any(isinstance(item, Known) and item.value == "rest_framework" for item in items)
    forms = api = False
    for path in project.paths:
        if not path.endswith(".py") or path in app.settings.files or _TESTS.search(path):
            continue
        source = project.read(path)
        if source is None or not _LIMIT.search(source.text):
            continue
        if _INERT.search(source.text) or _OUTGOING.search(source.text):
            continue
        for word in _near_logins(source):
            api = True
            forms = forms or not (of_api and _THROTTLE.match(word))
    return OwnLimits(forms, api)


def _near_logins(source: SourceFile) -> Iterator[str]:
    """Yield the words of limits that stand near to the word of a login."""
    lines = source.text.splitlines()
    logins = {number for number, line in enumerate(lines) if _LOGIN.search(line)}
    for number, line in enumerate(lines):
        if any(near in logins for near in range(number - _NEAR, number + _NEAR + 1)):
            yield from (match[0] for match in _LIMIT.finditer(line))
