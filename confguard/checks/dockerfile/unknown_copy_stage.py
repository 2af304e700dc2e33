"""COPY --from names a stage of its Dockerfile, another context of the build, or an image of a registry."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from confguard.finding import Edit, Finding, Label
from confguard.fixes.edits import whole
from confguard.model.builds import Building, buildings
from confguard.model.dockerfile import Copy
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
                for copy in one.copies:
                    if copy.instruction.span not in reported and _is_lost(building, copy):
                        reported.add(copy.instruction.span)
                        yield _finding(deployment.name, building, copy)


def _is_lost(building: Building, copy: Copy) -> bool:
    if not isinstance(copy.image, Known):
        return False
    name = copy.image.value
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


def _finding(stack: str, building: Building, copy: Copy) -> Finding:
    assert isinstance(copy.image, Known)
    name, path = copy.image.value, building.dockerfile.source.path
    stages = {stage.name: stage for stage in building.dockerfile.stages if stage.name}
    near = difflib.get_close_matches(name.lower(), stages, n=1, cutoff=0.6)
    flag = copy.instruction.flag("from")
    return Finding(
        f"the build of {building.where} copies from the stage `{name}`, which {path} does not have",
        Label(
            flag.span if flag else copy.instruction.span, "taken for an image of Docker Hub: the build fails"
        ),
        tuple(Label(stages[found].start.span.first_line(), "perhaps this one is meant") for found in near),
        notes=(f"its stages are {', '.join(stages)}",) if stages else (),
        help="name one of the stages (`FROM ... AS name`)",
        stacks=(stack,),
        address=(path, name),
        fixes=whole(f"copy from {near[0]}", [_named(flag.span if flag else None, name, near[0])], safe=False)
        if near
        else (),
    )


def _named(flag: Span | None, name: str, wanted: str) -> Edit | None:
    start = flag.text.rfind(name) if flag else -1
    return Edit(flag.sub(start, start + len(name)), wanted) if flag and start != -1 else None
