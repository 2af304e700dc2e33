"""COPY --from names a stage of its Dockerfile, another context of the build, or an image of a registry."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from confguard.finding import Edit, Finding, Label
from confguard.fixes.edits import whole
from confguard.model.builds import Building, buildings
from confguard.model.dockerfile import Image
from confguard.model.image import OFFICIAL
from confguard.model.repo import Repo
from confguard.model.value import Known
from confguard.source import Span


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each COPY whose stage is not there."""
    for deployment in repo.production:
        reported: set[Span] = set()
        for building in buildings(deployment):
            for one in building.images():
                for name, place in (*_copied(one), *_mounted(building, one)):
                    if place not in reported and _is_lost(building, name):
                        reported.add(place)
                        yield _finding(deployment.name, building, name, place)


def _copied(image: Image) -> Iterator[tuple[str, Span]]:
    for copy in image.copies:
        if isinstance(copy.image, Known):
            flag = copy.instruction.flag("from")
            yield copy.image.value, flag.span if flag else copy.instruction.span


def _mounted(building: Building, image: Image) -> Iterator[tuple[str, Span]]:
    """Yield what ``RUN --mount=from=`` names and no stage is called."""
    stages = {stage.name.lower() for stage in building.dockerfile.stages if stage.name}
    for stage in image.stages:
        for one in stage.instructions:
            for flag in one.flags if one.name == "RUN" and not one.on_build else ():
                options = dict(part.partition("=")[::2] for part in flag.value.split(","))
                name = options.get("from", "") if flag.name == "mount" else ""
                if name and not name.isdecimal() and name.lower() not in stages:
                    yield name, flag.span


def _is_lost(building: Building, name: str) -> bool:
    if not name or any(char in name for char in "/:@.$") or name in OFFICIAL:
        return False
    if name.isdecimal():
        return True
    if building.has_more_contexts:
        return False
    stages = [stage.name for stage in building.dockerfile.stages if stage.name]
    # A single word may be an official image; beside named stages that look alike it is a slip.
    return bool(difflib.get_close_matches(name.lower(), stages, n=1, cutoff=0.6)) or name.lower() in _STAGES


_STAGES = frozenset(
    {"build", "builder", "base", "deps", "dependencies", "assets", "frontend", "static", "dist"}
)
"""Words that name stages and no official image."""


def _finding(stack: str, building: Building, name: str, place: Span) -> Finding:
    path = building.dockerfile.source.path
    stages = {stage.name: stage for stage in building.dockerfile.stages if stage.name}
    near = difflib.get_close_matches(name.lower(), stages, n=1, cutoff=0.6)
    return Finding(
        f"the build of {building.where} copies from the stage `{name}`, which {path} does not have",
        Label(place, "taken for an image of Docker Hub: the build fails"),
        tuple(Label(stages[found].start.span.first_line(), "perhaps this one is meant") for found in near),
        notes=(f"its stages are {', '.join(stages)}",) if stages else (),
        help="name one of the stages (`FROM ... AS name`)",
        stacks=(stack,),
        address=(path, name),
        fixes=whole(f"copy from {near[0]}", [_named(place, name, near[0])], safe=False) if near else (),
    )


def _named(place: Span, name: str, wanted: str) -> Edit | None:
    start = place.text.rfind(f"from={name}") + len("from=")
    return Edit(place.sub(start, start + len(name)), wanted) if start >= len("from=") else None
