"""What a Dockerfile puts into the tree of an image: COPY, ADD and RUN, in order."""

from __future__ import annotations

import fnmatch
import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from confguard.discover.project import Project
from confguard.model.environment import Environment
from confguard.model.nginx import shell
from confguard.model.nginx.statements import Loaded
from confguard.model.nginx.tree import FileTree
from confguard.model.value import Known, Unknown
from confguard.source import SourceFile, Span

if TYPE_CHECKING:
    from confguard.model.compose.types import Service
    from confguard.model.dockerfile import Copy, Image
    from confguard.parsers.dockerfile import Dockerfile

ROOTS = ("/etc/nginx", "/opt/bitnami/nginx/conf", "/usr/local/openresty/nginx/conf", "/config/nginx")
"""Folders where the images look for nginx's configuration."""


@dataclass(frozen=True, slots=True)
class Built:
    """What a Dockerfile says about an image; ``context`` is None where the build context is not known."""

    dockerfile: Dockerfile
    image: Image
    context: str | None


def built_of(project: Project, service: Service, image: Image | None) -> Built | None:
    """Return what a service's Dockerfile says; None without one."""
    if image is None:
        return None
    from confguard.parsers.dockerfile import parse

    dockerfile = project.parsed(parse, image.stage.span.path)
    if dockerfile is None:
        return None
    build = service.build
    return Built(
        dockerfile, image, build.context.value if build and isinstance(build.context, Known) else None
    )


def lay(tree: FileTree, project: Project, built: Built, environment: Environment) -> None:
    """Lay what a Dockerfile copies and runs over the image, in order."""
    copies = {id(copy.instruction): copy for copy in built.image.copies}
    for stage in built.image.stages:
        for one in stage.instructions:
            if one.on_build:
                continue
            if one.name == "RUN":
                shell.apply(tree, one.text, environment)
            elif copy := copies.get(id(one)):
                _copy(tree, project, built, copy)


def _copy(tree: FileTree, project: Project, built: Built, copy: Copy) -> None:
    if isinstance(copy.destination, Unknown):
        return
    destination = copy.destination.value
    for heredoc in copy.instruction.heredocs:
        tree.put(destination, Loaded(built.dockerfile.source.path, _part(heredoc.body)))
    sources = [source.value for source in copy.sources if isinstance(source, Known)]
    many = len(copy.sources) > 1
    for source in sources:
        if source.startswith("<<"):
            continue
        if copy.image is not None:
            _forget(tree, destination, f"it comes from another image ({copy.instruction.text[:60]})")
            continue
        paths = [source] if copy.stage is None else list(_in_stage(project, built, copy, source))
        if not paths:
            _forget(tree, destination, f"{source} is made while the image is built")
        for path in paths:
            if built.context is None:
                _forget(tree, destination, "the build context of its image is not known")
                continue
            for found in _in_context(project, built.context, path):
                folder = project.is_folder(found) and not project.exists(found)
                into = many or destination.endswith("/") or destination in _FOLDERS or len(paths) > 1
                place = (
                    posixpath.join(destination, posixpath.basename(found))
                    if into and not folder
                    else destination
                )
                tree.put_project_path(found, place)


_FOLDERS = frozenset(
    {
        "/etc/nginx",
        "/etc/nginx/conf.d",
        "/etc/nginx/templates",
        "/etc/nginx/sites-enabled",
        "/docker-entrypoint.d",
    }
)


def _forget(tree: FileTree, destination: str, reason: str) -> None:
    """Take a path as unknown, if it is where nginx's configuration may be."""
    if any(destination.startswith(root) or root.startswith(destination.rstrip("/")) for root in ROOTS):
        tree.forget(destination, reason)


def _in_context(project: Project, context: str, source: str) -> Iterator[str]:
    """Yield the project paths that a source of COPY names."""
    path = posixpath.normpath(posixpath.join(context, source.lstrip("/")))
    if path.startswith(".."):
        return
    path = "" if path == "." else path
    if not re.search(r"[*?\[]", path):
        yield path
        return
    folder = posixpath.dirname(path[: re.search(r"[*?\[]", path).start()] + "x")  # type: ignore[union-attr]
    depth = path.count("/")
    found = {"/".join(item.split("/")[: depth + 1]) for item in project.under(folder)}
    yield from sorted(item for item in found if fnmatch.fnmatchcase(item, path))


def _in_stage(project: Project, built: Built, copy: Copy, source: str) -> Iterator[str]:
    """Yield paths of the build context that another stage only passed on."""
    from confguard.model.dockerfile import image

    assert copy.stage is not None
    earlier = image(built.dockerfile, copy.stage.name or str(copy.stage.index))
    if earlier is None or built.context is None:
        return
    path = source if source.startswith("/") else f"/{source}"
    for inner in reversed(earlier.copies):
        if inner.stage is not None or inner.image is not None or isinstance(inner.destination, Unknown):
            continue
        folder = inner.destination.value.rstrip("/") or "/"
        for origin in inner.sources:
            if isinstance(origin, Unknown):
                continue
            base = origin.value.strip("/")
            prefix = "/" if folder == "/" else f"{folder}/"
            rest = path[len(prefix) :] if path.startswith(prefix) else None
            options = [posixpath.join(base, rest)] if rest is not None else []
            if path == folder:
                options.append(base)
            if rest is not None and rest == posixpath.basename(base):
                options.append(base)
            for option in options:
                found = posixpath.normpath(posixpath.join(built.context, option))
                if project.exists(found):
                    yield option
                    return


def _part(span: Span) -> SourceFile:
    """Return a file whose text is a part of another one, at the same places."""
    text = span.file.text
    return SourceFile(span.path, re.sub(r"[^\r\n]", " ", text[: span.start]) + text[span.start : span.end])
