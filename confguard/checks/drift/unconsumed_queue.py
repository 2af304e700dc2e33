"""Every queue that tasks are sent to has a worker."""

from __future__ import annotations

import re
from collections.abc import Iterator

from confguard.checks._roles import meant_for_production
from confguard.finding import Finding, Label
from confguard.model.celery import Consumption, Mention, code_run_by, consumption
from confguard.model.deployment import Deployment
from confguard.model.django import plain
from confguard.model.repo import Repo
from confguard.model.screened import Screened

_DEFINED = Screened(
    re.compile(r"task_queues|TASK_QUEUES|CELERY_QUEUES|[Cc]elery_default_queue|\bcreate_missing_queues"),
    ("task_queues", "TASK_QUEUES", "CELERY_QUEUES", "elery_default_queue", "create_missing_queues"),
)


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each queue that the code names and no worker of the stack consumes."""
    for deployment in meant_for_production(repo):
        found = consumption(deployment)
        if not found.workers or not found.complete or not all(worker.known for worker in found.workers):
            continue
        code = code_run_by(deployment, found.workers[0].service)
        consumed = _consumed(deployment, found)
        if consumed is None or code.speaks_of(_DEFINED):
            continue
        groups: dict[str, list[Mention]] = {}
        for mention in code.queues:
            if mention.name not in consumed:
                groups.setdefault(mention.name, []).append(mention)
        for queue, mentions in groups.items():
            yield _finding(deployment, queue, mentions, found)


def _consumed(deployment: Deployment, found: Consumption) -> set[str] | None:
    """Return the queues that the workers consume; None where the default one is not known."""
    queues = {queue for worker in found.workers for queue in worker.queues or ()}
    if all(worker.queues is not None for worker in found.workers):
        return queues
    app = next((app for worker in found.workers if (app := deployment.app_of(worker.service))), None)
    default = app.settings.get("CELERY_TASK_DEFAULT_QUEUE") if app is not None else None
    if default is None:
        return {*queues, "celery"}
    try:
        return {*queues, str(plain(default))}
    except ValueError:
        return None


def _finding(deployment: Deployment, queue: str, mentions: list[Mention], found: Consumption) -> Finding:
    spans = dict.fromkeys(worker.span for worker in found.workers if worker.span is not None)
    workers = [Label(span, "does not consume it") for span in spans]
    places = [Label(mention.span.first_line(), "sent there, too") for mention in mentions[1:3]]
    listening = sorted({name for worker in found.workers for name in worker.queues or ("celery",)})
    return Finding(
        f"tasks are sent to the queue `{queue}`, which no worker of the stack consumes",
        Label(mentions[0].span.first_line(), "waits in the broker for ever"),
        (*places, *workers[:4]),
        notes=(f"consumed are {', '.join(listening)}",),
        help=f"add {queue} to a worker's `-Q`, or send the task to a queue that is consumed",
        stacks=(deployment.name,),
        address=(queue,),
    )
