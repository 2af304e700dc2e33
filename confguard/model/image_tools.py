"""Which programs well-known base images surely lack, and whether a Dockerfile adds them.

By the Dockerfiles of the Docker Official Images: ``python`` and ``node`` without a variant are built on
buildpack-deps, which has curl and wget; their ``slim`` variants on ``debian:*-slim``, which has neither;
``alpine`` has busybox's wget and no curl. ``postgres`` and ``redis`` purge what their build needed. Images of
stores have the clients of their own store only; ``mariadb`` from 11 on has ``mariadb-admin`` in place of
``mysqladmin`` (its Dockerfile removes the old names).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from confguard.model.image import parse_image
from confguard.model.value import Known

if TYPE_CHECKING:
    from confguard.model.image import ImageReference
    from confguard.model.process import Process
    from confguard.parsers.dockerfile import Instruction

_INTERPRETERS = frozenset({"python", "node", "golang", "ruby", "rust"})
_BARE = frozenset({"debian", "ubuntu"})
_STORES = frozenset({"postgres", "redis", "valkey"})
_OPAQUE = re.compile(r"\$\(|`|xargs|\.sh\b|requirements|packages\.txt|\bnix\b|ansible|--mount=type=bind")


def lacks(process: Process, tool: str) -> bool:
    """Say whether the image of a container surely has no such program (curl, wget, clients of stores)."""
    if tool in _CLIENTS:
        return process.service.build is None and _lacks_client(process, tool)
    if tool not in ("curl", "wget"):
        return False
    image = process.image
    base = image.base if image is not None else process.service.image
    if image is None and process.service.build is not None:
        return False
    reference = parse_image(base.value) if isinstance(base, Known) else None
    if reference is None or not _base_lacks(reference, tool):
        return False
    return image is None or not any(
        _may_add(one, tool) for stage in image.stages for one in stage.instructions
    )


_CLIENTS = {
    "pg_isready": ("postgres",), "psql": ("postgres",),
    "redis-cli": ("redis",), "valkey-cli": ("valkey",),
    "mysqladmin": ("mysql", "mariadb"), "mysql": ("mysql", "mariadb"), "mariadb-admin": ("mariadb",),
    "rabbitmq-diagnostics": ("rabbitmq",), "mongosh": ("mongo",),
}  # fmt: skip
_OFFICIAL_STORES = frozenset(
    {"postgres", "redis", "valkey", "mysql", "mariadb", "rabbitmq", "mongo", "memcached"}
)


def _lacks_client(process: Process, tool: str) -> bool:
    """Say whether a store's official image, pulled as it is, has the clients of other stores only."""
    said = process.service.image
    reference = parse_image(said.value) if isinstance(said, Known) and process.image is None else None
    if reference is None or reference.registry not in (None, "docker.io"):
        return False
    name = reference.repository.removeprefix("library/")
    if name not in _OFFICIAL_STORES or "/" in name or (name, tool) == ("valkey", "redis-cli"):
        return False
    if name == "mariadb" and tool in ("mysqladmin", "mysql"):
        return reference.version is not None and reference.version >= (11,)
    return name not in _CLIENTS[tool]


def _base_lacks(reference: ImageReference, tool: str) -> bool:
    if reference.registry not in (None, "docker.io") or not reference.tag:
        return False
    name, tag = reference.repository.removeprefix("library/"), reference.tag
    alpine = "alpine" in tag or name == "alpine"
    if name in _INTERPRETERS and not alpine and "slim" not in tag:
        return False
    if name not in (*_INTERPRETERS, *_BARE, *_STORES, "alpine"):
        return False
    return tool == "curl" or not alpine


def _may_add(one: Instruction, tool: str) -> bool:
    """Say whether an instruction may bring a program: it names it, or what it installs is not seen."""
    if one.name == "RUN":
        text = one.text
        if one.heredocs:
            return True
        if re.search(rf"\b{tool}\b", text):
            return True
        installs = re.search(r"\b(apt|apt-get|apk|dnf|yum|microdnf|aptitude)\b", text) is not None
        return bool(re.search(r"\.sh\b", text)) or (installs and bool(_OPAQUE.search(text)))
    return one.name in ("COPY", "ADD") and (
        tool in one.text or bool(re.search(r"/usr(/local)?/?bin\b", one.text))
    )
