"""The switch that stops automatic migrations stops all of them."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.checks._roles import meant_for_production
from confguard.finding import Finding, Label
from confguard.model.deployment import Deployment
from confguard.model.migrations import Switch, ineffective_switches
from confguard.model.repo import Repo
from confguard.words import services_named


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each switch that an operator may turn and that leaves a migration running."""
    for deployment in meant_for_production(repo):
        for switch in ineffective_switches(deployment):
            yield from _finding(deployment, switch)


def _finding(deployment: Deployment, switch: Switch) -> Iterator[Finding]:
    names = [service for service, _ in switch.by]
    spans = [program.span or deployment.services[name].span for name, program in switch.by]
    places = [span.first_line() for span in spans if span is not None]
    if not places:
        return
    who = services_named(names, "migrates", "migrate")
    waiting = [
        Label(one.span.first_line(), f"{service.name} waits for it")
        for service in deployment.services.values()
        for one in service.depends_on
        if one.service in names and one.condition == "service_completed_successfully" and one.span is not None
    ]
    yield Finding(
        f"{who} the database whatever `{switch.name}` says",
        Label(places[0], "migrates without asking"),
        (
            *(Label(place, "so does this") for place in places[1:3]),
            Label(switch.offered, "the operator is given the switch"),
            Label(switch.tested.first_line(), "asked here"),
            *waiting[:1],
        ),
        help=f"ask {switch.name} there, too, or put the service that migrates into a profile that a cut-over "
        "leaves out",
        stacks=(deployment.name,),
        address=(switch.name, *names),
    )
