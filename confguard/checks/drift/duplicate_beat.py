"""One scheduler sends the periodic tasks of an application."""

from __future__ import annotations

import re
from collections.abc import Iterator

from confguard.checks._roles import meant_for_production
from confguard.finding import Finding, Label
from confguard.model.celery import Beat, code_run_by, consumption
from confguard.model.deployment import Deployment
from confguard.model.repo import Repo
from confguard.words import joined

_REDBEAT = re.compile("redbeat", re.IGNORECASE)


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each application whose periodic tasks several schedulers send."""
    for deployment in meant_for_production(repo):
        groups: dict[str, list[Beat]] = {}
        for beat in consumption(deployment).beats:
            if beat.sure and beat.application:
                groups.setdefault(beat.application.partition(".")[0], []).append(beat)
        for application, found in groups.items():
            beats = _together(deployment, found)
            if beats and not _has_lock(deployment, beats[0].service):
                yield from _finding(deployment, application, beats)


def _together(deployment: Deployment, beats: list[Beat]) -> list[Beat]:
    """Return the schedulers that run beside another one: services of different profiles are alternatives."""
    services = deployment.services
    return [
        one
        for one in beats
        if one.replicas > 1
        or any(
            other is not one and not services[one.service].is_alternative_to(services[other.service])
            for other in beats
        )
    ]


def _has_lock(deployment: Deployment, service: str) -> bool:
    words = deployment.processes[service].text.lower()
    return "redbeat" in words or code_run_by(deployment, service).speaks_of(_REDBEAT)


def _finding(deployment: Deployment, application: str, beats: list[Beat]) -> Iterator[Finding]:
    names = list(dict.fromkeys(beat.service for beat in beats))
    spans = dict.fromkeys(beat.span for beat in beats if beat.span is not None)
    labels = [Label(span, "sends them") for span in spans]
    replicas = deployment.services[names[0]].replicas
    if len(beats) == 1 and replicas is not None and replicas.span is not None:
        labels.append(Label(replicas.span.first_line(), "so many times"))
    if not labels:
        return
    who = (
        f"services {joined(names)}"
        if len(names) > 1
        else f"{max(beats[0].replicas, len(beats))} schedulers of service {names[0]}"
    )
    yield Finding(
        f"{who} each send the periodic tasks of `{application}`: every task runs more than once",
        labels[0],
        tuple(labels[1:4]),
        help="run beat in one service with one replica, and not in workers (`-B`)",
        stacks=(deployment.name,),
        address=(application, *names),
    )
