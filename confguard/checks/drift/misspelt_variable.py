"""No variable is delivered under a name that is nearly the one which is read."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.checks._trails import joined
from confguard.finding import Finding, Label
from confguard.model.delivery import Variable
from confguard.model.delivery.misspelt import misspellings
from confguard.model.deployment import App, Deployment
from confguard.model.repo import Repo
from confguard.model.value import Origin
from confguard.source import Span


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each variable that nobody reads while one of nearly its name is lacking."""
    for deployment in repo.production:
        for app in deployment.apps:
            if app.services:
                yield from _judge(deployment, app)


def _judge(deployment: Deployment, app: App) -> Iterator[Finding]:
    for variable, read in misspellings(deployment, app):
        span = variable.value.span if variable.value else None
        if span is None or read.required:
            continue  # undelivered-variable tells of settings that do not start, and names this one
        yield Finding(
            f"{_who(app)} {variable.name}, which nothing reads; "
            f"the settings read {read.key}, which nothing sets",
            Label(span.first_line(), "nobody reads this name"),
            (
                Label(read.span.first_line(), f"reads {read.key}, and gets its default"),
                *(Label(place.first_line(), "passed on from here") for place in _others(variable)),
            ),
            help=f"use one name on both sides: set {read.key}, or read {variable.name}",
            stacks=(deployment.name,),
            address=(variable.name, read.key),
        )


def _who(app: App) -> str:
    verb = "gets" if len(app.services) == 1 else "get"
    word = "service" if len(app.services) == 1 else "services"
    return f"{word} {joined(app.services)} {verb}"


def _others(variable: Variable) -> Iterator[Span]:
    """Yield the further places that the value comes through."""
    seen = {variable.value.span} if variable.value else set()
    for step in variable.value.trail if variable.value else ():
        if step.span is not None and step.span not in seen and step.origin is not Origin.DEFAULT:
            seen.add(step.span)
            yield step.span
