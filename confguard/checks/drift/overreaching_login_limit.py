"""A limit for logins holds for logins alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from confguard.finding import Finding, Label
from confguard.model.deployment import App, Deployment
from confguard.model.nginx import Limit, Location, Missing, NginxModel, Request, limits, route
from confguard.model.repo import Repo
from confguard.model.responses import app_behind, apps_behind
from confguard.model.responses.bodies import sample
from confguard.model.value import Known
from confguard.words import joined

if TYPE_CHECKING:
    from confguard.model.django.routes import Route

_LOGIN = re.compile(
    r"log-?_?(?:in|out)|sign-?_?(?:in|up|out)|token|auth/?\Z|password|regist|otp|mfa|2fa|totp|verif|refresh|session"
    r"|confirm|activat|invite|sso|oauth|oidc|saml|social|callback|jwt|captcha|reset|webauthn|passkey|csrf|user|rol",
    re.IGNORECASE,
)
"""Words of paths at which somebody proves who he is, or manages that."""
_ENTRANCE = re.compile(r"(?:(?:log|sign)[-_]?in|\btoken)/?\Z", re.IGNORECASE)
_SLOWEST = 60
"""Requests a minute: a limit above it is for pages, too."""
_FEWEST = 3


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each limit of few requests a minute that holds for many other routes as well."""
    for deployment in repo.production:
        for model in deployment.proxies:
            for app in apps_behind(deployment, model):
                for location, limit in _limited(model):
                    routes = _taken(deployment, model, app, location)
                    others = [one for one in routes if not _LOGIN.search(_last(one, location))]
                    if len(others) >= _FEWEST and len(others) < len(routes):
                        yield _finding(deployment, app, location, limit, others)


def _limited(model: NginxModel) -> Iterator[tuple[Location, Limit]]:
    """Yield the locations whose own limit lets few requests of one client through in a minute."""
    for server in model.servers:
        for outer in server.locations:
            for location in outer.walk():
                found = limits(model, location.level) if location.level.named("limit_req") else ()
                for one in () if isinstance(found, Missing) else found:
                    rate = one.rate.value if isinstance(one.rate, Known) else ""
                    number, _, unit = rate.partition("r/")
                    if (
                        _counts_clients(one)
                        and unit == "m"
                        and number.isdecimal()
                        and int(number) <= _SLOWEST
                        and not one.dry_run
                    ):
                        yield location, one


def _counts_clients(limit: Limit) -> bool:
    """Say whether each request counts: a key of a ``map`` may be empty, and such requests do not."""
    key = limit.key.value if isinstance(limit.key, Known) else ""
    return any(name in key for name in ("remote_addr", "realip_remote_addr", "http_x_real_ip"))


def _taken(deployment: Deployment, model: NginxModel, app: App, location: Location) -> list[Route]:
    """Return the routes of Django whose requests a location takes."""
    server = model.server_of(location.level)
    listen = next((one for one in server.listens if one.port is not None), None) if server else None
    if server is None or listen is None:
        return []
    name = next((one.text for one in server.names if one.kind == "exact"), "localhost")
    found = []
    for one in app.settings.urlconf.routes:
        path = sample(one) if one.certain and one.kind in ("view", "unknown") else None
        if path is None:
            continue
        scheme = "https" if listen.ssl else "http"
        way = route(model, Request(path, name, scheme, listen.port or 80))
        if way.location is location and any(app_behind(deployment, target) is app for target in way.targets):
            found.append(one)
    return found


def _last(one: Route, location: Location) -> str:
    """Return what of a route's path says what it is about: all behind its first two parts."""
    parts = one.text.strip("/").split("/")
    return "/".join(parts[2:] if len(parts) > 2 else parts[-1:])


def _finding(
    deployment: Deployment, app: App, location: Location, limit: Limit, others: list[Route]
) -> Finding:
    entrances = [
        one.text for one in app.settings.urlconf.routes if one.certain and _ENTRANCE.search(one.text)
    ]
    example = f" (`location = /{entrances[0]}`)" if entrances and "<" not in entrances[0] else ""
    rate = limit.rate.value if isinstance(limit.rate, Known) else ""
    shown = [f"`/{one.text}`" for one in others[:2]]
    status = limit.status.value if isinstance(limit.status, Known) else 503
    return Finding(
        f"the limit of {rate} for logins holds for {joined([*shown, f'{len(others) - 2} more'])} too: pages "
        f"that call them end in {status}",
        Label(
            limit.statement.span.first_line(), f"{limit.burst} more at once, for everybody behind one address"
        ),
        (
            Label(location.span.first_line(), "takes them all"),
            *(Label(one.span.first_line(), f"answers at `/{one.text}`") for one in others[:3]),
        ),
        help=f"limit the paths of the logins alone{example}, and give the rest a zone with a higher rate",
        stacks=(deployment.name,),
        address=(location.pattern_span.path, location.pattern),
    )
