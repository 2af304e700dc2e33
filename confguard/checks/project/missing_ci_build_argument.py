"""Workflows build the images that they push with the arguments that the stack gives."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.finding import Finding, Label
from confguard.model.repo import Repo
from confguard.model.workflows.images import lost_arguments
from confguard.words import joined


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each pushed build that lacks arguments of the stack's build."""
    for one in lost_arguments(repo):
        names = joined([f"`{name}`" for name in one.names])
        yield Finding(
            f"the image of {one.dockerfile} is pushed without {names}, "
            f"which service {one.service} is built with",
            Label(one.span.first_line(), "builds what is pushed"),
            tuple(Label(place.first_line(), "given here") for place in one.places[:4]),
            notes=("front ends bundle the values while they are built; nothing can give them later",),
            help="give the same arguments in `build-args`, or defaults in the Dockerfile",
            address=(one.span.path, one.dockerfile, *one.names),
        )
