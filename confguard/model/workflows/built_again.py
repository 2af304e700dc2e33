"""Images that workflows push and that production builds once more, from the same Dockerfile."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from confguard.discover.kinds import Kind, of_kind
from confguard.model.built_elsewhere import as_build
from confguard.model.screened import Screened
from confguard.model.value import Known
from confguard.model.workflows.images import pushing_steps
from confguard.source import SourceFile, Span

if TYPE_CHECKING:
    from confguard.model.compose import Build
    from confguard.model.deployment import Deployment
    from confguard.model.repo import Repo
    from confguard.parsers.image_builds import ImageBuild

_RUN_ELSEWHERE = Screened(
    re.compile(
        r"\bghcr\.io/|\bquay\.io/|\.dkr\.ecr\.|\bpkg\.dev/|azurecr\.io|registry\.gitlab"
        r"|hub\.docker\.com/r/|^kind:\s*[\"']?(?:Deployment|StatefulSet|Pod|CronJob)\b",
        re.MULTILINE,
    ),
    (
        *("ghcr.io/", "quay.io/", ".dkr.ecr.", "pkg.dev/", "azurecr.io", "registry.gitlab"),
        *("hub.docker.com/r/", "kind:"),
    ),
)
"""What a document or manifest says that runs, or tells people to run, images of a registry."""
# It begins with plain letters, and looks back from there: a search for these is thirty times as fast.
_STARTED = re.compile(r"docker(?<!\wdocker)\s+(?:image\s+pull|pull|run)\b([^\n]*)")
_TEXTS = (
    ".md",
    ".rst",
    ".txt",
    ".adoc",
    ".html",
    ".yml",
    ".yaml",
    ".tpl",
    ".tf",
    ".json",
    ".toml",
    ".sh",
    ".hcl",
)


@dataclass(frozen=True, slots=True)
class BuiltAgain:
    """A build that a workflow pushes, and the places at which stacks of production build the same."""

    span: Span
    dockerfile: str
    services: tuple[tuple[str, Span], ...]
    stacks: tuple[str, ...]


def built_again(repo: Repo) -> Iterator[BuiltAgain]:
    """Yield the pushed images that nothing in the repository runs, and that production builds for itself."""
    pushed = pushing_steps(repo)
    seen: set[tuple[str | None, str]] = set()
    for one in repo.builders.of_files:
        build = as_build(repo.project, one) if (one.span.path, one.span.start) in pushed else None
        if build is None or (build.dockerfile_path, _target(build)) in seen:
            continue
        seen.add((build.dockerfile_path, _target(build)))
        if any(_runs_pushed(deployment, build) for deployment in repo.deployments):
            continue
        found = [
            (deployment, name, service.build.span)
            for deployment in repo.production
            if deployment.stack.is_production
            for name, service in deployment.services.items()
            if service.build is not None and service.build.span is not None and _same(service.build, build)
        ]
        if found and not _may_be_run_elsewhere(repo, one):
            services = {name: span for _, name, span in found}
            stacks = tuple(dict.fromkeys(deployment.name for deployment, _, _ in found))
            yield BuiltAgain(one.span, build.dockerfile_path or "", tuple(services.items()), stacks)


def _target(build: Build) -> str:
    return str(getattr(build.target, "value", "")) if build.target is not None else ""


def _same(one: Build, other: Build) -> bool:
    return one.dockerfile_path == other.dockerfile_path and _target(one) == _target(other)


def _runs_pushed(deployment: Deployment, build: Build) -> bool:
    """Say whether a service of a stack runs an image of this Dockerfile by its name, or may."""
    for name, service in deployment.services.items():
        if service.image is None:
            continue
        if not isinstance(service.image, Known):
            return True
        if "/" not in service.image.value:
            continue  # a name of this host: what a workflow pushes belongs to somebody
        own = service.build or deployment.processes[name].build
        if own is not None and own.dockerfile_path == build.dockerfile_path:
            return True
    return False


def _may_be_run_elsewhere(repo: Repo, one: ImageBuild) -> bool:
    workflows = {file.path for file in of_kind(repo.files, Kind.WORKFLOW)}
    words = set(re.findall(r"[a-z]{3,}", f"{one.name} {one.context} {one.dockerfile or ''}".lower()))
    words -= {"dockerfile", "latest", "docker", "ghcr", "https"}
    for path in repo.project.paths:
        if path in workflows or path.startswith(".github/") or not path.endswith(_TEXTS):
            continue
        told = repo.project.parsed(_told, path)
        if told is None:
            continue
        elsewhere, starts = told
        if elsewhere or any(words & set(re.findall(r"[a-z]{3,}", start.lower())) for start in starts):
            return True
    return False


def _told(source: SourceFile) -> tuple[bool, tuple[str, ...]]:
    """Return whether a text runs images of a registry, or of any name, and what it starts besides."""
    starts = tuple(_STARTED.findall(source.text)) if "docker" in source.text else ()
    return _RUN_ELSEWHERE.is_in(source.text) or any(re.search(r"[$<{]", one) for one in starts), starts
