"""Dockerfiles that nothing in the repository builds, and of which nothing speaks."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from confguard.discover.kinds import Kind
from confguard.model.process import build_of

if TYPE_CHECKING:
    from confguard.model.repo import Repo

_TEXTS = re.compile(
    r"\.(?:ya?ml|toml|md|rst|txt|sh|bash|hcl|cfg|ini|mk|py|rb|js|ts|tf|nix|gradle|xml|bake|dockerfile)\Z"
    r"|(?:^|/)(?:Makefile|justfile|Jenkinsfile|Procfile|Tiltfile|Earthfile|Taskfile|Vagrantfile|[^/.]+)\Z"
    r"|^[^/]+\.json\Z|(?:^|/)(?:package|devcontainer|tasks|launch|app|railway|render|fly)\.json\Z",
    re.IGNORECASE,
)
_ASIDE = re.compile(
    r"(^|/)(\.devcontainer|tests?|fixtures|examples?|samples?|docs?|\.?archived?|old)/", re.IGNORECASE
)
_MANY = 5000
"""Files of a repository above which looking through all of them would cost too much."""


def unused_dockerfiles(repo: Repo) -> Iterator[tuple[str, str]]:
    """Yield the Dockerfiles that surely nothing builds, with another one of the same part of the project.

    Only where Compose builds the same part from another file: a repository may hold images for others, and a
    platform may build a Dockerfile that lies where it looks for one.
    """
    built = set(_built(repo))
    if not built or len(repo.project.paths) > _MANY:
        return
    for path in repo.paths(Kind.DOCKERFILE):
        folder, name = posixpath.split(path)
        if path in built or not folder or _ASIDE.search(path) or not name.lower().startswith("dockerfile"):
            continue
        twin = next((one for one in sorted(built) if _is_same_part(one, path)), None)
        if twin is not None and not _is_named(repo, path):
            yield path, twin


def _built(repo: Repo) -> Iterator[str]:
    for deployment in repo.deployments:
        for service in deployment.compose.services.values():
            build = build_of(deployment.compose, service)
            if build is not None and build.dockerfile_path is not None:
                yield build.dockerfile_path


def _is_same_part(built: str, other: str) -> bool:
    """Say whether both Dockerfiles are for one part by their last folder: ``docker/api`` and ``api``."""
    one, two = posixpath.basename(posixpath.dirname(built)), posixpath.basename(posixpath.dirname(other))
    return bool(two) and one == two and posixpath.basename(built) == posixpath.basename(other)


def _is_named(repo: Repo, path: str) -> bool:
    """Say whether any text of the repository names the file, or its folder by more than one part."""
    folder = posixpath.dirname(path)
    words = [path, f"{folder}/", *([folder] if "/" in folder else [])]
    pattern = re.compile("|".join(rf"(?<![\w-]){re.escape(word)}" for word in words))
    for other in repo.project.paths:
        if other != path and _TEXTS.search(other) and not other.startswith(f"{folder}/"):
            source = repo.project.read(other)
            if source is not None and folder in source.text and pattern.search(source.text):
                return True
    return False
