"""Where the project's files lie in a service's container, and what of the project lies at a path in it.

An image's COPY and ADD, and what Compose mounts over them: bind mounts, volumes, tmpfs, configs, secrets.
A mount hides what lies below it (Docker: "Bind mounts", "Mounting a bind mount over existing data"); a
volume that is empty at first is filled with what the image has there, and keeps that when the image changes.
What RUN does to files is not followed.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from confguard.discover.project import Project
from confguard.model.copies import Filter, built_of, placements
from confguard.model.image import OFFICIAL, parse_image
from confguard.model.value import Known, Step, Trail, Unknown, Value
from confguard.source import Span

if TYPE_CHECKING:
    from confguard.model.compose import ComposeModel, Service
    from confguard.model.compose.types import Build, Grant, Mount, Resource
    from confguard.model.dockerfile import Image

Kind = Literal["copy", "bind", "volume", "tmpfs", "config", "secret", "other"]


@dataclass(frozen=True, slots=True)
class Layer:
    """Something that provides ``target`` of a container and what lies below it, over earlier layers.

    ``path`` is the file or folder of the project that lies there. Where it is None it is something else:
    a volume (``name``; None for an anonymous one), a folder of the host, what the image's build makes.
    """

    target: str
    kind: Kind
    path: str | None = None
    name: str | None = None
    read_only: bool = False
    span: Span | None = None
    reason: str = ""
    filter: Filter = field(default_factory=Filter)

    @property
    def is_mount(self) -> bool:
        """Whether it hides all that lies below it, and is not a part of the image."""
        return self.kind != "copy"


@dataclass(frozen=True, eq=False)
class ContainerFiles:
    """The files of one service's container, as far as they are the project's.

    ``layers`` are what provides them, the later over the earlier ones; ``working_directory`` is where the
    container starts. ``foreign`` says why other files of the project may be in it that are not seen here
    (an image that no Dockerfile of the repository makes), or ``""``.
    """

    project: Project
    layers: tuple[Layer, ...]
    working_directory: Value[str]
    foreign: str = ""
    lost: tuple[Unknown, ...] = ()
    """Mounts whose place in the container is not known."""

    def path_of(self, path: str) -> Known[str] | Unknown:
        """Return the absolute path of a project file or folder (``""`` is the root) in the container.

        Of several places the one below the working directory counts, then the newest. What is not
        committed but would lie in a folder that is there has its place, too.
        """
        path = "" if path == "." else path
        found = [one for layer in reversed(self.layers) if (one := self._place(layer, path)) is not None]
        found = found or list(self._pieced_together(path))
        home = self.working_directory.value if isinstance(self.working_directory, Known) else None
        near = [one for one in found if home is not None and below(one.value, home) is not None]
        if found:
            return (near or found)[0]
        return Unknown(
            self.foreign or f"nothing puts {path or 'the root of the repository'} into the container"
        )

    def _place(self, layer: Layer, path: str) -> Known[str] | None:
        rest = below(path, layer.path) if layer.path is not None else None
        if rest is None or layer.filter.leaves_out(path):
            return None
        target = posixpath.normpath(posixpath.join(layer.target, rest))
        return Known(target, _trail(layer)) if self.provider(target) in (layer, None) else None

    def _pieced_together(self, path: str) -> Iterator[Known[str]]:
        """Yield the places of a folder of which only some files and folders are there, one by one."""
        for layer in reversed(self.layers):
            rest = below(layer.path, path) if layer.path is not None else None
            if rest and layer.target.endswith(f"/{rest}") and self.provider(layer.target) is layer:
                yield Known(layer.target[: -len(rest)].rstrip("/") or "/", _trail(layer))

    def source_of(self, path: str) -> Known[str] | Unknown | None:
        """Return the project's file or folder that lies at a path in the container (absolute).

        None: nothing of the project does. Unknown: something lies there that may be the project's, or may
        have replaced it (a volume that was filled from the image, what the build makes).
        """
        path = posixpath.normpath(path)
        layer = self.provider(path)
        if layer is not None and layer.path is not None:
            found = self._found(layer, path)
            if found is not None:
                return Known(found, _trail(layer))
            return None
        if layer is not None:
            return None if layer.kind == "tmpfs" else Unknown(layer.reason, _trail(layer))
        for layer in reversed(self.layers):
            rest = below(layer.target, path)
            if rest and layer.path is not None and layer.path.endswith((f"/{rest}", rest)):
                folder = layer.path[: -len(rest)].rstrip("/")
                if posixpath.join(folder, rest) == layer.path:
                    return Known(folder, _trail(layer))
        return Unknown(self.foreign) if self.foreign else None

    def exists(self, path: str) -> bool | None:
        """Say whether there is something at a path in a fresh checkout's container; None: not known."""
        path = posixpath.normpath(path)
        if isinstance(self.source_of(path), Known) or any(
            below(layer.target, path) is not None for layer in self.layers if layer.is_mount or layer.path
        ):
            return True
        layer = self.provider(path)
        return False if layer is not None and layer.kind == "bind" and layer.path is not None else None

    def provider(self, path: str) -> Layer | None:
        """Return what provides a path in the container: the nearest mount, or the COPY that has it.

        What is made while the image is built replaces what was copied to a folder above it, and is taken to
        leave alone what was copied to the same folder. None: a part of the image of which no COPY is known to
        have it.
        """
        made: Layer | None = None
        for layer in reversed(self.layers):
            if below(path, layer.target) is None:
                continue
            if not layer.is_mount and layer.path is None:
                made = made or layer
            elif layer.is_mount or self._found(layer, path) is not None:
                return made if made is not None and below(made.target, layer.target) else layer
        return made

    def _found(self, layer: Layer, path: str) -> str | None:
        """Return the project's file or folder that a layer has at a path, or None."""
        rest = below(path, layer.target)
        if rest is None or layer.path is None:
            return None
        found = posixpath.join(layer.path, rest) if rest else layer.path
        there = self.project.exists(found) or self.project.is_folder(found)
        return found if there and not layer.filter.leaves_out(found) else None

    def mount_at(self, path: str) -> Layer | Unknown | None:
        """Return the mount in which a path of the container lies; None: it lies in the container itself.

        What is written in the container itself is gone with it. Unknown: a mount's place is not known.
        """
        mounts = [one for one in self.layers if one.is_mount and below(path, one.target) is not None]
        return mounts[-1] if mounts else self.lost[0] if self.lost else None

    def mounts_below(self, path: str) -> tuple[Layer, ...]:
        """Return the mounts that lie below a folder of the container."""
        return tuple(one for one in self.layers if one.is_mount and below(one.target, path))

    def absolute(self, path: str) -> Known[str] | Unknown:
        """Return a path as seen from the working directory, normalized."""
        home = self.working_directory
        if path.startswith("/"):
            return Known(posixpath.normpath(path))
        return (
            home if isinstance(home, Unknown) else Known(posixpath.normpath(posixpath.join(home.value, path)))
        )


def layout(
    project: Project, compose: ComposeModel, service: Service, build: Build | None, image: Image | None
) -> ContainerFiles:
    """Return where the files lie in the container of a service.

    ``build`` says how its image is built, by itself or by another, ``image`` what its Dockerfile makes of it.
    """
    built = built_of(project, build, image)
    layers = []
    if built is not None:
        layers += [
            Layer(
                one.target, "copy", one.path, None, False, one.copy.instruction.span, one.reason, one.filter
            )
            for one in placements(project, built)
        ]
        layers += _declared(built.image)
    mounts = [*_inherited(compose, service), *service.volumes]
    placed = [(mount, mount.target.value) for mount in mounts if isinstance(mount.target, Known)]
    lost = tuple(mount.target for mount in mounts if isinstance(mount.target, Unknown))
    over = [_mount(project, mount, posixpath.normpath(target)) for mount, target in placed]
    over += _granted(project, compose, service)
    over.sort(key=lambda layer: layer.target.count("/"))  # the engine mounts outer folders first
    return ContainerFiles(
        project, (*layers, *over), _working_directory(service, image), _foreign(service, image), lost
    )


def _foreign(service: Service, image: Image | None) -> str:
    base = image.base if image is not None else service.image
    if image is None and service.build is not None:
        return "the Dockerfile of its image is not known"
    reference = parse_image(base.value) if isinstance(base, Known) else None
    known = reference is not None and (reference.name in OFFICIAL or reference.name == "scratch")
    return "" if known else "what the image holds is not known"


def _working_directory(service: Service, image: Image | None) -> Value[str]:
    if service.working_dir is not None:
        value = service.working_dir
        return value.map(posixpath.normpath) if isinstance(value, Known) else value
    return image.workdir if image is not None else Unknown("its image says where it works")


def _declared(image: Image) -> Iterator[Layer]:
    """Yield the anonymous volumes that the Dockerfile declares."""
    for stage in image.stages:
        for one in stage.instructions:
            if one.name != "VOLUME" or one.on_build:
                continue
            for word in one.words:
                if word.text.startswith("/") and "$" not in word.text:
                    reason = "it lies in an anonymous volume"
                    target = posixpath.normpath(word.text)
                    yield Layer(target, "volume", span=one.span, reason=reason)


def _inherited(compose: ComposeModel, service: Service) -> Iterator[Mount]:
    """Yield the mounts of ``volumes_from``; its own come over them (Compose specification)."""
    from confguard.model.compose.tree import Seq, text_of

    entries = service.tree.get("volumes_from")
    for entry in entries.items if isinstance(entries, Seq) else ():
        other = compose.services.get((text_of(entry) or "").partition(":")[0])
        if other is not None and other.name != service.name:
            yield from other.volumes


def _mount(project: Project, mount: Mount, target: str) -> Layer:
    name = mount.source.value if isinstance(mount.source, Known) else None
    span, read_only = mount.span or mount.target.span, mount.read_only
    if mount.type == "bind" and mount.path is not None and _has(project, mount.path):
        path = "" if mount.path == "." else mount.path
        return Layer(target, "bind", path, name, read_only, span)
    if mount.type == "bind":
        return Layer(
            target, "bind", None, name, read_only, span, f"the host's {name} is not in the repository"
        )
    if mount.type == "tmpfs":
        return Layer(target, "tmpfs", None, None, read_only, span, "it lies in memory")
    kind: Kind = "volume" if mount.type == "volume" else "other"
    what = f"the volume {name}" if name else "an anonymous volume"
    return Layer(target, kind, None, name, read_only, span, f"it lies in {what}")


def _has(project: Project, path: str) -> bool:
    return path == "." or project.exists(path) or project.is_folder(path)


def _granted(project: Project, compose: ComposeModel, service: Service) -> Iterator[Layer]:
    for grant in service.configs:
        yield _grant(project, "config", grant, compose.configs.get(grant.source), "/")
    for grant in service.secrets:
        yield _grant(project, "secret", grant, compose.secrets.get(grant.source), "/run/secrets")


def _grant(project: Project, kind: Kind, grant: Grant, resource: Resource | None, folder: str) -> Layer:
    target = posixpath.normpath(posixpath.join(folder, grant.target or grant.source))
    path = resource_path(project, resource.file if resource else None)
    reason = "" if path else f"the {kind} {grant.source} is not in the repository"
    return Layer(target, kind, path, grant.source, True, grant.span, reason)


def resource_path(project: Project, file: Value[str] | None) -> str | None:
    """Return the project's file behind a config or secret; None if it is not in the repository."""
    if not isinstance(file, Known):
        return None
    root = str(project.root)
    path = file.value[len(root) + 1 :] if file.value.startswith(f"{root}/") else file.value
    return path if project.exists(path) else None


def _trail(layer: Layer) -> Trail:
    what = {"copy": "copied into the image", "bind": "mounted from the repository"}.get(
        layer.kind, layer.kind
    )
    return (Step(what, layer.span),) if layer.span is not None else ()


def below(path: str, folder: str) -> str | None:
    """Return a path as seen from a folder, ``""`` for the folder itself; None if it does not lie in it."""
    if path == folder:
        return ""
    prefix = folder if folder in ("", "/") else f"{folder}/"
    return path[len(prefix) :] if path.startswith(prefix) else None
