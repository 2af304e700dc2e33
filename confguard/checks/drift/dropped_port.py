"""Django sees the port that browsers show in their address."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.checks._forwarding import send, services
from confguard.checks._labels import distinct
from confguard.finding import Finding, Label, Severity
from confguard.model.belief import csrf_origins, middleware, raw_host
from confguard.model.deployment import App, Deployment
from confguard.model.forwarding import set_at
from confguard.model.passages import Exposure, Passage
from confguard.model.received import received
from confguard.model.repo import Repo
from confguard.model.value import Known

_CSRF = "django.middleware.csrf.CsrfViewMiddleware"
_USUAL = {"http": "80", "https": "443"}


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each unusual port of nginx that it keeps from an application."""
    for deployment in repo.production:
        for app in deployment.apps:
            trusted = csrf_origins(app)  # who names origins has met the problem
            if _CSRF not in (middleware(app) or ()) or trusted != Known(()):
                continue
            found: dict[str, list[Passage]] = {}
            for one in deployment.passages:
                port = _dropped(one) if one.app is app else ""
                if port:
                    found.setdefault(port, []).append(one)
            for port, ways in found.items():
                yield _finding(deployment, app, port, ways)


def _dropped(passage: Passage) -> str:
    """Return the unusual port at which nginx is published, if Django does not see it; or ``""``."""
    entrance = passage.hop.first.entrance
    published = entrance.port.published if entrance.port else None
    if entrance.exposure is not Exposure.PUBLIC or not isinstance(published, Known):
        return ""
    port = published.value
    if not port.isdigit() or port == _USUAL[entrance.scheme]:
        return ""
    host = raw_host(passage.app, received(passage, f"site.example:{port}"))
    return port if host == Known("site.example") else ""


def _finding(deployment: Deployment, app: App, port: str, ways: list[Passage]) -> Finding:
    first = ways[0]
    place = set_at(first, "host") or first.hop.target.span
    published = first.hop.first.entrance.port
    return Finding(
        f"nginx is published on port {port} and hides it from Django in service {services(app, ways)}: forms "
        "that browsers send there are refused",
        Label(place.first_line(), "is the host without its port"),
        distinct(
            (
                *(
                    (Label(published.span, "browsers come to this port"),)
                    if published and published.span
                    else ()
                ),
                *(Label(set_at(one, "host") or one.hop.target.span, "and here") for one in ways[1:]),
            ),
            place,
            4,
        ),
        notes=(
            f"{app.settings.module} is the settings module",
            f"Django compares the Origin of a form, which ends in :{port}, with the Host that it sees",
            "a proxy before this nginx that listens on a usual port makes this pointless",
        ),
        help=f"write `proxy_set_header Host $http_host;`, or name the origin with :{port} as a trusted one",
        stacks=(deployment.name,),
        address=("port", first.model.service, *app.services),
        fixes=send(ways, "Host", "$http_host", safe=True),
        severity=Severity.INFO,
    )
