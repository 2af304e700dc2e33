"""No variable is delivered under a name that is nearly the one which is read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from confguard.finding import Edit, Finding, Fix, Label
from confguard.fixes.edits import whole
from confguard.model.delivery import Variable
from confguard.model.delivery.misspelt import misspellings
from confguard.model.repo import Repo
from confguard.model.value import Origin
from confguard.source import Span
from confguard.words import services_named

if TYPE_CHECKING:
    from confguard.model.django import EnvRead


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each variable that nobody reads while one of nearly its name is lacking."""
    for deployment in repo.production:
        groups: dict[tuple[str, str, Span], tuple[Variable, EnvRead, list[str]]] = {}
        for app in deployment.apps:
            for variable, read in misspellings(deployment, app):
                span = variable.value.span if variable.value else None
                if span is not None and not read.required:  # undelivered-variable tells of those
                    group = groups.setdefault((variable.name, read.key, span), (variable, read, []))
                    group[2].extend(app.services)
        for (_, _, span), (variable, read, services) in groups.items():
            yield _finding(deployment.name, variable, read, services, span)


def _finding(stack: str, variable: Variable, read: EnvRead, services: list[str], span: Span) -> Finding:
    who = services_named(services, "gets", "get")
    return Finding(
        f"{who} {variable.name}, which nothing reads; the settings read {read.key}, which nothing sets",
        Label(span.first_line(), "nobody reads this name"),
        (
            Label(read.span.first_line(), f"reads {read.key}, and gets its default"),
            *(Label(place.first_line(), "passed on from here") for place in _others(variable)),
        ),
        help=f"use one name on both sides: set {read.key}, or read {variable.name}",
        stacks=(stack,),
        address=(variable.name, read.key),
        fixes=_renamed(span, variable.name, read.key),
    )


def _renamed(span: Span, name: str, wanted: str) -> tuple[Fix, ...]:
    """Return the fix that sets the other name, in an env file or in the environment of a service."""
    line = span.file.line_span(span.line)
    found = re.match(rf"(?:-\s*|export\s+)?[\"']?(?P<name>{re.escape(name)})[\"']?\s*[:=]", line.text)
    if found is None:
        return ()
    return whole(f"set {wanted}", [Edit(line.sub(*found.span("name")), wanted)], safe=False)


def _others(variable: Variable) -> Iterator[Span]:
    """Yield the further places that the value comes through."""
    seen = {variable.value.span} if variable.value else set()
    for step in variable.value.trail if variable.value else ():
        if step.span is not None and step.span not in seen and step.origin is not Origin.DEFAULT:
            seen.add(step.span)
            yield step.span
