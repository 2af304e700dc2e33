"""What becomes of a request for a static or an uploaded file of Django: who answers, from which folder."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from confguard.model.nginx import NginxModel, Request, Route, Server, Target, route
from confguard.model.responses.behind import app_behind, service_behind
from confguard.model.roles import ServiceRole
from confguard.model.value import Known, Unknown
from confguard.model.volumes import Kept, container_path, kept, sharing

if TYPE_CHECKING:
    from confguard.model.container_files import ContainerFiles
    from confguard.model.deployment import App, Deployment

_PROBE = {"STATIC": "confguard/probe.css", "MEDIA": "confguard/probe.jpg"}


class Answer(Enum):
    """Who answers a request for such a file, as far as nginx decides."""

    FOLDER = "a folder in which the files are, or may be"
    EMPTY = "a folder in which they surely are not"
    APP = "the application itself"
    ELSEWHERE = "a front end of the stack, which has other files"
    OTHER = "somebody else, or not known"


@dataclass(frozen=True, eq=False)
class Served:
    """How one server of an nginx answers for the files of an application.

    ``kind`` is STATIC or MEDIA, ``folder`` what nginx looks into (its container's path), ``why`` a few words
    on an EMPTY one, ``roots`` where the application's services have the files.
    """

    kind: str
    app: App
    model: NginxModel
    server: Server
    url: Known[str]
    answer: Answer
    way: Route
    folder: str = ""
    why: str = ""
    roots: tuple[Kept, ...] = ()


def served(deployment: Deployment, kind: str) -> Iterator[Served]:
    """Yield how each nginx that passes requests to a Django application answers for its files."""
    for app in deployment.apps:
        url = url_of(app, kind)
        if url is None:
            continue
        for model in deployment.proxies:
            for server in model.servers:
                if not server.is_stock and _leads_to(deployment, server, model, app):
                    yield _ask(deployment, app, model, server, kind, url)


def url_of(app: App, kind: str) -> Known[str] | None:
    """Return the path under which links to the files begin, with both slashes; None for other hosts."""
    value = app.settings.get(f"{kind}_URL")
    if not isinstance(value, Known) or not isinstance(value.value, str) or "//" in value.value:
        return None
    path = value.value.strip("/")
    return Known(f"/{path}/", value.trail) if path else None


def _leads_to(deployment: Deployment, server: Server, model: NginxModel, app: App) -> bool:
    from confguard.model.nginx import targets_of

    return any(
        app_behind(deployment, target) is app
        for level in server.levels()
        for target in targets_of(model, level)
    )


def _ask(
    deployment: Deployment, app: App, model: NginxModel, server: Server, kind: str, url: Known[str]
) -> Served:
    files = deployment.container_files[model.service]
    roots = tuple(_roots(deployment, app, kind))
    way = _way(model, server, f"{url.value}{_PROBE[kind]}", True)
    if way is None or way.unknown or way.server is not server:
        return Served(kind, app, model, server, url, Answer.OTHER, way or Route(Request()))
    if way.targets:
        return Served(kind, app, model, server, url, _behind(deployment, way.targets, app), way, roots=roots)
    if not way.file.endswith(_PROBE[kind]):
        return Served(kind, app, model, server, url, Answer.OTHER, way)
    folder = way.file[: -len(_PROBE[kind])]
    why = _why_empty(deployment, files, model, folder, roots)
    if why is None:
        return Served(kind, app, model, server, url, Answer.FOLDER, way, folder, roots=roots)
    again = _way(model, server, f"{url.value}{_PROBE[kind]}", False)
    if again is not None and again.targets and not again.unknown:
        answer = _behind(deployment, again.targets, app)
        return Served(kind, app, model, server, url, answer, again, folder, why, roots)
    return Served(kind, app, model, server, url, Answer.EMPTY, way, folder, why, roots)


def _behind(deployment: Deployment, targets: tuple[Target, ...], app: App) -> Answer:
    if all(app_behind(deployment, one) is app for one in targets):
        return Answer.APP
    services = [service_behind(deployment, one) for one in targets]
    front = all(one and deployment.roles[one.name].role is ServiceRole.FRONTEND for one in services)
    return Answer.ELSEWHERE if front else Answer.OTHER


def _way(model: NginxModel, server: Server, path: str, there: bool) -> Route | None:
    """Follow a request to a server, over TLS where it speaks that."""
    listens = sorted(server.listens, key=lambda one: not one.ssl)
    listen = next((one for one in listens if one.port is not None and "quic" not in one.parameters), None)
    if listen is None or listen.port is None:
        return None
    name = next((one.text for one in server.names if one.kind == "exact" and not one.unknown), "")
    scheme = "https" if listen.ssl else "http"
    return route(
        model,
        Request(
            path, name or "confguard.invalid", scheme, listen.port,
            exists=lambda asked: there and not asked.endswith("/"),
        ),
    )  # fmt: skip


def _roots(deployment: Deployment, app: App, kind: str) -> Iterator[Kept]:
    for service in app.services:
        files = deployment.container_files[service]
        path = container_path(files, app.settings.get(f"{kind}_ROOT"), app.settings.path)
        found = kept(files, service, path.value) if isinstance(path, Known) else path
        if isinstance(found, Kept):
            yield found


def _why_empty(
    deployment: Deployment, files: ContainerFiles, model: NginxModel, folder: str, roots: tuple[Kept, ...]
) -> str | None:
    """Return why the files are surely not in a folder of nginx's container, or None."""
    if not roots:
        return None
    if not folder.endswith("/"):
        return f"the path ends without a slash, so that files are looked for as {folder}NAME"
    own = kept(files, model.service, folder)
    if isinstance(own, Unknown):
        return None
    if own.layer is None:
        return _in_image(deployment, files, model, own.path)
    if own.location is None or any(root.location == own.location for root in roots):
        return None
    if own.layer.path is not None and files.project.is_folder(own.location[1]):
        return None  # the repository has files there
    users = {name for name, _ in sharing(deployment, own)}
    mine = {service for root in roots for service in [root.service]}
    kind, name = own.storage or ("", "")
    if kind == "volume" and not users:
        return f"nothing but {model.service} mounts the volume {name}"
    if not users & mine or users - mine:
        return None  # somebody else may fill it
    return _elsewhere(own, roots, users)


def _elsewhere(own: Kept, roots: tuple[Kept, ...], users: set[str]) -> str | None:
    """Say where the application has the files, if that is surely another place than what is shared."""
    root = next((one for one in roots if one.service in users), None)
    if root is None:
        return None
    if root.storage == own.storage:
        return f"the application puts them into another folder of the same volume ({root.path})"
    return f"the application puts them into {root.path}, which is not what the two share"


def _in_image(deployment: Deployment, files: ContainerFiles, model: NginxModel, folder: str) -> str | None:
    if files.foreign or files.mounts_below(folder) or files.provider(folder) is not None:
        return None
    image = deployment.processes[model.service].image
    made = (
        [one.text for stage in image.stages for one in stage.instructions if one.name == "RUN"]
        if image
        else []
    )
    parent = posixpath.basename(posixpath.normpath(folder))
    if any(parent in text for text in made) or any(_near(layer.target, folder) for layer in files.layers):
        return None
    return f"nothing is mounted there, and the image of {model.service} has nothing there either"


def _near(target: str, folder: str) -> bool:
    """Say whether a COPY or mount may have to do with a folder: it lies in it, or around it."""
    return folder == target or folder.startswith(f"{target.rstrip('/')}/") or target.startswith(f"{folder}/")
