"""Jobs enter services that they have started."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.finding import Finding, Label
from confguard.model.repo import Repo
from confguard.model.started_services import unstarted


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each service that a job enters and has not started."""
    for one in unstarted(repo):
        yield Finding(
            f"the job runs a command in service {one.service}, which it has not started",
            Label(one.entered.span.first_line(), "no such container is running"),
            tuple(Label(step.span.first_line(), "starts others only") for step in one.started[:2]),
            help=f"start {one.service}, too, or use `docker compose run --rm {one.service}`",
            address=(one.entered.span.path, one.entered.context, one.service),
        )
