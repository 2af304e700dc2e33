"""Browsers are told to come by https only, for long enough."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from confguard.finding import Finding, Fix, Label, Severity
from confguard.fixes.edits import whole
from confguard.fixes.nginx import add_headers
from confguard.model.deployment import App, Deployment
from confguard.model.nginx import Level, NginxModel, Target, upstream_targets
from confguard.model.repo import Repo
from confguard.model.responses import AppHeader, When, app_behind, believes_https, carried, sent_by_app
from confguard.model.silenced_checks import silencing
from confguard.model.value import Known

_NAME = "strict-transport-security"
_AGE = re.compile(r'max-age="?(\d+)', re.IGNORECASE)
_DAY = 86400


@dataclass(frozen=True, slots=True)
class _Weak:
    target: Target
    app: App
    seconds: int
    """How long it holds: 0 where nobody sends it."""
    ours: AppHeader | None
    """What Django sends."""


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each server with TLS whose pages come without HSTS, or with a short one."""
    least = repo.options["weak-hsts"]["minimum-days"] * _DAY
    for deployment in repo.production:
        for model in deployment.proxies:
            servers: dict[tuple[Level | None, int], list[_Weak]] = {}
            for target in upstream_targets(model):
                weak = _weak(deployment, model, target, least)
                if weak is not None:
                    servers.setdefault((target.level.enclosing("server"), weak.seconds), []).append(weak)
            for found in servers.values():
                yield _finding(deployment, model, found)


def _weak(deployment: Deployment, model: NginxModel, target: Target, least: int) -> _Weak | None:
    app, server = app_behind(deployment, target), model.server_of(target.level)
    if app is None or server is None or not server.has_tls or target.scheme == "https":
        return None
    headers = carried(app, target)
    # Settings that are not known as a whole may send it.
    if headers is None or not isinstance(app.settings.get("SECURE_HSTS_SECONDS"), Known):
        return None
    if not isinstance(app.settings.get("MIDDLEWARE"), Known):
        return None
    found = next((one for one in headers if one.name == _NAME), None)
    by_nginx = found.by_nginx if found else ()
    ours = next((one for one in sent_by_app(app) if one.name == _NAME), None)
    if ours is not None and ours.when is When.HTTPS:
        secure = believes_https(deployment, app, model, target, True)
        if not isinstance(secure, Known):
            return None
        believed = secure.value
    else:
        believed = ours is not None
    if ours is not None and (by_nginx or not believed):
        return None  # conflicting-header and lost-forwarded-proto tell of these
    values = [ours.value] if ours else [one.value for one in by_nginx]
    if not values:
        return _Weak(target, app, 0, None)
    age = _AGE.search(values[0].value) if isinstance(values[0], Known) else None
    if age is None or int(age[1]) >= least:
        return None
    return _Weak(target, app, int(age[1]), ours)


def _finding(deployment: Deployment, model: NginxModel, found: list[_Weak]) -> Finding:
    weak = found[0]
    server = model.server_of(weak.target.level)
    where = server.title if server else "the server"
    listen = next((one.statement for one in server.listens if one.ssl), None) if server else None
    primary = listen.span if listen else weak.target.span
    related = []
    if weak.ours is not None and weak.ours.place is not None:
        related.append(Label(weak.ours.place.first_line(), f"{weak.seconds} seconds"))
    if weak.seconds:
        message = f"HSTS of {where} holds for `{weak.seconds}` seconds only: browsers forget it at once"
        mend = "raise SECURE_HSTS_SECONDS to 31536000 as soon as https works"
    else:
        message = f"{where} speaks TLS, but neither nginx nor Django sends Strict-Transport-Security"
        silenced = silencing(weak.app, "security.W004")
        related += (
            [Label(silenced.first_line(), "the check that asks for it is silenced")] if silenced else []
        )
        mend = (
            "set SECURE_HSTS_SECONDS, or add the header in nginx: the first visit by http can be intercepted"
        )
    return Finding(
        message,
        Label(primary.first_line(), "https is served here"),
        tuple(related),
        help=mend,
        stacks=(deployment.name,),
        address=(weak.target.span.path, weak.target.level.title, "hsts"),
        severity=Severity.INFO if weak.seconds else None,
        fixes=() if weak.seconds else _sent([one.target.level for one in found]),
    )


def _sent(levels: list[Level]) -> tuple[Fix, ...]:
    """Return the fix that lets nginx send the header for a year: https has to work as long, for all."""
    line = 'add_header Strict-Transport-Security "max-age=31536000" always;'
    servers = [level.enclosing("server") or level for level in levels]
    # Below the server only what has headers of its own does not inherit it.
    own = [at for level in levels for at in level.chain() if at.named("add_header") and at.kind != "http"]
    edits = [add_headers(level, [line]) for level in dict.fromkeys((*servers, *own))]
    return whole("send Strict-Transport-Security for a year", edits, safe=False)
