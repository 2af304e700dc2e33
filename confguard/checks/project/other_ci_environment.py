"""Jobs look at production's stack with production's own env template."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.finding import Finding, Label
from confguard.model.repo import Repo
from confguard.model.workflows.other_environment import OtherTemplate, other_templates
from confguard.words import joined

_SHOWN = 4


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each job that fills production's stack from another template."""
    for one in other_templates(repo):
        related = [Label(one.shown, "stands in production's template alone, or with another value")]
        if one.place != one.command:
            related.insert(0, Label(one.command.first_line(), "looks at production's stack"))
        yield Finding(
            f"job `{one.job.name}` looks at production's stack with the values of {one.used}, "
            f"and never with those of {one.own}",
            Label(one.place.first_line(), "production takes another template"),
            tuple(related),
            notes=tuple(_notes(one)),
            help=f"take {one.own}, and append made-up values for what it leaves open",
            stacks=(one.deployment.name,),
            address=(one.place.path, one.job.name, one.used, one.own),
        )


def _notes(one: OtherTemplate) -> Iterator[str]:
    if one.missing:
        yield f"only {one.own} has {_few(one.missing)}"
    if one.different:
        yield f"{one.own} has other values for {_few(one.different)}"


def _few(names: tuple[str, ...]) -> str:
    shown = [f"`{name}`" for name in names[:_SHOWN]]
    return joined([*shown, f"{len(names) - _SHOWN} more"] if len(names) > _SHOWN else shown)
