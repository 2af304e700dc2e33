"""A schedule of periodic tasks has a scheduler."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.checks._roles import meant_for_production, service_labels
from confguard.finding import Finding, Label
from confguard.model.celery import code_run_by, consumption
from confguard.model.repo import Repo


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each stack with workers and a schedule, and nothing that runs beat."""
    for deployment in meant_for_production(repo):
        found = consumption(deployment)
        if not found.workers or found.beats or not found.complete:
            continue
        code = code_run_by(deployment, found.workers[0].service)
        if code.schedule is None:
            continue
        workers = dict.fromkeys(worker.service for worker in found.workers)
        tasks = list(dict.fromkeys(mention.name for mention in code.scheduled))
        yield Finding(
            "periodic tasks are scheduled, and no service of the stack runs `celery beat`",
            Label(code.schedule.first_line(), "nobody reads the schedule"),
            tuple(service_labels(deployment, workers, "only works on what it is sent")),
            notes=(f"never sent: {', '.join(tasks[:4])}",) if tasks else (),
            help="add one service that runs `celery -A ... beat`, and only one",
            stacks=(deployment.name,),
            address=tuple(workers),
        )
