"""The env file that people are told to make is one that something loads."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.finding import Finding, Label, Severity
from confguard.model.repo import Repo
from confguard.model.unloaded_env_files import Unloaded, unloaded
from confguard.words import joined

_SHOWN = 3


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each template whose copies nothing loads, though a stack needs what they set."""
    for one in unloaded(repo):
        names = [use.name for use in one.wanted]
        shown = [*names[:_SHOWN], *([f"{len(names) - _SHOWN} more"] if len(names) > _SHOWN else [])]
        targets = list(dict.fromkeys(copy.target for copy in one.copies))
        files = joined([f"`{target}`" for target in targets])
        reach = "reach" if len(names) > 1 else "reaches"
        yield Finding(
            f"nothing loads {files}, to which people are told to copy {one.template}: "
            f"docker compose reads {one.read}",
            Label(one.copies[0].span.first_line(), "what is edited in the copy has no effect"),
            tuple(_labels(one)),
            notes=(f"{joined(shown)} of {one.template} never {reach} the stack",),
            help=f"copy it to {one.read}, or start the stack with `docker compose --env-file {targets[-1]}`",
            stacks=(one.deployment.name,),
            address=(one.template, *targets),
            severity=Severity.INFO if one.for_development else None,
        )


def _labels(one: Unloaded) -> Iterator[Label]:
    for copy in one.copies[1:]:
        yield Label(copy.span.first_line(), "here too")
    for use in one.wanted[:_SHOWN]:
        if use.span is not None:
            yield Label(use.span.first_line(), f"takes {use.name}")
