"""The images that workflows push: under which tags, and with which build arguments."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from confguard.model.workflows.jobs import commands_of, jobs
from confguard.parsers.workflows import Step
from confguard.parsers.yaml_tree import Scalar
from confguard.source import Span

if TYPE_CHECKING:
    from confguard.model.repo import Repo

_BUILD_ACTION = re.compile(r"docker/build-push-action@")
_BUNDLED = ("VITE_", "REACT_APP_", "NEXT_PUBLIC_", "NUXT_", "VUE_APP_", "PUBLIC_", "GATSBY_", "EXPO_PUBLIC_")
"""Beginnings of the variables that front-end builds put into what they bundle."""


@dataclass(frozen=True, slots=True)
class Pushed:
    """An image that a workflow pushes under no tag but ``latest``."""

    name: str
    span: Span


@dataclass(frozen=True, slots=True)
class Lost:
    """Build arguments that a stack gives to a Dockerfile, and the workflow that pushes its image does not."""

    span: Span
    dockerfile: str
    service: str
    names: tuple[str, ...]
    places: tuple[Span, ...]


def only_latest(repo: Repo) -> Iterator[Pushed]:
    """Yield the images that a workflow file pushes as ``latest`` alone."""
    found: dict[tuple[str, str], list[tuple[str | None, Span]]] = {}
    unknown: set[str] = set()
    for workflow, job in jobs(repo):
        path = workflow.source.path
        for step in job.steps:
            for text, span in _tags(step):
                name, tag = _split(text)
                if not name:
                    unknown.add(path)
                else:
                    found.setdefault((path, name), []).append((tag, span))
    for (path, name), tags in found.items():
        if path not in unknown and all(tag in (None, "latest") for tag, _ in tags):
            yield Pushed(name, tags[0][1])


def _tags(step: Step) -> Iterator[tuple[str, Span]]:
    if _BUILD_ACTION.match(step.uses) and _pushes(step) and step.inputs is not None:
        tags = step.inputs.get("tags")
        if isinstance(tags, Scalar):
            for text in re.split(r"[\n,]", tags.text):
                if text.strip():
                    yield text.strip(), tags.span
    for command in commands_of(step):
        texts = command.texts
        if texts[:2] == ("docker", "push") or texts[:3] == ("docker", "image", "push"):
            span = command.line.joined.span(command.start, command.end)
            if any(text in ("--all-tags", "-a") for text in texts):
                yield "", span
            else:
                yield (
                    command.line.joined.text[command.words[-1].start : command.words[-1].end].strip("\"'"),
                    span,
                )


_REFERENCE = re.compile(
    r"(?P<name>(?:\$\{\{[^}]*\}\}|\$\{\w+\}|[^:\s$]|\$(?=\w)|:(?=\d+/))+)(?::(?P<tag>\S.*))?\Z"
)


def _split(text: str) -> tuple[str, str | None]:
    """Return name and tag of a reference; no name where an expression may stand for name and tag."""
    match = _REFERENCE.match(text)
    if match is None or (match["tag"] is None and re.search(r"\}\Z|\$\w+\Z", match["name"])):
        return "", None
    return match["name"], match["tag"]


def _pushes(step: Step) -> bool:
    push = step.inputs.get("push") if step.inputs is not None else None
    return isinstance(push, Scalar) and push.text.lower() != "false"


def pushing_steps(repo: Repo) -> frozenset[tuple[str, int]]:
    """Return path and offset of the inputs of each step that builds an image and pushes it."""
    return frozenset(
        (step.inputs.span.path, step.inputs.span.start)
        for _, job in jobs(repo)
        for step in job.steps
        if step.inputs is not None and _BUILD_ACTION.match(step.uses) and _pushes(step)
    )


def lost_arguments(repo: Repo) -> Iterator[Lost]:
    """Yield the pushed builds that lack arguments which production gives to the same Dockerfile."""
    from confguard.model.builds import buildings
    from confguard.model.built_elsewhere import as_build

    pushed = pushing_steps(repo)
    seen: set[tuple[str, int]] = set()
    for one in repo.builders.of_files:
        key = (one.span.path, one.span.start)
        if key not in pushed or key in seen:
            continue
        build = as_build(repo.project, one)
        given = {name for name, _ in one.arguments}
        if build is None or any(not re.fullmatch(r"\w+", name) for name in given):
            continue
        for deployment in repo.production:
            for building in buildings(deployment):
                if building.build.dockerfile_path != build.dockerfile_path or key in seen:
                    continue
                if _text(building.build.target) != _text(build.target):
                    continue
                bare = {
                    pair.name.text
                    for instruction in building.dockerfile.instructions
                    if instruction.name == "ARG"
                    for pair in instruction.pairs
                    if pair.value is None
                }
                names = tuple(
                    name
                    for name in building.arguments
                    if name in bare and name not in given and name.startswith(_BUNDLED)
                )
                if names:
                    seen.add(key)
                    places = tuple(
                        step.span
                        for name in names
                        for step in building.arguments[name].trail[:1]
                        if step.span is not None
                    )
                    service = building.services[0].name
                    yield Lost(one.span, build.dockerfile_path or "", service, names, places)


def _text(value: object) -> str:
    return str(getattr(value, "value", "")) if value is not None else ""
