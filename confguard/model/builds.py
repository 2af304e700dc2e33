"""What the services of a stack are built from: Dockerfile, target, context, and the stages that it needs."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from confguard.discover.project import Project
from confguard.model.compose.tree import Map
from confguard.model.dockerfile import Copy, Image, image
from confguard.model.dockerignore import Ignore, ignore_of
from confguard.model.value import Known, Value
from confguard.parsers.dockerfile import Dockerfile
from confguard.words import services_named

if TYPE_CHECKING:
    from confguard.model.compose import Build, Service
    from confguard.model.deployment import Deployment

_TESTS = re.compile(r"(?:^|/)(?:tests?|__tests__|e2e)/|(?:^|/)test_[^/]*\.py\Z|\.(?:test|spec)\.[jt]sx?\Z")
_DUMP = re.compile(r"\.(?:sql|dump|sqlite3?|db|bak|xlsx?|log|pyc|zip|tar\.gz)\Z")


@dataclass(frozen=True)
class Building:
    """One build of a stack: the services that ask for the same one are together.

    ``context`` is the project path of the build context (``""`` is the root), None where it is remote or
    not known. ``image`` is None where the target is no stage of the Dockerfile, or is not known.
    """

    services: tuple[Service, ...]
    build: Build
    dockerfile: Dockerfile
    context: str | None
    image: Image | None
    ignore: Ignore

    @property
    def where(self) -> str:
        """``service web`` or ``services web and worker``."""
        return services_named([service.name for service in self.services])

    @property
    def arguments(self) -> Mapping[str, Value[str]]:
        """The build arguments that have a value."""
        return {name: value for name, value in self.build.args.items() if value is not None}

    @property
    def has_more_contexts(self) -> bool:
        """Whether it names further contexts, which stand for stages and images of the Dockerfile."""
        build = self.services[0].tree.get("build")
        return isinstance(build, Map) and build.get("additional_contexts") is not None

    def images(self) -> Iterator[Image]:
        """Yield the image and those of the stages that it copies from: all that the builder builds."""
        seen: set[int] = set()
        pending = [self.image] if self.image else []
        while pending:
            one = pending.pop(0)
            if one.stage.index in seen:
                continue
            seen.update(stage.index for stage in one.stages)
            yield one
            for copy in one.copies:
                if copy.stage is not None and copy.stage.index not in seen:
                    inner = image(self.dockerfile, str(copy.stage.index), self.arguments)
                    pending += [inner] if inner else []


def buildings(deployment: Deployment) -> tuple[Building, ...]:
    """Return the builds of the running services whose Dockerfile is in the repository."""
    from confguard.parsers.dockerfile import parse

    found: dict[tuple[object, ...], list[Service]] = {}
    for service in deployment.services.values():
        build = service.build
        if build is None or build.dockerfile_path is None:
            continue
        key = (build.dockerfile_path, _plain(build.context), _plain(build.target), *_arguments(build))
        found.setdefault(key, []).append(service)
    result = []
    for services in found.values():
        build = services[0].build
        assert build is not None and build.dockerfile_path is not None
        dockerfile = deployment.project.parsed(parse, build.dockerfile_path)
        if dockerfile is None:
            continue
        context = context_of(build)
        known = build.target is None or isinstance(build.target, Known)
        target = build.target.value if isinstance(build.target, Known) else None
        arguments = {name: value for name, value in build.args.items() if value is not None}
        built = image(dockerfile, target, arguments) if known else None
        ignore = ignore_of(deployment.project, context or "", build.dockerfile_path)
        result.append(Building(tuple(services), build, dockerfile, context, built, ignore))
    return tuple(result)


def _plain(value: Value[str] | None) -> object:
    return value.value if isinstance(value, Known) else type(value).__name__


def _arguments(build: Build) -> list[tuple[str, object]]:
    return sorted((name, str(_plain(value))) for name, value in build.args.items())


def context_of(build: Build) -> str | None:
    """Return the project path of a build context, None where it is remote, outside or not known."""
    if not isinstance(build.context, Known):
        return None
    text = build.context.value
    if text.startswith(("/", "..", "git@")) or "://" in text:
        return None
    return "" if text == "." else text


@dataclass(frozen=True, slots=True)
class Source:
    """One source of a COPY or ADD from the build context: ``path`` is relative to the context."""

    copy: Copy
    path: str


def context_sources(one: Image) -> Iterator[Source]:
    """Yield what an image copies from its build context, as far as the paths are known.

    Patterns are left out: the builder accepts one that nothing matches.
    """
    for copy in one.copies:
        if copy.stage is not None or copy.image is not None:
            continue
        for source in copy.sources:
            if not isinstance(source, Known) or re.search(r"[*?\[]|^<<|://|^git@", source.value):
                continue
            path = posixpath.normpath(source.value.lstrip("/") or ".")
            if not path.startswith(".."):
                yield Source(copy, "" if path == "." else path)


def is_in_context(project: Project, building: Building, path: str) -> bool:
    """Say whether the context holds a path, or something below it, that .dockerignore does not leave out."""
    assert building.context is not None
    full = posixpath.join(building.context, path) if path else building.context
    prefix = f"{building.context}/" if building.context else ""
    candidates = [full] if project.exists(full) else list(project.under(full))
    return any(building.ignore.excluded(found[len(prefix) :]) is None for found in candidates)


def unwanted_in(project: Project, context: str) -> list[str]:
    """Return what surely lies in a context when somebody builds, and has no business in an image."""
    found = [] if context else ["`.git`"]
    paths = [path[len(context) + 1 :] if context else path for path in project.under(context)]
    if "package.json" in paths:
        found.append("the host's `node_modules`")
    if any(_TESTS.search(path) for path in paths):
        found.append("tests")
    dump = next((path for path in paths if _DUMP.search(path)), None)
    return [*found, f"`{dump}`"] if dump else found
