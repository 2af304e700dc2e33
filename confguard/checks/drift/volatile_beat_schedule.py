"""A scheduler remembers over deployments what it sent."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.finding import Finding, Label
from confguard.model.celery.schedule_file import Forgetful, forgetful_schedulers
from confguard.model.deployment import Deployment
from confguard.model.repo import Repo
from confguard.words import joined


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each scheduler whose file is gone with its container, and matters."""
    for deployment in repo.production:
        for one in forgetful_schedulers(deployment):
            yield from _finding(deployment, one)


def _finding(deployment: Deployment, one: Forgetful) -> Iterator[Finding]:
    service = deployment.services[one.service]
    names = [name for name, _ in one.tasks]
    shown = names if len(names) < 4 else [*names[:2], f"{len(names) - 2} more"]
    memory = [layer.span for layer in deployment.container_files[one.service].layers if layer.kind == "tmpfs"]
    place = one.layer.span if one.layer is not None else next((span for span in memory if span), None)
    primary = place if place is not None and (one.layer is not None or not one.path) else service.span
    if primary is None:
        return
    where = f"in memory, at `{one.path}`" if one.layer else f"at `{one.path}` inside of the container"
    yield Finding(
        f"the scheduler of service {one.service} keeps its times {where if one.path else 'in memory'}: with "
        f"each deployment {joined(shown)} {'begins' if len(names) == 1 else 'begin'} to wait anew",
        Label(primary.first_line(), "is gone with the container"),
        (
            *(Label(span.first_line(), "names the file") for span in one.told[:2]),
            *(
                Label(span.first_line(), f"{name} waits from the start")
                for name, span in one.tasks[:4]
                if span
            ),
        ),
        help="keep the file in a volume (`--schedule`), or give what is due at an hour a `crontab(...)`",
        stacks=(deployment.name,),
        address=(one.service, "beat"),
    )
