"""The Dockerfile declares the build arguments that the stack passes to it."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator

from confguard.finding import Edit, Finding, Fix, Label, Severity
from confguard.fixes.dockerfile import declare
from confguard.fixes.edits import whole
from confguard.model.builds import Building, buildings
from confguard.model.repo import Repo
from confguard.source import Span
from confguard.words import joined

_BUILDER = re.compile(
    r"(BUILDKIT_\w+|DOCKER_BUILDKIT|SOURCE_DATE_EPOCH|COMPOSE_\w+|(http|https|ftp|no|all)_proxy"
    r"|(BUILD|TARGET)(PLATFORM|OS|ARCH|VARIANT|OSVERSION))\Z",
    re.IGNORECASE,
)
"""Arguments that the builder itself takes, or that many pass on by custom."""

_BUNDLED = ("VITE_", "REACT_APP_", "NEXT_PUBLIC_", "NUXT_", "VUE_APP_", "PUBLIC_", "GATSBY_", "EXPO_PUBLIC_")
"""Beginnings of the variables that front-end builds put into what they bundle."""


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each Dockerfile and the arguments that the same builds lose there."""
    builds: dict[tuple[str, str], list[tuple[str, Building]]] = {}
    for deployment in repo.production:
        for building in buildings(deployment):
            for name in _lost(building):
                key = (building.dockerfile.source.path, name)
                builds.setdefault(key, []).append((deployment.name, building))
    groups: dict[tuple[str, tuple[Span | None, ...]], list[str]] = {}
    for (path, name), found in builds.items():
        services = tuple(dict.fromkeys(building.services[0].span for _, building in found))
        groups.setdefault((path, services), []).append(name)
    for (path, _), lost in groups.items():
        found = builds[path, lost[0]]
        yield _finding(list(dict.fromkeys(stack for stack, _ in found)), [one for _, one in found], lost)


def _lost(building: Building) -> Iterator[str]:
    declared = {
        pair.name.text for one in building.dockerfile.instructions if one.name == "ARG" for pair in one.pairs
    }
    for name, value in building.build.args.items():
        if value is not None and name not in declared and not _BUILDER.match(name):
            yield name


def _finding(stacks: list[str], builds: list[Building], lost: list[str]) -> Finding:
    building = builds[0]
    text = building.dockerfile.source.text
    names = joined(lost)
    declared = sorted({pair.name.text for one in building.dockerfile.instructions for pair in one.pairs})
    near = [found for name in lost for found in difflib.get_close_matches(name, declared, n=1, cutoff=0.8)]
    matters = near or any(name.startswith(_BUNDLED) or re.search(rf"\${{?{name}\b", text) for name in lost)
    found = [place.first_line() for one in builds for name in lost if (place := _place(one, name))]
    places = list(dict.fromkeys(found))
    first = building.dockerfile.stages[0].start.span if building.dockerfile.stages else None
    return Finding(
        f"the build of {building.where} is given {names}, which {building.dockerfile.source.path} "
        "does not declare",
        Label(places[0], "the builder drops it, with no more than a warning"),
        (
            *(Label(place, "the same") for place in places[1:]),
            *((Label(first.first_line(), "no stage declares it"),) if first else ()),
        ),
        notes=tuple(f"the Dockerfile declares {name}" for name in near),
        help=f"write `ARG {lost[0]}` in the stage that uses it, or take it out of `args`",
        stacks=tuple(stacks),
        address=(building.services[0].name, *lost),
        severity=None if matters else Severity.INFO,
        fixes=() if near else _declared(building, lost),
    )


def _declared(building: Building, lost: list[str]) -> tuple[Fix, ...]:
    """Return the fix that declares the arguments, each in the stages that use it, or in the only stage."""
    stages = building.dockerfile.stages
    edits: list[Edit | None] = []
    for name in lost:
        uses = [stage for stage in stages if re.search(rf"\${{?{name}\b", stage.span.text)]
        edits += [declare(stage, name) for stage in uses or (stages if len(stages) == 1 else ())] or [None]
    return whole(f"declare {', '.join(lost)}", edits, safe=True)


def _place(building: Building, name: str) -> Span | None:
    value = building.build.args.get(name)
    steps = [step.span for step in value.trail if step.span] if value else []
    service = building.services[0]
    return (steps[0] if steps else None) or building.build.span or service.span
