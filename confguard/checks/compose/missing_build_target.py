"""The stage that a service is built up to is in its Dockerfile."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from confguard.finding import Edit, Finding, Label
from confguard.fixes.edits import whole
from confguard.fixes.yaml import node_at, replace_value
from confguard.model.builds import Building, buildings
from confguard.model.repo import Repo
from confguard.model.value import Known
from confguard.source import Span


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each target that is no stage."""
    for deployment in repo.production:
        for building in buildings(deployment):
            target = building.build.target
            if not isinstance(target, Known) or not target.value or target.from_template:
                continue
            if building.dockerfile.stage(target.value) is None and building.dockerfile.stages:
                yield _finding(deployment.name, building, target)


def _finding(stack: str, building: Building, target: Known[str]) -> Finding:
    names = [stage.name for stage in building.dockerfile.stages if stage.name]
    near = difflib.get_close_matches(target.value.lower(), names, n=1, cutoff=0.5)
    place = target.span or building.build.span
    assert place is not None
    stages = building.dockerfile.stages
    shown = [stage for stage in stages if stage.name in near] or [stages[-1]]
    return Finding(
        f"the build of {building.where} ends at the stage `{target.value}`, which "
        f"{building.dockerfile.source.path} does not have",
        Label(place.first_line(), "the build fails"),
        (Label(shown[0].start.span.first_line(), "perhaps this one is meant" if near else "the last stage"),),
        notes=(f"its stages are {', '.join(names)}" if names else "its stages have no names",),
        help="name a stage of the Dockerfile, or leave `target` out to build the last one",
        stacks=(stack,),
        address=(building.services[0].name, "target"),
        fixes=whole(f"build up to {near[0]}", [_named(place, near[0])], safe=False) if near else (),
    )


def _named(place: Span, wanted: str) -> Edit | None:
    found = node_at(place)
    return replace_value(found[1], wanted) if found and "$" not in place.text else None
