"""What folders of the repository that a stack mounts hide in the images that it builds."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from confguard.model.container_files import ContainerFiles, Layer, below
from confguard.source import Span

if TYPE_CHECKING:
    from confguard.model.deployment import Deployment

_CODE = (".py", ".js", ".mjs", ".cjs", ".ts", ".tsx", ".jsx", ".vue")
_ENOUGH = 3
"""Fewer files of code are rather scripts beside the code."""


@dataclass(frozen=True, slots=True)
class Hidden:
    """A folder of the repository that is mounted over the code which a service's image has.

    ``copies`` are the places in the Dockerfile that put the code there; ``made`` the paths below it that
    the image's build makes and the folder does not have, with where they are made.
    """

    service: str
    mount: Layer
    copies: tuple[Span, ...]
    made: tuple[tuple[str, Span | None], ...]


def hidden_code(deployment: Deployment) -> Iterator[Hidden]:
    """Yield each mount of the repository's code over the same code in the image of a service."""
    for name, process in deployment.processes.items():
        layers = process.files.layers
        for mount in layers:
            if mount.kind != "bind" or mount.path is None or not _is_code(deployment, mount.path):
                continue
            under = [one for one in layers if one.kind == "copy" and _lies_in(one, mount)]
            copies = tuple(one.span for one in under if one.path is not None and one.span is not None)
            made = tuple(
                (one.target, one.span)
                for one in under
                if one.path is None
                and one.target != mount.target
                and _is_missing(deployment, process.files, mount, one)
            )
            if copies or made:
                yield Hidden(name, mount, tuple(dict.fromkeys(copies)), made)


def _is_code(deployment: Deployment, path: str) -> bool:
    folder = "" if path == "." else path
    if folder and not deployment.project.is_folder(folder):
        return False
    found = 0
    for one in deployment.project.under(folder):
        found += one.endswith(_CODE)
        if found >= _ENOUGH:
            return True
    return False


def _lies_in(copied: Layer, mount: Layer) -> bool:
    """Say whether something of the image lies in a mount's place, and is the same of the repository."""
    if below(copied.target, mount.target) is None and below(mount.target, copied.target) is None:
        return False
    if copied.path is None:
        return below(copied.target, mount.target) is not None
    rest = below(mount.target, copied.target)
    if rest is not None:
        return posixpath.join(copied.path, rest).rstrip("/") == (mount.path or "")
    rest = below(copied.target, mount.target)
    return rest is not None and posixpath.join(mount.path or "", rest) == copied.path


def _is_missing(deployment: Deployment, files: ContainerFiles, mount: Layer, made: Layer) -> bool:
    if files.provider(made.target) is not mount:
        return False  # a volume there is filled with what the image has
    path = posixpath.join(mount.path or "", below(made.target, mount.target) or "")
    return not deployment.project.exists(path) and not deployment.project.is_folder(path)
