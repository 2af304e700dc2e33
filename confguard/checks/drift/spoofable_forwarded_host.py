"""Only the proxy says in X-Forwarded-Host which host was asked for."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.checks._forwarding import send, services, setting
from confguard.checks._labels import distinct
from confguard.finding import Finding, Label, Severity
from confguard.model.belief import allowed_hosts, raw_host
from confguard.model.deployment import App, Deployment
from confguard.model.forwarding import PROBE
from confguard.model.passages import Exposure, Passage
from confguard.model.received import received
from confguard.model.repo import Repo
from confguard.model.value import Known

_LIE = "stranger.example"


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each application that takes a client's X-Forwarded-Host for the host."""
    for deployment in repo.production:
        for app in deployment.apps:
            used = app.settings.get("USE_X_FORWARDED_HOST")
            if not isinstance(used, Known) or not used.value or used.span is None:
                continue
            found = [
                one
                for one in deployment.passages
                if one.app is app and one.exposure is Exposure.PUBLIC and _is_open(one)
            ]
            if found:
                yield _finding(deployment, app, used, found)


def _is_open(passage: Passage) -> bool:
    return raw_host(passage.app, received(passage, PROBE, {"X-Forwarded-Host": _LIE})) == Known(_LIE)


def _finding(deployment: Deployment, app: App, used: Known[object], found: list[Passage]) -> Finding:
    hosts = allowed_hosts(app)
    assert used.span is not None
    primary = used.span.first_line()
    everything = isinstance(hosts, Known) and "*" in hosts.value
    return Finding(
        f"USE_X_FORWARDED_HOST is on in service {services(app, found)}, and nginx passes on the "
        "X-Forwarded-Host that a client sends",
        Label(primary, "takes the host from a header that nginx does not set"),
        distinct(
            (
                *(Label(one.hop.target.span, "the client's header passes") for one in found),
                *(setting(app, "ALLOWED_HOSTS", "lets every host through") if everything else ()),
            ),
            primary,
            4,
        ),
        notes=(
            f"{app.settings.module} is the settings module",
            "ALLOWED_HOSTS lets every host through, so that a client chooses the host in links and mails"
            if everything
            else "ALLOWED_HOSTS is all that limits what a client may choose",
        ),
        help="turn USE_X_FORWARDED_HOST off, for nginx passes the Host itself on; or write "
        "`proxy_set_header X-Forwarded-Host $host;`",
        stacks=(deployment.name,),
        address=("USE_X_FORWARDED_HOST", *app.services),
        fixes=send(found, "X-Forwarded-Host", "$host", safe=False),
        severity=None if everything and not used.from_template else Severity.INFO,
    )
