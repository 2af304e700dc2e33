"""What continuous integration has built and pushed is what production runs."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.finding import Finding, Label
from confguard.model.repo import Repo
from confguard.model.workflows.built_again import BuiltAgain, built_again
from confguard.words import joined

_SHOWN = 4


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each workflow that pushes images which production builds for itself."""
    groups: dict[str, list[BuiltAgain]] = {}
    for one in sorted(built_again(repo), key=lambda one: (one.span.path, one.span.start)):
        groups.setdefault(one.span.path, []).append(one)
    for path, group in groups.items():
        dockerfiles = [one.dockerfile for one in group]
        places = {span.first_line(): name for one in group for name, span in one.services}
        which = "an image" if len(group) == 1 else f"{len(group)} images"
        it = "it" if len(group) == 1 else "them"
        yield Finding(
            f"{path} pushes {which}, and no stack runs {it}: production builds {joined(dockerfiles)} again",
            Label(group[0].span.first_line(), "built and pushed here"),
            (
                *(Label(one.span.first_line(), "and here") for one in group[1:_SHOWN]),
                *(
                    Label(span, f"{name} is built on the host")
                    for span, name in list(places.items())[:_SHOWN]
                ),
            ),
            notes=("what was checked is not what runs, and there is no tag to go back to",),
            help="give the services the `image:` that is pushed, with a tag from a variable, or push none",
            stacks=tuple(dict.fromkeys(name for one in group for name in one.stacks)),
            address=(path, *dockerfiles),
        )
