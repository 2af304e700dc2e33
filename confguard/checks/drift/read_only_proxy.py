"""An nginx whose file system is read-only can write what it has to."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.finding import Finding, Label, Severity
from confguard.fixes.compose import add_to_list
from confguard.fixes.edits import whole
from confguard.model.compose import Service
from confguard.model.container_files import ContainerFiles
from confguard.model.deployment import Deployment
from confguard.model.nginx import NginxModel
from confguard.model.nginx.writable import Written, written_folders
from confguard.model.repo import Repo
from confguard.model.value import Unknown


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each read-only nginx that lacks a folder to write to."""
    for deployment in repo.production:
        for model in deployment.proxies:
            service = deployment.services[model.service]
            reference = deployment.base_image(service)
            if not service.read_only or reference is None or reference.name not in _KNOWN:
                continue
            files = deployment.container_files[service.name]
            folders = written_folders(repo.project, model, reference.name)
            lacking = [one for one in folders if not _is_writable(files, one.folder)]
            if lacking:
                yield _finding(deployment, service, model, lacking)


_KNOWN = ("nginx", "nginx-unprivileged")


def _is_writable(files: ContainerFiles, folder: str) -> bool:
    """Say whether a folder is, or may be, in a mount that can be written to; /var/run is a link to /run."""
    candidates = (folder, folder.replace("/run", "/var/run", 1)) if folder.startswith("/run") else (folder,)
    for path in candidates:
        mount = files.mount_at(path)
        if isinstance(mount, Unknown) or (mount is not None and not mount.read_only):
            return True
    return bool(files.mounts_below(folder))


def _finding(deployment: Deployment, service: Service, model: NginxModel, lacking: list[Written]) -> Finding:
    place = service.tree.key_span("read_only") or service.span
    assert place is not None
    fatal = any(one.fatal for one in lacking)
    what = " and ".join(f"`{one.folder}` ({one.purpose})" for one in lacking)
    return Finding(
        f"service {service.name} is read-only and nginx cannot write {what}",
        Label(place.first_line(), "nginx does not start" if fatal else "its templates are not filled in"),
        help="add under `tmpfs`: " + ", ".join(one.folder for one in lacking),
        stacks=(deployment.name,),
        address=(model.service, "read_only"),
        severity=None if fatal else Severity.WARNING,
        fixes=whole(
            "give it folders in memory",
            [add_to_list(service, "tmpfs", [one.folder for one in lacking])],
            safe=True,
        )
        # A folder in memory would hide the image's own configuration.
        if not any(one.folder.startswith("/etc/") for one in lacking)
        else (),
    )
