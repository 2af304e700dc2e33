"""What services wait for can come."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.finding import Finding, Fix, Label
from confguard.fixes.compose import service_key, set_condition
from confguard.fixes.edits import whole
from confguard.fixes.yaml import replace_value
from confguard.model.conditions import HEALTHY, Unmet, unmet
from confguard.model.deployment import Deployment
from confguard.model.repo import Repo
from confguard.source import Span
from confguard.words import services_named


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each service that others wait for in vain."""
    for deployment in repo.production:
        groups: dict[tuple[str, str], list[Unmet]] = {}
        for one in unmet(deployment):
            groups.setdefault((one.dependency.service, one.dependency.condition), []).append(one)
        for (service, condition), found in groups.items():
            yield from _finding(deployment, service, condition, found)


def _finding(deployment: Deployment, service: str, condition: str, found: list[Unmet]) -> Iterator[Finding]:
    names = [one.waiting for one in found]
    who = services_named(names, "waits", "wait")
    spans = [one.dependency.span for one in found if one.dependency.span is not None]
    place = found[0].place
    if not spans:
        return
    if condition == HEALTHY:
        message = f"{who} until {service} is healthy, and {service} has no health check"
        text, advice = (
            "has no health check",
            f"give {service} a `healthcheck:`, or wait for `service_started`",
        )
    else:
        restart = deployment.services[service].restart
        policy = getattr(restart, "value", "")
        message = f"{who} until {service} has ended, and `restart: {policy}` starts it again each time"
        text, advice = "never ends", f'set `restart: "no"` or `on-failure` for {service}'
    yield Finding(
        message,
        Label(spans[0].first_line(), "never comes"),
        (
            *(Label(span.first_line(), "nor here") for span in spans[1:4]),
            *((Label(place.first_line(), text),) if place is not None else ()),
        ),
        notes=("docker compose up ends with an error: no healthcheck configured",)
        if condition == HEALTHY
        else (),
        help=advice,
        stacks=(deployment.name,),
        address=(service, condition),
        fixes=_fixes(deployment, service, condition, spans),
    )


def _fixes(deployment: Deployment, service: str, condition: str, spans: list[Span]) -> tuple[Fix, ...]:
    """Return the fix: wait for the start of what has no health check, or let end what is to end."""
    if condition == HEALTHY:
        edits = [set_condition(span, "service_started") for span in spans]
        return whole(f"wait until {service} has started", edits, safe=True)
    place = service_key(deployment.services[service], "restart")
    if place is None or place.shared:
        return ()
    return whole(f"let {service} end", [replace_value(place.value, "on-failure")], safe=True)
