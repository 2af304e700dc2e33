"""The data of a database lies in a volume that outlives its container."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.finding import Finding, Label
from confguard.model.compose import Service
from confguard.model.container_files import Layer
from confguard.model.data_folders import OLD_POSTGRES, data_folder, postgres_version, runs_server
from confguard.model.deployment import Deployment
from confguard.model.repo import Repo
from confguard.model.value import Unknown


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each database whose folder is in no volume, or that cannot use its mount."""
    for deployment in repo.production:
        for service in deployment.services.values():
            if runs_server(deployment.processes[service.name].words):
                yield from _judge(deployment, service)


def _judge(deployment: Deployment, service: Service) -> Iterator[Finding]:
    process, reference = deployment.processes[service.name], deployment.base_image(service)
    folder = data_folder(reference, process.environment) if reference else None
    if reference is None or folder is None or service.span is None:
        return
    files = deployment.container_files[service.name]
    old = files.mount_at(OLD_POSTGRES)
    if (postgres_version(reference) or 0) >= 18 and folder != OLD_POSTGRES and _is(old, OLD_POSTGRES):
        assert isinstance(old, Layer)
        yield Finding(
            f"service {service.name} keeps its data in `{OLD_POSTGRES}`, where postgres:{reference.tag} does "
            "not start with a volume",
            Label(
                old.span.first_line() if old.span else service.span, "mounted at the folder of 17 and before"
            ),
            notes=("from 18 on the image keeps its data below /var/lib/postgresql, by version",),
            help="mount the volume at /var/lib/postgresql, and move the data with pg_upgrade or a dump",
            stacks=(deployment.name,),
            address=(service.name, "old folder"),
        )
        return
    mount = files.mount_at(folder)
    if isinstance(mount, Unknown) or (mount is not None and _outlives(mount)) or files.mounts_below(folder):
        return
    what = "an anonymous volume" if mount is None or mount.kind == "volume" else "memory"
    place = mount.span if mount is not None and mount.span else service.span
    others = [layer for layer in files.layers if layer.is_mount and layer.span and layer.kind == "volume"]
    yield Finding(
        f"service {service.name} keeps its data in `{folder}`, which is {what}: the next "
        "`docker compose down` loses it",
        Label(place.first_line(), f"no volume at {folder}"),
        tuple(Label(layer.span.first_line(), f"is at {layer.target}") for layer in others[:2] if layer.span),
        help=f"mount a named volume at {folder}",
        stacks=(deployment.name,),
        address=(service.name, "data"),
    )


def _outlives(mount: Layer) -> bool:
    return mount.kind in ("bind", "other") or (mount.kind == "volume" and mount.name is not None)


def _is(mount: Layer | Unknown | None, target: str) -> bool:
    return isinstance(mount, Layer) and mount.target == target and mount.kind in ("bind", "volume")
