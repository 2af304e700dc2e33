"""CORS does not let every website read answers with the user's cookies."""

from __future__ import annotations

import re
from collections.abc import Iterator

from confguard.checks._entries import entries, others, serving, stays_at_home
from confguard.checks._trails import Setting, explain
from confguard.finding import Finding, Label, Severity
from confguard.model.belief import middleware
from confguard.model.deployment import Deployment
from confguard.model.nginx.uri import search
from confguard.model.repo import Repo
from confguard.model.value import Known

_SWITCHES = ("CORS_ALLOW_ALL_ORIGINS", "CORS_ORIGIN_ALLOW_ALL")
_PATTERNS = ("CORS_ALLOWED_ORIGIN_REGEXES", "CORS_ORIGIN_REGEX_WHITELIST")
_STRANGERS = ("https://stranger.example", "https://a.stranger.example:8443")
_MIDDLEWARE = "corsheaders.middleware.CorsMiddleware"
_HELP = "name the origins that need answers in CORS_ALLOWED_ORIGINS"


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each application that allows every origin, or all that begin like one."""
    for deployment in repo.production:
        for index, name in enumerate(_SWITCHES):
            for setting in serving(deployment, name):
                replaced = index and _SWITCHES[0] in setting.settings
                if setting.value.value is True and not replaced and _is_used(deployment, setting):
                    yield from _everybody(deployment, name, setting)
        for name in _PATTERNS:
            for setting in serving(deployment, name):
                if _is_used(deployment, setting):
                    yield from _patterns(deployment, name, setting)


def _is_used(deployment: Deployment, setting: Setting) -> bool:
    app = next((app for app in deployment.apps if app.settings is setting.settings), None)
    names = middleware(app) if app else None
    return names is None or _MIDDLEWARE in names


def _everybody(deployment: Deployment, name: str, setting: Setting) -> Iterator[Finding]:
    if setting.place is None:
        return
    credentials = _credentials(setting)
    known = isinstance(credentials, Known)
    kept = stays_at_home(setting.settings)
    yield Finding(
        f"{name}{setting.where('of')} lets every website read what Django answers"
        + (", also to requests with credentials" if known and kept else "")
        + (", with the user's cookies" if known and not kept else ""),
        Label(setting.place, "allows every origin"),
        (*_also(credentials), *others(setting.value, setting.place)),
        notes=(
            *explain(setting),
            *(
                (f"the session's cookie is {kept}: only pages of the same site send it along",)
                if kept
                else ()
            ),
        ),
        help=_HELP,
        stacks=(deployment.name,),
        address=(name, *setting.services),
        severity=None if known and not setting.value.from_template else Severity.INFO,
    )


def _patterns(deployment: Deployment, name: str, setting: Setting) -> Iterator[Finding]:
    credentials = _credentials(setting)
    for one in entries(setting):
        pattern = one.value.value
        fault = _fault(pattern) if isinstance(pattern, str) else ""
        if fault:
            yield Finding(
                f"the pattern {one.shown} in {name}{setting.where('of')} {fault}",
                Label(one.place, "matches from the beginning, whatever follows"),
                (*_also(credentials), *others(one.value, one.place)),
                notes=explain(setting),
                help="end the pattern with `$`, escape its dots, and name the domain: "
                r"`^https://[a-z0-9-]+\.example\.com$`",
                stacks=(deployment.name,),
                address=(name, pattern, *setting.services),
                severity=None if isinstance(credentials, Known) else Severity.INFO,
            )


def _fault(pattern: str) -> str:
    """Say what is wrong with a pattern: django-cors-headers matches it at the beginning only."""
    found = [search(f"^(?:{pattern})", False, stranger) for stranger in _STRANGERS]
    if all(found):
        return "matches every origin"
    if re.search(r"(?:[a-z]{2,}|\))\Z", pattern) and "$" not in pattern and "\\Z" not in pattern:
        return "has no end: an origin may go on behind it, as in `...com.stranger.example`"
    return ""


def _credentials(setting: Setting) -> Known[bool] | None:
    value = setting.settings.get("CORS_ALLOW_CREDENTIALS")
    return value if isinstance(value, Known) and value.value is True else None


def _also(credentials: Known[bool] | None) -> tuple[Label, ...]:
    place = credentials.span if credentials else None
    return (Label(place.first_line(), "cookies may be sent along"),) if place else ()
