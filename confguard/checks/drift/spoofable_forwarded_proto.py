"""Only the proxy says whether a request came over HTTPS."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.checks._forwarding import listens, send, services, setting
from confguard.checks._labels import distinct
from confguard.finding import Finding, Label, Severity
from confguard.model.belief import is_secure, proxy_header
from confguard.model.deployment import App, Deployment
from confguard.model.forwarding import PROBE, secure_headers, set_at
from confguard.model.passages import Exposure, Passage
from confguard.model.received import received
from confguard.model.repo import Repo
from confguard.model.value import Known


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each nginx that lets its clients say that plain HTTP were HTTPS."""
    for deployment in repo.production:
        for app in deployment.apps:
            believed = proxy_header(app)
            name = believed.value[0] if isinstance(believed, Known) and believed.value else ""
            if not name:
                continue
            ways = [one for one in deployment.passages if one.app is app and one.exposure is Exposure.PUBLIC]
            for model in dict.fromkeys(one.model for one in ways):
                here = [one for one in ways if one.model is model]
                open_ = [one for one in here if one.scheme == "http" and _is_open(deployment, app, one)]
                if open_:
                    yield _finding(deployment, app, name, open_, here)


def _is_open(deployment: Deployment, app: App, passage: Passage) -> bool:
    lying = is_secure(deployment, passage, received(passage, PROBE, secure_headers(app)))
    honest = is_secure(deployment, passage, received(passage, PROBE))
    return lying == Known(True) and honest != Known(True)


def _finding(
    deployment: Deployment, app: App, name: str, open_: list[Passage], all_: list[Passage]
) -> Finding:
    first = open_[0]
    primary = set_at(first, name) or first.hop.target.span
    ends_tls = any(one.scheme == "https" for one in all_)
    titles = list(dict.fromkeys(one.level.title for one in open_))
    where = titles[0] if len(titles) == 1 else f"{len(titles)} locations"
    return Finding(
        f"any client of nginx can say {name.title()}: https in {where}, and Django in service "
        f"{services(app, open_)} believes it",
        Label(primary.first_line(), "passes on what the client says"),
        distinct(
            (
                *(Label(set_at(one, name) or one.hop.target.span, "and here") for one in open_[1:]),
                *setting(app, "SECURE_PROXY_SSL_HEADER", "Django believes this header"),
                *listens(open_),
            ),
            primary,
        ),
        notes=(
            f"{app.settings.module} is the settings module",
            "HTTPS ends in this nginx, so that nobody before it can know better"
            if ends_tls
            else "this is right where a proxy before this nginx sets the header, and nobody can go around it",
        ),
        help=f"write `proxy_set_header {name.title()} $scheme;` in each level that has such directives, "
        "or let only the proxy before it reach this nginx",
        stacks=(deployment.name,),
        address=(first.model.service, *app.services),
        fixes=send(open_, name.title(), "$scheme", safe=False) if ends_tls else (),
        severity=None if ends_tls else Severity.INFO,
    )
