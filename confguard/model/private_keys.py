"""Private keys in the repository that containers of a stack use: everybody who can read it has them.

A key is known by its PEM header (RFC 7468, section 10 and 11; ``RSA``, ``EC`` and ``OPENSSH`` before the word
``PRIVATE`` are those of OpenSSL and OpenSSH).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from confguard.model.container_files import Layer, below

if TYPE_CHECKING:
    from confguard.discover.project import Project
    from confguard.model.deployment import Deployment

_HEADER = re.compile(rb"(?m)^-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----\s*\n[A-Za-z0-9+/=:, -]{16}")
_NAME = re.compile(r"(?:\.(?:key|pem|p8|rsa)|(?:^|/)id_(?:rsa|ed25519|ecdsa))\Z", re.IGNORECASE)
_OF_TESTS = re.compile(r"(?:^|/)(?:tests?|testdata|fixtures|examples?)/", re.IGNORECASE)
_DEEPEST = 1
"""Deeper in what is mounted or copied a key came along with the sources, and is there for something else."""


@dataclass(frozen=True, slots=True)
class Used:
    """A committed key in the container of a service, and the mount or COPY that brings it there."""

    service: str
    path: str
    target: str
    layer: Layer


def private_keys(project: Project) -> tuple[str, ...]:
    """Return the files of a project that are private keys in PEM form and called like keys."""
    named = (path for path in project.paths if _NAME.search(path))
    return tuple(path for path in named if _HEADER.search(project.head(path)))


def used_keys(deployment: Deployment) -> Iterator[Used]:
    """Yield the committed keys that a stack's containers have; keys of tests in copied sources are none."""
    keys = deployment.project.once(("private keys",), lambda: private_keys(deployment.project))
    for service, files in deployment.container_files.items() if keys else ():
        for key in keys:
            for layer in reversed(files.layers):
                rest = below(key, layer.path) if layer.path is not None else None
                if rest is None or layer.filter.leaves_out(key) or layer.span is None:
                    continue
                if rest.count("/") > _DEEPEST or (rest and _OF_TESTS.search(f"/{rest}")):
                    continue
                yield Used(service, key, f"{layer.target}/{rest}" if rest else layer.target, layer)
                break
