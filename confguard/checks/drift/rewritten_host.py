"""Django gets the host that the browser asked for, not the name of an upstream."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.checks._forwarding import send, services, setting
from confguard.checks._labels import distinct
from confguard.finding import Finding, Label, Severity
from confguard.model.belief import allowed_hosts, middleware, raw_host
from confguard.model.deployment import App, Deployment
from confguard.model.forwarding import PROBE, set_at
from confguard.model.nginx import request_headers
from confguard.model.passages import Passage
from confguard.model.received import received
from confguard.model.repo import Repo
from confguard.model.value import Known

_COMMON = "django.middleware.common.CommonMiddleware"
_CSRF = "django.middleware.csrf.CsrfViewMiddleware"


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each fixed host under which nginx asks an application."""
    for deployment in repo.production:
        for app in deployment.apps:
            ways = [one for one in deployment.passages if one.app is app]
            fixed: dict[str, list[Passage]] = {}
            for one in ways:
                host = _fixed(one)
                if host:
                    fixed.setdefault(host, []).append(one)
            for host, found in fixed.items():
                yield from _judge(deployment, app, host, found, len(found) == len(ways))


def _fixed(passage: Passage) -> str:
    """Return the host that Django sees whatever the browser asks for, if it is an upstream's name."""
    from confguard.model.django.hosts import split_domain_port

    value, other = (raw_host(passage.app, received(passage, host)) for host in (PROBE, "other.example"))
    if not isinstance(value, Known) or not isinstance(other, Known) or value.value != other.value:
        return ""
    names = {name.text for name in passage.hop.first.entrance.server.names}
    return "" if split_domain_port(value.value)[0] in names else value.value


def _judge(
    deployment: Deployment, app: App, host: str, found: list[Passage], everywhere: bool
) -> Iterator[Finding]:
    from confguard.model.django.hosts import accepts, split_domain_port

    allowed = allowed_hosts(app)
    names = middleware(app)
    if not isinstance(allowed, Known) or names is None:
        return
    refused = not accepts(host, allowed.value) and _COMMON in names
    pages = [one for one in found if not _is_special(one)]
    if not refused and (not pages or _CSRF not in names):
        return
    first = (found if refused else pages)[0]
    primary = set_at(first, "host") or first.hop.target.span
    invalid = not split_domain_port(host)[0]
    titles = list(dict.fromkeys(one.level.title for one in (found if refused else pages)))
    where = titles[0] if len(titles) == 1 else f"{len(titles)} locations"
    effect = (
        "which is no host name to Django, whatever ALLOWED_HOSTS says: it answers 400"
        if invalid and refused
        else f"which ALLOWED_HOSTS of service {services(app, found)} does not have: it answers 400"
        if refused
        else f"whatever the browser asked for: service {services(app, found)} makes its links with it"
    )
    yield Finding(
        f"nginx asks Django for the host {host!r} in {where}, {effect}",
        Label(primary.first_line(), f"asks for {host}"),
        distinct(
            (
                *(Label(set_at(one, "host") or one.hop.target.span, "and here") for one in found),
                *setting(app, "ALLOWED_HOSTS", "the hosts that Django answers for"),
            ),
            primary,
            4,
        ),
        notes=tuple(_notes(app, first, refused)),
        help="write `proxy_set_header Host $host;`"
        + (" beside the other proxy_set_header of this level" if _has_others(first) else ""),
        stacks=(deployment.name,),
        address=(first.model.service, host, *app.services),
        severity=_severity(refused, everywhere, allowed.from_template and not invalid),
        fixes=send(
            found if refused else pages,
            "Host",
            "$host",
            safe=refused or all(_lets_in(one, allowed.value) for one in pages),
        ),
    )


def _lets_in(passage: Passage, allowed: tuple[str, ...]) -> bool:
    """Say whether Django answers for every name under which browsers come."""
    from confguard.model.django.hosts import accepts

    names = passage.hop.first.entrance.server.names
    if "*" in allowed:
        return True
    return bool(names) and all(name.kind == "exact" and accepts(name.text, allowed) for name in names)


def _severity(refused: bool, everywhere: bool, proposed: bool) -> Severity:
    if not refused:
        return Severity.INFO
    return Severity.ERROR if everywhere and not proposed else Severity.WARNING


def _is_special(passage: Passage) -> bool:
    """Say whether a location is for one address or for WebSockets: no page with links or forms."""
    location = passage.model.location_of(passage.level)
    headers = request_headers(passage.model, passage.level)[0]
    upgrades = any(header.name.lower() == "upgrade" for header in headers)
    return upgrades or (location is not None and location.modifier == "=")


def _has_others(passage: Passage) -> bool:
    return bool(passage.level.named("proxy_set_header"))


def _notes(app: App, passage: Passage, refused: bool) -> Iterator[str]:
    yield f"{app.settings.module} is the settings module"
    if set_at(passage, "host") is None:
        yield "without a proxy_set_header Host, nginx sends the name that proxy_pass names"
    if not refused:
        yield "Django compares the Origin of a form with this host, and refuses the form with 403"
