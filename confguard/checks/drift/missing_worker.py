"""Tasks that the application sends are worked on."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.checks._roles import meant_for_production, service_labels
from confguard.finding import Finding, Label
from confguard.model.celery import Code, code_run_by, consumption
from confguard.model.deployment import App, Deployment
from confguard.model.repo import Repo
from confguard.model.roles import ServiceRole, role_of
from confguard.model.value import Known
from confguard.words import services_named


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each stack whose application sends tasks while no worker takes them."""
    for deployment in meant_for_production(repo):
        found = consumption(deployment)
        if found.workers or not found.complete:
            continue
        for app in deployment.apps:
            names = [
                name
                for name in app.services
                if role_of(deployment, deployment.services[name]).role is ServiceRole.APP
            ]
            code = code_run_by(deployment, names[0]) if names else None
            if code is not None and code.has_application and code.calls and _sends(app):
                yield _finding(deployment, app, names, code)
                break


def _sends(app: App) -> bool:
    """Say whether tasks surely go to a broker and are not run in place."""
    eager, broker = app.settings.get("CELERY_TASK_ALWAYS_EAGER"), app.settings.get("CELERY_BROKER_URL")
    in_place = eager is not None and not (isinstance(eager, Known) and not eager.value)
    return not in_place and not (isinstance(broker, Known) and not broker.value)


def _finding(deployment: Deployment, app: App, names: list[str], code: Code) -> Finding:
    labels = service_labels(deployment, names, "sends tasks")
    broker = app.settings.values.get("CELERY_BROKER_URL")
    span = broker.span if broker is not None else None
    calls = list({call.path: call for call in reversed(code.calls)}.values())
    places = [
        Label(call.first_line(), "sends a task") for call in sorted(calls, key=lambda one: one.sort_key)[:3]
    ]
    places += [Label(span.first_line(), "the broker that keeps it")] if span is not None else []
    who = services_named(names, "sends", "send")
    return Finding(
        f"{who} tasks to Celery, and no service of the stack runs a worker",
        labels[0] if labels else places[0],
        (*labels[1:], *places),
        notes=(f"places in the code that send tasks: {len(code.calls)}",),
        help="add a service that runs `celery -A ... worker`, with the environment of the application",
        stacks=(deployment.name,),
        address=tuple(names),
    )
