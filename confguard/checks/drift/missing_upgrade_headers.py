"""WebSockets reach the application through nginx."""

from __future__ import annotations

import re
from collections.abc import Iterator

from confguard.finding import Finding, Fix, Label
from confguard.fixes.edits import whole
from confguard.fixes.nginx import set_limit, set_request_headers
from confguard.model.deployment import App, Deployment
from confguard.model.django import Items
from confguard.model.listening.find import programs
from confguard.model.nginx import (
    Level,
    Missing,
    NginxModel,
    Target,
    http_version,
    request_headers,
    upstream_targets,
)
from confguard.model.repo import Repo
from confguard.model.responses import app_behind, named_for_websockets, service_behind
from confguard.model.value import Known

_ASGI = frozenset({"daphne", "uvicorn", "hypercorn", "granian"})
_ROUTES = re.compile(r"""["']websocket["']""")
_HELP = (
    "pass the request to upgrade on: `proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; "
    'proxy_set_header Connection "upgrade";`'
)


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each route to WebSockets on which nginx drops the request to upgrade."""
    for deployment in repo.production:
        for model in deployment.proxies:
            servers: dict[Level | None, list[Target]] = {}
            for target in upstream_targets(model):
                if target.protocol == "proxy":
                    servers.setdefault(target.level.enclosing("server"), []).append(target)
            for targets in servers.values():
                yield from _judge(deployment, model, targets)


def _judge(deployment: Deployment, model: NginxModel, targets: list[Target]) -> Iterator[Finding]:
    named = [target for target in targets if named_for_websockets(target)]
    for target in named:
        if service_behind(deployment, target) is None:
            continue
        lacks = _lacks(model, target)
        # Socket.IO goes on by polling.
        polls = target.location is not None and "socket.io" in target.location.pattern.replace("\\", "")
        if lacks and not polls:
            yield _finding(deployment, model, target, lacks, None)
    routes = [target for target in targets if _speaks_websockets(deployment, target)]
    if named or not routes or any(_lacks(model, target) != "Upgrade" for target in routes):
        return
    # Paths that no location names, as those of WebSockets here, come to the widest one.
    widest = min(routes, key=lambda target: len(target.location.pattern) if target.location else 0)
    app = app_behind(deployment, widest)
    if app is not None:
        yield _finding(deployment, model, widest, "Upgrade", app)


def _lacks(model: NginxModel, target: Target) -> str:
    """Return what a handshake lacks: ``Upgrade``, ``Connection``, ``HTTP/1.1``, or ``""``."""
    headers, missing = request_headers(model, target.level)
    if isinstance(missing, Missing):
        return ""
    given = {one.name.lower(): one.value for one in headers}
    for name in ("Upgrade", "Connection"):
        value = given.get(name.lower())
        if value is None or (isinstance(value, Known) and value.value.lower() in ("", "close", "keep-alive")):
            return name
    version = http_version(model, target.level)
    return "HTTP/1.1" if isinstance(version, Known) and version.value == "1.0" else ""


def _speaks_websockets(deployment: Deployment, target: Target) -> bool:
    """Say whether Channels is installed where a route leads, and run by a server for ASGI."""
    app, service = app_behind(deployment, target), service_behind(deployment, target)
    if app is None or service is None or "ASGI_APPLICATION" not in app.settings:
        return False
    installed = app.settings.get("INSTALLED_APPS")
    if not isinstance(installed, Known) or not isinstance(installed.value, Items):
        return False
    names = {item.value for item in installed.value if isinstance(item, Known)}
    if "channels" not in names or not _routes_websockets(deployment, app):
        return False
    return any(
        one.name in _ASGI or (one.name == "gunicorn" and any("uvicorn" in word for word in one.words))
        for one in programs(deployment, service.name)
    )


def _routes_websockets(deployment: Deployment, app: App) -> bool:
    """Say whether the module of ASGI_APPLICATION names WebSockets: Channels may be there for layers alone."""
    setting = app.settings.get("ASGI_APPLICATION")
    if not isinstance(setting, Known) or not isinstance(setting.value, str):
        return False
    tail = "/".join(setting.value.split(".")[:-1]) + ".py"
    paths = (path for path in deployment.project.paths if path == tail or path.endswith(f"/{tail}"))
    sources = (deployment.project.read(path) for path in paths)
    return any(source is not None and _ROUTES.search(source.text) for source in sources)


def _finding(
    deployment: Deployment, model: NginxModel, target: Target, lacks: str, app: App | None
) -> Finding:
    where = target.location.title if target.location else "the server"
    what = "HTTP/1.1" if lacks == "HTTP/1.1" else f"the {lacks} header"
    whole = "no route" if app else where
    service = service_behind(deployment, target)
    name = service.name if service else ""
    words = f"speaks HTTP/1.0 to {name}" if lacks == "HTTP/1.1" else "nginx drops it"
    related = []
    setting = app.settings.get("ASGI_APPLICATION") if app else None
    if setting is not None and setting.span is not None:
        related.append(Label(setting.span.first_line(), "Channels answers WebSockets here"))
    verb = f"{whole} passes {what} on to {name}" if app else f"{whole} does not pass {what} on to {name}"
    if lacks == "HTTP/1.1":
        verb = f"{where} passes requests on to {name} by HTTP/1.0"
    return Finding(
        f"{verb}: no WebSocket can be opened through nginx",
        Label(target.span.first_line(), words),
        tuple(related),
        help=_HELP,
        stacks=(deployment.name,),
        address=(target.span.path, where, "upgrade"),
        fixes=_fixes(model, target, everything=app is not None),
    )


def _fixes(model: NginxModel, target: Target, *, everything: bool) -> tuple[Fix, ...]:
    """Return the fix; where the route is for pages as well, it closes connections that could be kept."""
    level, beside = target.level, target.statement
    wanted = {"Upgrade": "$http_upgrade", "Connection": "upgrade"}
    edits = list(set_request_headers(model, level, wanted, beside) or (None,))
    if http_version(model, level) != Known("1.1"):
        edits.append(set_limit(level, "proxy_http_version", "1.1", beside))
    return whole("pass the request to upgrade on", edits, safe=not everything)
