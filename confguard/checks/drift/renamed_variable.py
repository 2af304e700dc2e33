"""What one name switches on is read by that name everywhere."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.finding import Finding, Label
from confguard.model.delivery.renamed import Renamed, renamed
from confguard.model.repo import Repo
from confguard.words import joined

_SHOWN = 3


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each family of variables that parts of the code know by two names."""
    for deployment in repo.production:
        for app in deployment.apps:
            for family in renamed(deployment, app):
                yield _finding(deployment.name, family)


def _finding(stack: str, family: tuple[Renamed, ...]) -> Finding:
    shown = family[:_SHOWN]
    more = [f"{len(family) - _SHOWN} more"] if len(family) > _SHOWN else []
    first = family[0]
    verb = "is" if len(family) == 1 else "are"
    return Finding(
        f"{joined([*(one.other.name for one in shown), *more])} {verb} set nowhere: the rest of the code and "
        f"{first.place.path} say {joined([*(one.name for one in shown), *more])}",
        Label(first.other.span.first_line(), f"reads {first.other.name}, and gets its default"),
        (
            *(Label(one.other.span.first_line(), f"reads {one.other.name}") for one in shown[1:]),
            *(Label(one.read.first_line(), f"reads {one.name}") for one in shown),
            *(Label(one.place.first_line(), f"sets {one.name}") for one in shown),
        ),
        help="let all code ask the settings, which know one name for each",
        stacks=(stack,),
        address=tuple(one.name for one in family),
    )
