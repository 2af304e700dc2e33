"""The Dockerfile of an image that a stack only pulls, if something else in the repository builds it.

Another Compose file, a ``docker build`` command of a Makefile or script, a workflow's step, a bake file.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from confguard.discover.kinds import Kind, ProjectFile, of_kind
from confguard.discover.project import Project
from confguard.model.compose.types import Build
from confguard.model.image import OFFICIAL, ImageReference, parse_image
from confguard.model.value import Known, Step, Unknown, Value

if TYPE_CHECKING:
    from confguard.model.compose import Service
    from confguard.parsers.image_builds import ImageBuild

_BAKE = re.compile(r"(^|/)docker-bake[\w.-]*\.(json|hcl)$")
_PROJECT_NAME = re.compile(r"^\s*\"?name\"?\s*[=:]\s*[\"']([\w.-]+)[\"']", re.MULTILINE)
_CHANNELS = frozenset(
    ["latest", "stable", "edge", "dev", "main", "master", "local", "test", "release", "nightly"]
)
_UNKNOWN = "\ue000"
"""What ``confguard.parsers.shell.UNKNOWN`` leaves in a name."""


@dataclass(frozen=True)
class Builders:
    """Everything in a repository that builds images; read when an image is first asked for."""

    project: Project
    files: tuple[ProjectFile, ...]
    commands: tuple[ImageBuild, ...]

    def build_of(self, service: Service) -> Build | None:
        """Return how the repository builds the image that a service only names; None if nothing is known to.

        Official images are nobody's own. Where the same name is built in several ways that differ, and no tag
        tells them apart, nothing is known.
        """
        if service.build is not None or not isinstance(service.image, Known):
            return None
        wanted = parse_image(service.image.value)
        if wanted is None or wanted.name in OFFICIAL or "/" not in wanted.path:
            return None
        return self._of_compose_file(wanted) or self._published(wanted)

    def _of_compose_file(self, wanted: ImageReference) -> Build | None:
        """Return the build of another stack: a development stack that builds the name, whatever the tag."""
        for path in (file.path for file in of_kind(self.files, Kind.COMPOSE)):
            source = self.project.read(path)
            if source is None or wanted.repository not in source.text or "build" not in source.text:
                continue
            for other in self._services(path):
                named = parse_image(other.image.value) if isinstance(other.image, Known) else None
                if other.build is not None and named is not None and named.repository == wanted.repository:
                    return other.build
        return None

    def _services(self, path: str) -> tuple[Service, ...]:
        """Return the services of a Compose file by itself; every image that is only named asks for them."""
        from confguard.model.compose import load

        if path not in self._loaded:
            self._loaded[path] = tuple(load(self.project, (path,)).services.values())
        return self._loaded[path]

    @cached_property
    def _loaded(self) -> dict[str, tuple[Service, ...]]:
        return {}

    def _published(self, wanted: ImageReference) -> Build | None:
        ranked: dict[int, list[Build]] = {}
        for one in (*self.commands, *self.of_files):
            rank = self._fits(one.name, wanted)
            build = as_build(self.project, one) if rank else None
            if build is not None and build not in ranked.setdefault(rank, []):
                ranked[rank].append(build)
        best = ranked.get(max(ranked, default=0), [])
        first = best[0] if best else None
        if first is None or any(_apart(first, other) for other in best[1:]):
            return None
        return first

    def _fits(self, name: str, wanted: ImageReference) -> int:
        """Return how well the name of a build fits an image; 0 where it does not.

        4: name and tag are the same, 3: the name, and no tag is known, 2: the last part of the name, where no
        more is known of it, 1: no part of the name is known, and the image is called as the project.
        """
        path, _, tag = name.partition("@")[0].rpartition(":")
        if not path or "/" in tag:
            path, tag = name, ""
        if not path.replace(_UNKNOWN, "").strip("/.:-") or path.rpartition("/")[2] == _UNKNOWN:
            return 1 if wanted.name in self._project_names else 0
        parts = [re.escape(part).replace(re.escape(_UNKNOWN), ".*") for part in path.lower().split("/")]
        own = wanted.path.split("/")
        shared = min(len(parts), len(own))
        pairs = zip(reversed(parts), reversed(own), strict=False)
        if not all(re.fullmatch(part, real) for part, real in list(pairs)[:shared]):
            return 0
        if tag and tag == wanted.tag and len(parts) > 1:
            return 4
        if _is_name(tag) and _is_name(wanted.tag or ""):
            return 0  # two names beside each other in one repository are two images, two versions are one
        return 3 if len(parts) > 1 else 2

    @cached_property
    def of_files(self) -> tuple[ImageBuild, ...]:
        """The builds of workflows and bake files."""
        return tuple(self._read())

    def _read(self) -> Iterator[ImageBuild]:
        from confguard.parsers.image_builds import builds_of_bake, builds_of_workflow

        paths = [file.path for file in of_kind(self.files, Kind.WORKFLOW)]
        sources = {path: source for path in paths if (source := self.project.read(path)) is not None}
        for source in sources.values():
            if "file" in source.text or "context" in source.text or "target" in source.text:
                yield from builds_of_workflow(source, sources)
        for path in filter(_BAKE.search, self.project.paths):
            source = self.project.read(path)
            if source is not None:
                yield from builds_of_bake(source)

    @cached_property
    def _project_names(self) -> frozenset[str]:
        """The names that the project's packaging files in the root give it."""
        found: set[str] = set()
        for path in ("pyproject.toml", "setup.cfg", "setup.py", "package.json"):
            source = self.project.read(path) if self.project.exists(path) else None
            match = _PROJECT_NAME.search(source.text) if source else None
            if match:
                found.add(match[1].lower())
        return frozenset(found)


def as_build(project: Project, one: ImageBuild) -> Build | None:
    """Return a build in the terms of Compose, if its Dockerfile is in the repository."""
    if one.folder is None or _UNKNOWN in one.context + (one.dockerfile or ""):
        return None
    step = (Step("builds the image", one.span),)
    context = posixpath.normpath(posixpath.join(one.folder, one.context))
    # Other than in Compose, the Dockerfile of a command is relative to where it runs, not to the context.
    if one.dockerfile is not None:
        path = posixpath.normpath(posixpath.join(one.folder, one.dockerfile))
    else:
        path = posixpath.normpath(posixpath.join(context, "Dockerfile"))
    if context.startswith("..") or not project.exists(path):
        return None
    context = "" if context == "." else context
    target = Known(one.target, step) if one.target and _UNKNOWN not in one.target else None
    arguments: dict[str, Value[str] | None] = {
        name: Known(text, step) if text is not None else Unknown("the build that publishes it sets it", step)
        for name, text in one.arguments
    }
    return Build(
        context=Known(context, step),
        dockerfile=Known(posixpath.relpath(path, context or "."), step),
        dockerfile_path=path,
        dockerfile_inline=None,
        target=target,
        args=arguments,
        span=one.span,
        trail=step,
    )


def _apart(one: Build, other: Build) -> bool:
    """Say whether two builds make different images: of another Dockerfile, or another stage of it."""
    return (one.dockerfile_path, _text(one.target)) != (other.dockerfile_path, _text(other.target))


def _is_name(tag: str) -> bool:
    """Say whether a tag is a name rather than a version or a branch of the same image."""
    return bool(tag) and _UNKNOWN not in tag and tag.isalpha() and tag not in _CHANNELS


def _text(value: Value[str] | None) -> str | None:
    return value.value if isinstance(value, Known) else None
