"""Cookies that log people in go over HTTPS only, and no script reads them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from confguard.checks._entries import near
from confguard.finding import Edit, Finding, Label, Severity
from confguard.fixes.edits import whole
from confguard.fixes.python import add_behind, assignment_at, span_of
from confguard.model.belief import middleware
from confguard.model.deployment import App, Deployment
from confguard.model.django.values import entry
from confguard.model.repo import Repo
from confguard.model.value import Known, Unknown, Value
from confguard.source import Span
from confguard.words import joined

_SESSIONS = "django.contrib.sessions.middleware.SessionMiddleware"
_CSRF = "django.middleware.csrf.CsrfViewMiddleware"


@dataclass(frozen=True, slots=True)
class _Fault:
    setting: str
    text: str
    value: Known[object]


@dataclass(frozen=True, slots=True)
class _Reason:
    """What shows that browsers speak HTTPS; a header that may be believed is no sure sign."""

    span: Span | None
    text: str
    sure: bool


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each application whose cookies are weaker than its HTTPS."""
    for deployment in repo.production:
        groups: dict[tuple[str, tuple[tuple[str, str], ...]], list[App]] = {}
        for app in deployment.apps:
            debug = app.settings.get("DEBUG")
            if isinstance(debug, Known) and debug.value:
                continue  # what settings say while they debug is not meant for production
            faults = tuple(
                (one.setting, one.text) for one in _faults(app, _https(deployment, app) is not None)
            )
            if any(map(deployment.serves_http, app.services)):
                groups.setdefault((app.settings.path, faults), []).append(app)
        for apps in groups.values():
            names = tuple(one for app in apps for one in app.services if deployment.serves_http(one))
            yield from _judge(deployment, apps[0], names)


def _judge(deployment: Deployment, app: App, services: tuple[str, ...]) -> Iterator[Finding]:
    reason = _https(deployment, app)
    faults = list(_faults(app, reason is not None))
    place = _place(app, faults)
    if not faults or place is None:
        return
    word = "service" if len(services) == 1 else "services"
    proposed = any(one.value.from_template for one in faults)
    alike: dict[str, list[str]] = {}
    for one in faults:
        alike.setdefault(one.text, []).append(one.setting)
    parts = [f"{joined(names)} {'is' if len(names) == 1 else 'are'} {text}" for text, names in alike.items()]
    yield Finding(
        f"in {word} {joined(services)}, {'; '.join(parts)}",
        Label(place, f"is {faults[0].text}" if faults[0].value.span else f"{faults[0].setting} is not set"),
        tuple(_labels(faults, place, reason)),
        notes=(f"{app.settings.module} is the settings module", *((reason.text,) if reason else ())),
        help="set " + joined([f"{one.setting} to True" for one in faults]),
        stacks=(deployment.name,),
        address=("cookies", app.settings.module, *services),
        severity=Severity.INFO if proposed or (reason is not None and not reason.sure) else None,
        fixes=whole("set them to True", _secured(app, faults), safe=False),
    )


def _secured(app: App, faults: list[_Fault]) -> list[Edit | None]:
    """Return what turns on what is off, and behind DEBUG or the like what is not there."""
    edits: list[Edit | None] = []
    new = []
    for one in faults:
        span = one.value.span
        if not one.setting.isidentifier() or (span is not None and span.path not in app.settings.files):
            return [None]
        if span is None:
            new.append(f"{one.setting} = True")
            continue
        assignment = assignment_at(span)
        node = assignment.value if assignment else None
        literal = isinstance(node, ast.Constant) and node.value is False
        edits.append(Edit(span_of(span.file, node), "True") if node and literal else None)
    place = near(app.settings) if new else None
    if new:
        edits.append(add_behind(place, new) if place else None)
    return edits


def _https(deployment: Deployment, app: App) -> _Reason | None:
    """Return what shows that browsers speak HTTPS with the application."""
    for passage in deployment.passages:
        if passage.app is app and passage.scheme == "https":
            listen = passage.hop.first.entrance.listen.statement
            words = f"service {passage.hop.first.model.service} serves HTTPS"
            return _Reason(listen.span if listen else None, words, True)
    for name in ("SECURE_SSL_REDIRECT", "SECURE_HSTS_SECONDS", "SECURE_PROXY_SSL_HEADER"):
        value = app.settings.get(name)
        if isinstance(value, Known) and value.value and value.span:
            words = f"{name} shows that production speaks HTTPS"
            return _Reason(value.span.first_line(), words, name != "SECURE_PROXY_SSL_HEADER")
    return None


def _faults(app: App, https: bool) -> Iterator[_Fault]:
    names = middleware(app)
    if names is None:
        return
    cookies = [
        prefix
        for prefix, needed in (("SESSION", _SESSIONS), ("CSRF", _CSRF))
        if needed in names and not (prefix == "CSRF" and _is(app.settings.get("CSRF_USE_SESSIONS"), True))
    ]
    for prefix in cookies:
        secure = app.settings.get(f"{prefix}_COOKIE_SECURE")
        same_site = app.settings.get(f"{prefix}_COOKIE_SAMESITE")
        if isinstance(secure, Known) and not secure.value:
            if _is(same_site, "None"):
                text = "off while the cookie is for other sites (SameSite=None): browsers refuse it"
                yield _Fault(f"{prefix}_COOKIE_SECURE", text, secure)
            elif https:
                yield _Fault(f"{prefix}_COOKIE_SECURE", "off, so that cookies go over plain HTTP too", secure)
    readable = app.settings.get("SESSION_COOKIE_HTTPONLY")
    if "SESSION" in cookies and isinstance(readable, Known) and not readable.value:
        yield _Fault("SESSION_COOKIE_HTTPONLY", "off, so that scripts can read the cookie", readable)
    yield from _tokens(app, https)


def _tokens(app: App, https: bool) -> Iterator[_Fault]:
    """Yield what is wrong with cookies that hold tokens (dj-rest-auth 7, app_settings.py)."""
    setting = app.settings.get("REST_AUTH")
    if not isinstance(setting, Known):
        return
    used = [entry(setting, name) for name in ("JWT_AUTH_COOKIE", "JWT_AUTH_REFRESH_COOKIE")]
    if not any(isinstance(name, Known) and name.value for name in used):
        return
    secure, hidden = entry(setting, "JWT_AUTH_SECURE"), entry(setting, "JWT_AUTH_HTTPONLY")
    if https and not isinstance(secure, Unknown) and not (secure and secure.value):
        yield _Fault(
            "REST_AUTH['JWT_AUTH_SECURE']", "off, so that tokens go over plain HTTP too", secure or setting
        )
    if isinstance(hidden, Known) and not hidden.value:
        yield _Fault("REST_AUTH['JWT_AUTH_HTTPONLY']", "off, so that scripts can read the tokens", hidden)


def _is(value: Value[object] | None, wanted: object) -> bool:
    return isinstance(value, Known) and value.value == wanted


def _place(app: App, faults: list[_Fault]) -> Span | None:
    spans = [one.value.span for one in faults if one.value.span]
    return spans[0].first_line() if spans else near(app.settings)


def _labels(faults: list[_Fault], primary: Span, reason: _Reason | None) -> Iterator[Label]:
    seen = {(primary.path, primary.line)}
    places = [(one.value.span, f"{one.setting} is {one.text}") for one in faults]
    for span, text in (*places, *(((reason.span, reason.text),) if reason else ())):
        if span is not None and (span.path, span.line) not in seen:
            seen.add((span.path, span.line))
            yield Label(span.first_line(), text)
