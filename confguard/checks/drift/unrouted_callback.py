"""Addresses that others are told to call back are routes of Django."""

from __future__ import annotations

import re
from collections.abc import Iterator

from confguard.checks._entries import others, written
from confguard.finding import Finding, Label
from confguard.model.deployment import App, Deployment
from confguard.model.django.values import elements
from confguard.model.path_answers import answers
from confguard.model.repo import Repo
from confguard.model.value import Known
from confguard.words import joined

_NAME = re.compile(r"(^|_)(REDIRECT|CALLBACK|WEBHOOK)S?_?(URI|URL)$")
_URL = re.compile(r"https?://(?P<host>[\w.-]+)(?::\d+)?(?P<path>/[\w./-]+)\Z")
_LOCAL = ("localhost", "127.0.0.1")


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each variable with an address of the site at which nothing answers."""
    for deployment in repo.production:
        found: dict[str, tuple[App, str, Known[str], list[str]]] = {}
        for app in deployment.apps:
            for name in app.environment:
                value = app.environment.get(name)
                if not _NAME.search(name) or not isinstance(value, Known):
                    continue
                match = _URL.match(value.value)
                if match and _is_own(app, match["host"]) and _is_missed(deployment, app, match["path"]):
                    found.setdefault(name, (app, match["path"], value, []))[3].extend(app.services)
        for name, (app, path, value, services) in found.items():
            yield from _finding(deployment, app, name, path, value, services)


def _is_own(app: App, host: str) -> bool:
    allowed = (one.value for one in elements(app.settings.get("ALLOWED_HOSTS")) if isinstance(one, Known))
    return host in _LOCAL or any(
        host == one or (str(one).startswith(".") and f".{host}".endswith(str(one))) for one in allowed
    )


def _is_missed(deployment: Deployment, app: App, path: str) -> bool:
    """Say whether a path is surely Django's to answer, and no route of it, with a slash at its end or not."""
    urlconf = app.settings.urlconf
    if not urlconf.complete or any(
        urlconf.routed(one) is not False for one in (path, f"{path.rstrip('/')}/", path.rstrip("/"))
    ):
        return False
    found = answers(deployment, app, path) or ()
    if found:
        return all(one.sent == path for one in found)
    first = path.split("/")[1]
    return first == "api" and bool(urlconf.under(f"/{first}/"))


def _finding(
    deployment: Deployment, app: App, name: str, path: str, value: Known[str], services: list[str]
) -> Iterator[Finding]:
    place = written(value)
    if place is None:
        return
    word = "service" if len(services) == 1 else "services"
    yield Finding(
        f"{name} of {word} {joined(services)} names `{path}`, which is no route of Django: it answers 404",
        Label(place, "whoever calls back comes here"),
        others(value, place),
        notes=(f"{app.settings.urlconf.module} has {len(app.settings.urlconf.routes)} routes",),
        help="name the path that the URLconf has for it, here and where the other side is told of it",
        stacks=(deployment.name,),
        address=("callback", name),
    )
