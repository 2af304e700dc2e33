"""Uploaded files lie in a volume that outlives the container."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.finding import Finding, Label, Severity
from confguard.model.deployment import App, Deployment
from confguard.model.own_files import keeps_uploads, kept_in_folders
from confguard.model.repo import Repo
from confguard.model.roles import ServiceRole
from confguard.model.value import Known
from confguard.model.volumes import Kept, container_path, kept


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each application whose uploads are gone with its container."""
    for deployment in repo.production:
        for app in deployment.apps:
            if kept_in_folders(app, "MEDIA") and _is_set(app) and keeps_uploads(deployment):
                yield from _judge(deployment, app)


def _is_set(app: App) -> bool:
    value = app.settings.get("MEDIA_ROOT")
    return isinstance(value, Known) and value.value != "" and value.span is not None


def _judge(deployment: Deployment, app: App) -> Iterator[Finding]:
    places = [
        found for service in app.services if isinstance(found := _place(deployment, app, service), Kept)
    ]
    lost = [one for one in places if one.layer is None or one.layer.kind == "tmpfs"]
    servers = [one for one in lost if deployment.roles[one.service].role is ServiceRole.APP]
    setting = app.settings.get("MEDIA_ROOT")
    if not servers or setting is None or setting.span is None:
        return
    first = servers[0]
    service = deployment.services[first.service]
    related = [Label(service.span.first_line(), f"mounts nothing at {first.path}")] if service.span else []
    others = [
        (layer, name)
        for name in app.services
        for layer in deployment.container_files[name].layers
        if layer.is_mount and layer.span is not None and "media" in layer.target.lower()
    ]
    related += [
        Label(layer.span.first_line(), f"is at {layer.target} in {name}")
        for layer, name in others
        if layer.span
    ]
    yield Finding(
        f"uploaded files lie in `{first.path}` inside of the container of {first.service}: the next "
        "deployment loses them",
        Label(setting.span.first_line(), f"is {first.path} there"),
        tuple(related),
        help=f"mount a volume at {first.path}, or keep uploads in an object storage",
        stacks=(deployment.name,),
        address=(first.service, "MEDIA_ROOT"),
        severity=Severity.INFO if first.layer is not None else None,
    )


def _place(deployment: Deployment, app: App, service: str) -> object:
    files = deployment.container_files[service]
    path = container_path(files, app.settings.get("MEDIA_ROOT"), app.settings.path)
    return kept(files, service, path.value) if isinstance(path, Known) else path
