"""Jobs execute commands only in services that they have started."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.finding import Finding, Label
from confguard.model.repo import Repo
from confguard.model.workflows.compose_jobs import unstarted
from confguard.words import joined


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each service that a job uses and has not started."""
    seen: set[tuple[str, str, str]] = set()
    for one in unstarted(repo):
        key = (one.span.path, one.job.name, one.service)
        if key in seen:
            continue
        seen.add(key)
        yield Finding(
            f"job `{one.job.name}` executes a command in service `{one.service}`, which it has not started",
            Label(one.span.first_line(), "ends with `service is not running`"),
            (Label(one.start.first_line(), f"starts {joined(one.started)} only"),),
            help=f"start `{one.service}` too, or use `docker compose run --rm {one.service}`",
            address=key,
        )
