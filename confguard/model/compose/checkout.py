"""Where the host of a stack has its checkout, as far as absolute build contexts tell.

A Compose file that was written for one host may say ``context: /srv/shop/backend``. That is the project's own
folder ``backend`` where all such contexts of the stack lead to Dockerfiles of the project below one folder.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable

from confguard.discover.project import Project
from confguard.model.compose.tree import Map, as_map, text_of


def host_checkout(project: Project, services: Map, root: str, name: str) -> str | None:
    """Return the absolute folder on the host that surely is the project's root; None if none is.

    ``services`` are the merged ones, ``root`` the folder at which the project is taken to lie, ``name`` the
    Compose project's. One context alone is believed only if its checkout is named like the Compose project.
    """
    builds = set(_outside(services, root))
    found = {_prefix(project, context, dockerfile) for context, dockerfile in builds}
    prefix = found.pop() if len(found) == 1 else None
    if prefix is None or (len({context for context, _ in builds}) < 2 and posixpath.basename(prefix) != name):
        return None
    return prefix


def _outside(services: Map, root: str) -> Iterable[tuple[str, str]]:
    """Yield context and Dockerfile of the builds whose context is an absolute path outside of the project."""
    for service in services.entries.values():
        build = as_map(as_map(service).get("build"))
        context, dockerfile = text_of(build.get("context")), text_of(build.get("dockerfile"))
        if context and context.startswith("/") and context != root and not context.startswith(f"{root}/"):
            yield posixpath.normpath(context), dockerfile or "Dockerfile"


def _prefix(project: Project, context: str, dockerfile: str) -> str | None:
    """Return what stands in front of the longest tail of a context that is a folder with the Dockerfile."""
    parts = context.strip("/").split("/")
    for start in range(1, len(parts)):
        tail = "/".join(parts[start:])
        if project.exists(posixpath.normpath(posixpath.join(tail, dockerfile))):
            return "/" + "/".join(parts[:start])
    return None
