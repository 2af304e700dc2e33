"""Whether a service can write to a folder of its container: mounts, ``read_only``, the user it runs as."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from confguard.discover.history import tells_of_another_version
from confguard.model.absent import lines_with, made_by
from confguard.model.container_files import Layer
from confguard.model.value import Known, Unknown
from confguard.model.volumes import Kept, kept, sharing
from confguard.source import Span

if TYPE_CHECKING:
    from confguard.model.compose import Service
    from confguard.model.deployment import Deployment

_OWNING = re.compile(r"\b(?:chown|chmod|chgrp|setfacl|install|umask|permissions?|owner\w*)\b", re.IGNORECASE)
"""What gives a folder to somebody, or tells the operator to."""


def user_of(deployment: Deployment, service: Service) -> Known[str] | Unknown | None:
    """Return the user that a container runs as: Compose's, the Dockerfile's; None for the base image's."""
    if service.user is not None:
        return service.user
    image = deployment.processes[service.name].image
    return image.user if image is not None else None


def why_unwritable(deployment: Deployment, service: Service, path: str) -> tuple[str, Span | None] | None:
    """Return why a service surely cannot write to a folder, and the place that says so; None if it may.

    A volume that is empty at first gets its owner from the image's folder, and belongs to root where the
    image has none there (Docker: "Populate a volume using a container").
    """
    found = kept(deployment.container_files[service.name], service.name, path)
    if isinstance(found, Unknown):
        return None
    layer = found.layer
    if layer is None:
        if not service.read_only:
            return None
        return "the container is read-only, and nothing is mounted there", service.tree.key_span("read_only")
    if layer.read_only:
        return f"it is mounted read-only at {layer.target}", layer.span
    user = user_of(deployment, service)
    if layer.name is None or not isinstance(user, Known) or user.value.partition(":")[0] in ("", "0", "root"):
        return None
    if layer.kind == "bind":
        return _of_host(deployment, service, found, layer)
    if layer.kind != "volume":
        return None
    if _made_by_image(deployment, service, layer) or _made_by_others(deployment, found):
        return None
    name = user.value.partition(":")[0]
    return (
        f"the image has no folder {layer.target}, so that the volume {layer.name} belongs to root "
        f"and not to {name}",
        layer.span,
    )


def _of_host(
    deployment: Deployment, service: Service, found: Kept, layer: Layer
) -> tuple[str, Span | None] | None:
    """Return why a folder of the host that git does not have is not the user's, where that is sure.

    The daemon makes it, for root (Docker: "Bind mounts", "Syntax": ``-v`` and Compose's short form create
    it). Where a command of the repository makes it, it belongs to the operator, who is no system user.
    """
    name, project = layer.name or "", deployment.project
    parents = [name[:end] for end, letter in enumerate(name) if letter == "/"]
    if name.startswith(("/", "~", ".")) or layer.path is not None or any(map(project.exists, parents)):
        return None
    told = lines_with(project, deployment.files, posixpath.basename(name), _OWNING)
    if any(not tells_of_another_version(path) for path, _ in told):
        return None
    if any(_OWNING.search(deployment.processes[one].text) for one, _ in sharing(deployment, found)):
        return None
    user = user_of(deployment, service)
    shown = user.value.partition(":")[0] if isinstance(user, Known) else ""
    if service.user is not None or _OWNING.search(" ".join(deployment.processes[service.name].words)):
        return None
    made = made_by(project, deployment.files, name)
    if made and not _is_system_user(deployment, service, shown):
        return None
    maker = "whoever runs the commands makes it" if made else "the daemon makes it for root"
    return f"the folder {name} of the host is not in git: {maker}, and not {shown} of the image", layer.span


def _is_system_user(deployment: Deployment, service: Service, user: str) -> bool:
    """Say whether a user is surely made with the number of a system user, which nobody logs in as."""
    image = deployment.processes[service.name].image
    texts = [one.text for stage in image.stages for one in stage.instructions] if image else []
    making = re.compile(
        rf"(?:useradd|adduser)\b(?=[^;&|]*\s(?:-\w*[rS]\w*|--system)\b)(?![^;&|]*\s(?:-\w*u|--uid))[^;&|]*\b{re.escape(user)}\b"
    )
    return bool(user) and any(making.search(text) for text in texts)


def _made_by_image(deployment: Deployment, service: Service, layer: Layer) -> bool:
    """Say whether the image may have the folder of a volume, with an owner of its choice."""
    files, image = deployment.container_files[service.name], deployment.processes[service.name].image
    if image is None or files.foreign:
        return True
    name = posixpath.basename(layer.target)
    steps = [one for stage in image.stages for one in stage.instructions]
    texts = [one.text for one in steps if one.name in ("RUN", "WORKDIR", "VOLUME")]
    if any(re.search(rf"(?<![\w.-]){re.escape(name)}(?![\w-])", text) for text in texts):
        return True
    if any(re.search(r"\bcollectstatic\b", text) for text in texts) or _is_home(layer.target, texts):
        return True
    below = (one for one in files.layers if not one.is_mount)
    return any(
        one.target == layer.target or one.target.startswith(f"{layer.target}/") for one in below
    ) or any(
        one.path is not None
        and layer.target.startswith(f"{one.target.rstrip('/')}/")
        and files.project.is_folder(posixpath.join(one.path, posixpath.relpath(layer.target, one.target)))
        for one in files.layers
        if not one.is_mount
    )


def _is_home(target: str, texts: list[str]) -> bool:
    return (
        target.startswith("/home/")
        and any(re.search(r"useradd|adduser", text) for text in texts)
        and (target.count("/") == 2)
    )


def _made_by_others(deployment: Deployment, found: Kept) -> bool:
    """Say whether another service may give the volume to somebody: it runs chown, or as somebody else."""
    for name, _ in sharing(deployment, found):
        process = deployment.processes[name]
        if re.search(r"\bch(?:own|mod)\b|\binstall\b", process.text):
            return True
        image = process.image
        if image is None or (image.stage.span.path != _dockerfile(deployment, found.service)):
            return True
    return False


def _dockerfile(deployment: Deployment, service: str) -> str:
    image = deployment.processes[service].image
    return image.stage.span.path if image is not None else ""
