"""Mounts whose mount point cannot be made: it lies in a read-only bind mount whose folder does not have it.

The runtime makes missing mount points (runc, ``libcontainer/rootfs_linux.go``: ``createMountpoint``) in
what is mounted there already, the shorter path first; in a read-only bind mount that ends in ``read-only
file system``.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from confguard.model.absent import made_by
from confguard.model.container_files import Layer, below

if TYPE_CHECKING:
    from confguard.model.deployment import Deployment


@dataclass(frozen=True, slots=True)
class Blocked:
    """A mount of a service below a read-only bind mount; ``path`` is the project path that is not there."""

    service: str
    mount: Layer
    around: Layer
    path: str


def blocked(deployment: Deployment) -> Iterator[Blocked]:
    """Yield the mounts of a stack that a fresh checkout has no mount point for."""
    project = deployment.project
    for name, files in deployment.container_files.items():
        mounts = [layer for layer in files.layers if layer.is_mount and layer.span is not None]
        for mount in mounts:
            outer = [one for one in mounts if one is not mount and below(mount.target, one.target)]
            around = max(outer, key=lambda one: len(one.target), default=None)
            if around is None or around.kind != "bind" or not around.read_only:
                continue
            if around.path is None:
                continue
            path = posixpath.join(around.path, below(mount.target, around.target) or "")
            there = project.exists(path) or project.is_folder(path)
            if not project.is_folder(around.path) or there or _passes_link(deployment, path):
                continue
            if not made_by(project, deployment.files, path):
                yield Blocked(name, mount, around, path)


def _passes_link(deployment: Deployment, path: str) -> bool:
    """Say whether a part of a path is a file for git: a link or a submodule may have more behind it."""
    while path := posixpath.dirname(path):
        if deployment.project.exists(path):
            return True
    return False
