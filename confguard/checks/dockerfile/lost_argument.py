"""A stage declares the arguments that it uses: what stands in front of FROM is not in it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from confguard.finding import Finding, Fix, Label
from confguard.fixes.dockerfile import declare
from confguard.fixes.edits import whole
from confguard.model.builds import Building, buildings
from confguard.model.dockerfile import Image
from confguard.model.repo import Repo
from confguard.source import Span

_SET_BY_IMAGES = re.compile(r"(PYTHON|NODE|YARN|NGINX|GOLANG|RUBY|PHP|JAVA|PG|REDIS|PIP|POETRY|UV)_\w+\Z")
"""Variables that official images set, so that a stage has them without an ARG."""


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each argument that is empty where a stage uses it."""
    for deployment in repo.production:
        reported: set[Span] = set()
        for building in buildings(deployment):
            outer = {pair.name.text for one in building.dockerfile.arguments for pair in one.pairs}
            outer = {name for name in outer if not _SET_BY_IMAGES.match(name)}
            for image in building.images() if outer else ():
                for name, place in _uses(image, outer):
                    if place not in reported:
                        reported.add(place)
                        yield _finding(deployment.name, building, name, place)


def _uses(image: Image, outer: set[str]) -> Iterator[tuple[str, Span]]:
    """Yield the first use of each argument that its stage does not have at that point."""
    have: set[str] = set()
    told: set[str] = set()
    for stage in image.stages:
        for one in stage.instructions:
            if one.on_build:
                continue
            for name in outer - have - told:
                match = re.search(rf"(?<!\\)\$(?:{name}\b|\{{{name}\}})", one.span.text)
                # A shell may set a variable of that name itself.
                own = one.name in ("RUN", "CMD", "ENTRYPOINT", "HEALTHCHECK")
                if own and (one.name != "RUN" or re.search(rf"\b{name}=|\b(for|read)\s+{name}\b", one.text)):
                    continue
                if match and one.name != "ARG":
                    told.add(name)
                    yield name, one.span.sub(match.start(), match.end())
            if one.name in ("ARG", "ENV"):
                have |= {pair.name.text for pair in one.pairs}


def _finding(stack: str, building: Building, name: str, place: Span) -> Finding:
    declared = next(
        pair.name.span
        for one in building.dockerfile.arguments
        for pair in one.pairs
        if pair.name.text == name
    )
    return Finding(
        f"the build of {building.where} has an empty `{name}`: its ARG stands in front of FROM",
        Label(place, "empty here"),
        (Label(declared.first_line(), "is known in FROM lines only"),),
        help=f"repeat `ARG {name}` (without a value) inside of the stage",
        stacks=(stack,),
        address=(building.dockerfile.source.path, name),
        fixes=_repeated(building, name, place),
    )


def _repeated(building: Building, name: str, place: Span) -> tuple[Fix, ...]:
    """Return the fix that repeats an argument in the stage that uses it."""
    within = [one for one in building.dockerfile.stages if one.span.start <= place.start < one.span.end]
    return whole(f"repeat `ARG {name}` in the stage", [declare(one, name) for one in within], safe=True)
