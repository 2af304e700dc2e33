"""Tasks of the schedule exist."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.finding import Finding, Label
from confguard.model.celery import code_of, unknown_tasks
from confguard.model.repo import Repo


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each scheduled task that the repository does not have."""
    code = code_of(repo.project, "")
    seen: set[str] = set()
    for mention, near in unknown_tasks(code):
        if mention.name in seen:
            continue
        seen.add(mention.name)
        related = (Label(near.span.first_line(), "perhaps this one is meant"),) if near is not None else ()
        yield Finding(
            f"the schedule names the task `{mention.name}`, and there is no such task",
            Label(mention.span.first_line(), "the worker discards it: unregistered task"),
            related,
            help="correct the name: it is the module and the function, or what `name=` of the task says",
            address=(mention.name,),
        )
