"""One process at a time migrates the database."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.checks._roles import meant_for_production
from confguard.finding import Finding, Label
from confguard.model.deployment import Deployment
from confguard.model.migrations import Migration, concurrent
from confguard.model.repo import Repo
from confguard.source import Span
from confguard.words import joined


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each stack in which several containers migrate at the same time."""
    for deployment in meant_for_production(repo):
        found = concurrent(deployment)
        if found:
            yield from _finding(deployment, found)


def _finding(deployment: Deployment, found: tuple[Migration, ...]) -> Iterator[Finding]:
    names = [one.service for one in found]
    places: dict[Span, str] = {}
    for one in found:
        span = one.program.span or deployment.services[one.service].span
        if span is not None:
            places.setdefault(span.first_line(), f"{one.service} migrates when it starts")
    replicas = deployment.services[names[0]].replicas
    if len(names) == 1:
        message = f"each replica of service {names[0]} migrates the database when it starts"
        if replicas is not None and replicas.span is not None:
            places[replicas.span.first_line()] = "so many at the same time"
    else:
        message = (
            f"services {joined(names)} migrate the same database when they start, and none waits for another"
        )
        for name in names:
            span = deployment.services[name].span
            if span is not None:
                places.setdefault(span, "starts at any time")
    labels = [Label(span, text) for span, text in places.items()]
    if not labels:
        return
    yield Finding(
        message,
        labels[0],
        tuple(labels[1:5]),
        help="migrate in a service of its own that ends, and let the others wait for it with "
        "`condition: service_completed_successfully`",
        stacks=(deployment.name,),
        address=tuple(names),
    )
