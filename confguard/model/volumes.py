"""Where files of a container are kept: in the container itself, or in a volume that others share."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from confguard.model.container_files import ContainerFiles, Layer, below
from confguard.model.value import Known, Unknown, Value

if TYPE_CHECKING:
    from confguard.model.deployment import Deployment


@dataclass(frozen=True, slots=True)
class Kept:
    """A folder of a container: the mount that it lies in, and its path below that mount.

    ``layer`` is None where it lies in the container itself and is gone with it.
    """

    service: str
    path: str
    layer: Layer | None
    inside: str = ""

    @property
    def storage(self) -> tuple[str, str] | None:
        """What keeps the files: the kind of the mount, and its volume or folder; None for nothing shared."""
        layer = self.layer
        if layer is None or layer.kind not in ("volume", "bind"):
            return None
        name = layer.path if layer.path is not None else layer.name
        return None if name is None else (layer.kind, name)

    @property
    def location(self) -> tuple[str, str] | None:
        """Where on the host the folder is: equal for two containers that see the same files."""
        found = self.storage
        return (
            None if found is None else (found[0], posixpath.normpath(posixpath.join(found[1], self.inside)))
        )


def kept(files: ContainerFiles, service: str, path: str) -> Kept | Unknown:
    """Return where a folder of a service's container is kept; unknown where a mount's place is."""
    path = posixpath.normpath(path)
    layer = files.mount_at(path)
    if isinstance(layer, Unknown):
        return layer
    if layer is None:
        return Kept(service, path, None)
    return Kept(service, path, layer, below(path, layer.target) or "")


def sharing(deployment: Deployment, one: Kept) -> Iterator[tuple[str, Layer]]:
    """Yield the other services that mount what keeps a folder, whichever part of it, and their mounts."""
    wanted = one.storage
    for name, files in deployment.container_files.items():
        for layer in files.layers:
            if name != one.service and layer.is_mount and Kept(name, layer.target, layer).storage == wanted:
                yield name, layer


def container_path(files: ContainerFiles, value: Value[Any] | None, module: str) -> Known[str] | Unknown:
    """Return the absolute path in a container that a setting names (``MEDIA_ROOT``, a database's file).

    One that the settings compute from their own place (``BASE_DIR``) starts from where the container has
    them: ``module`` is their path in the project. A relative one is seen from the working directory.
    """
    from confguard.model.django.values import Partial

    if not isinstance(value, Known):
        return value if value is not None else Unknown("it is not set")
    payload = value.value
    if isinstance(payload, Partial):
        first, *rest = payload.parts
        if not isinstance(first, Unknown) or "folder in which the project lies" not in first.reason:
            return Unknown("a part of the path is not known", value.trail)
        if any(isinstance(part, Unknown) for part in rest):
            return Unknown("a part of the path is not known", value.trail)
        inside = posixpath.normpath("".join(str(part) for part in rest).lstrip("/") or ".")
        here = files.path_of(module)
        if isinstance(here, Unknown):
            return here
        way = posixpath.relpath(f"/{inside}", f"/{posixpath.dirname(module)}")
        found = posixpath.normpath(posixpath.join(posixpath.dirname(here.value), way))
        return Known(found, value.trail)
    if isinstance(payload, (str, PurePosixPath)) and str(payload):
        absolute = files.absolute(str(payload))
        return absolute if isinstance(absolute, Unknown) else Known(absolute.value, value.trail)
    return Unknown("it is no path", value.trail)
