"""What answers a path that clients ask for: an application behind nginx, or nginx by itself."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from confguard.model.deployment import App, Deployment
from confguard.model.nginx import NginxModel, Request, Route, route, upstream_path
from confguard.model.passages import Entrance, Exposure
from confguard.model.responses import service_behind
from confguard.model.value import Known

if TYPE_CHECKING:
    from confguard.model.django.routes import Route as DjangoRoute

_MAX_HOPS = 3


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """Who answers a request at one entrance.

    ``sent`` is the path that the application is asked for, None where nginx answers by itself: with
    ``status``, and with ``file`` of its container where that is a page.
    """

    entrance: Entrance
    model: NginxModel
    way: Route
    sent: str | None = None
    status: int = 0
    file: str = ""


def answers(deployment: Deployment, app: App, path: str, method: str = "GET") -> tuple[Answer, ...] | None:
    """Return who answers a path at each entrance that leads to an application; None if one is not known.

    Entrances that send clients elsewhere for the path, mostly to https, are left out. No file of nginx's
    own is taken to have the name of a path without an extension, and folders with pages to have an
    ``index.html``.
    """
    found: list[Answer] = []
    seen: dict[Entrance, NginxModel] = {}
    for passage in deployment.passages:
        if passage.app is app:
            seen.setdefault(passage.hop.first.entrance, passage.hop.first.model)
    for entrance, model in seen.items():
        answer = _follow(deployment, app, model, entrance, Request(path, method=method), 1)
        if answer is None:
            return None
        if not 300 <= answer.status < 400:
            found.append(answer)
    return tuple(found)


def _follow(
    deployment: Deployment, app: App, model: NginxModel, entrance: Entrance, asked: Request, hops: int
) -> Answer | None:
    listen = entrance.listen
    names = [name.text for name in entrance.server.names if name.kind == "exact" and name.text]
    request = Request(
        asked.target,
        names[0] if names else "localhost",
        entrance.scheme,
        listen.port or 0,
        asked.method,
        exists=_exists(asked.target),
    )
    way = route(model, request)
    if way.unknown or way.through or way.server is not entrance.server:
        return None
    if not way.targets:
        status = way.status.value if isinstance(way.status, Known) else 0
        return Answer(entrance, model, way, None, status, way.file) if status else None
    sent = upstream_path(way)
    services = [service_behind(deployment, target) for target in way.targets]
    service = services[0]
    if not isinstance(sent, Known) or service is None or any(one is not service for one in services):
        return None
    if deployment.app_of(service.name) is app and deployment.serves_http(service.name):
        return Answer(entrance, model, way, sent.value.partition("?")[0])
    port = way.targets[0].port
    inner = next((one for one in deployment.proxies if one.service == service.name), None)
    if inner is None or hops >= _MAX_HOPS or not isinstance(port, Known):
        return None
    for server in inner.servers:
        for heard in server.listens:
            if not heard.unknown and heard.port == port.value:
                within = Entrance(server, heard, Exposure.INSIDE)
                return _follow(
                    deployment, app, inner, within, Request(sent.value, method=asked.method), hops + 1
                )
    return None


def _exists(path: str) -> Callable[[str], bool | None]:
    own = path.strip("/")

    def exists(asked: str) -> bool | None:
        text = asked.strip("/")
        if not posixpath.splitext(own)[1] and (text.endswith(own) or f"/{own}/" in f"/{text}/"):
            return False
        return True if posixpath.basename(text) == "index.html" else None

    return exists


def literal_routes(app: App) -> Iterator[tuple[str, DjangoRoute]]:
    """Yield the paths without variables that views surely answer, each with its route."""
    urlconf = app.settings.urlconf
    for one in urlconf.routes:
        path = f"/{one.head}"
        if one.kind == "view" and one.certain and one.matches(path) and urlconf.match(path)[:1] == (one,):
            yield path, one


@dataclass(frozen=True, slots=True, eq=False)
class Misrouted:
    """A route that no request from outside reaches: ``answer`` is the first of those that come instead.

    ``reached`` is another path of the same view that does lead to it, or ``""``.
    """

    path: str
    route: DjangoRoute
    answer: Answer
    reached: str = ""

    @property
    def is_lost(self) -> bool:
        """Whether the application gets the request under a path that it has no route for."""
        return self.answer.sent is not None


def misrouted(deployment: Deployment, app: App) -> tuple[Misrouted, ...]:
    """Return the literal paths of an application's views that nginx surely leads elsewhere.

    What nginx refuses or answers by ``return`` is meant, and so are files: neither is in it.
    """
    if not any(passage.app is app for passage in deployment.passages):
        return ()
    lost: list[tuple[str, DjangoRoute, Answer]] = []
    reached: dict[str, str] = {}
    for path, one in literal_routes(app):
        found = answers(deployment, app, path) or ()
        if any(_reaches(app, answer) for answer in found):
            reached.setdefault(one.view or path, path)
        elif found and _is_page(path, one) and all(_is_missed(app, answer) for answer in found):
            lost.append((path, one, found[0]))
    return (
        *(Misrouted(path, one, answer, reached.get(one.view or path, "")) for path, one, answer in lost),
        *_halves_of_admin(deployment, app),
    )


def _halves_of_admin(deployment: Deployment, app: App) -> Iterator[Misrouted]:
    """Yield the admin whose login is led to Django and whose pages are not: who logs in gets no further.

    An admin of which nothing is led to Django may be meant for other ways.
    """
    for one in app.settings.urlconf.of_kind("admin"):
        path = f"/{one.head}"
        if not one.certain or not path.endswith("/") or not one.matches(path):
            continue
        login = answers(deployment, app, f"{path}login/") or ()
        found = answers(deployment, app, path) or ()
        if not login or not found or not all(_reaches(app, answer) for answer in login):
            continue
        if all(_is_missed(app, answer) for answer in found):
            yield Misrouted(path, one, found[0])


def _is_page(path: str, one: DjangoRoute) -> bool:
    """Say whether a path is that of a page or an interface: no file, and not the first page."""
    return path != "/" and not (one.view or "").startswith("django.views.static.")


def _reaches(app: App, answer: Answer) -> bool:
    return answer.sent is not None and app.settings.urlconf.routed(answer.sent) is not False


def _is_missed(app: App, answer: Answer) -> bool:
    if answer.sent is not None:
        return not _reaches(app, answer)
    statement = answer.way.statement
    if statement is not None and statement.name == "return":
        return False
    return bool(answer.status == 200 and answer.file) or answer.status in (404, 405)
