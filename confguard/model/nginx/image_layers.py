"""What a Dockerfile puts into the tree of an image: COPY, ADD and RUN, in order."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from confguard.discover.project import Project
from confguard.model.copies import Built, placed
from confguard.model.environment import Environment
from confguard.model.nginx import shell
from confguard.model.nginx.statements import Loaded
from confguard.model.nginx.tree import FileTree
from confguard.model.value import Unknown
from confguard.source import SourceFile, Span

if TYPE_CHECKING:
    from confguard.model.dockerfile import Copy

ROOTS = ("/etc/nginx", "/opt/bitnami/nginx/conf", "/usr/local/openresty/nginx/conf", "/config/nginx")
"""Folders where the images look for nginx's configuration."""


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
    for placement in placed(project, built, copy, _FOLDERS):
        if placement.path is None:
            if not copy.instruction.heredocs:
                _forget(tree, placement.target, placement.reason)
        elif not tree.put_project_path(placement.path, placement.target):
            _forget(tree, placement.target, f"{placement.path} cannot be read")


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


def _part(span: Span) -> SourceFile:
    """Return a file whose text is a part of another one, at the same places."""
    text = span.file.text
    return SourceFile(span.path, re.sub(r"[^\r\n]", " ", text[: span.start]) + text[span.start : span.end])
