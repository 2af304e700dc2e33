"""Django answers for every name that its nginx serves."""

from __future__ import annotations

import re
from collections.abc import Iterator

from confguard.checks._forwarding import services
from confguard.checks._labels import distinct
from confguard.finding import Finding, Label, Severity
from confguard.model.belief import allowed_hosts, middleware, raw_host
from confguard.model.deployment import App, Deployment
from confguard.model.nginx import ServerName
from confguard.model.passages import Passage
from confguard.model.received import received
from confguard.model.repo import Repo
from confguard.model.value import Known
from confguard.words import joined

_COMMON = "django.middleware.common.CommonMiddleware"


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each application behind a server that has names which it refuses."""
    for deployment in repo.production:
        for app in deployment.apps:
            allowed = allowed_hosts(app)
            if not isinstance(allowed, Known) or not allowed.value or _COMMON not in (middleware(app) or ()):
                continue
            found: dict[str, tuple[ServerName, Passage]] = {}
            for passage in deployment.passages:
                if passage.app is app:
                    for name in _refused(passage, allowed.value):
                        found.setdefault(name.text, (name, passage))
            if found:
                yield _finding(deployment, app, allowed, list(found.values()))


def _refused(passage: Passage, allowed: tuple[str, ...]) -> Iterator[ServerName]:
    """Yield the names of the outermost server that reach Django and that it refuses."""
    from confguard.model.django.hosts import accepts

    for name in passage.hop.first.entrance.server.names:
        # What an environment puts in is compared when it is there; a name without a dot is for tests.
        if name.unknown or name.kind != "exact" or "." not in name.text or "$" in name.span.text:
            continue
        if name.text.replace(".", "").isdigit():
            continue
        host = raw_host(passage.app, received(passage, name.text))
        told = any(_means(entry, name.text) for entry in allowed) or not any(allowed)
        if host == Known(name.text) and not accepts(name.text, allowed) and not told:
            yield name


def _means(entry: str, host: str) -> bool:
    """Say whether an entry is meant to let a host in and written in a way that Django does not understand.

    With a scheme, a port, a glob, or several in one text: the rule about entries tells of it.
    """
    if entry.startswith("*.") and host.endswith(entry[1:]):
        return True
    return re.search(rf"(?<![\w.-]){re.escape(host)}(?![\w.-])", entry) is not None


def _finding(
    deployment: Deployment, app: App, allowed: Known[tuple[str, ...]], found: list[tuple[ServerName, Passage]]
) -> Finding:
    names = [name for name, _ in found]
    primary = names[0].span
    place = allowed.span.first_line() if allowed.span else None
    hosts = ", ".join(allowed.value[:4])
    return Finding(
        f"nginx serves {joined([name.text for name in names])}, and ALLOWED_HOSTS of service "
        f"{services(app, [one for _, one in found])} does not have {'it' if len(names) == 1 else 'them'}: "
        "Django answers 400",
        Label(primary, "requests for it are refused"),
        distinct(
            (
                *(Label(name.span, "and this one") for name in names[1:]),
                *((Label(place, f"lets in {hosts}"),) if place else ()),
            ),
            primary,
        ),
        notes=(f"{app.settings.module} is the settings module",),
        help="list the names in ALLOWED_HOSTS, or take out of nginx the ones that are not served any more",
        stacks=(deployment.name,),
        address=("server_name", *app.services),
        severity=Severity.WARNING if allowed.from_template else None,
    )
