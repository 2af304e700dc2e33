"""Production does not run settings that are made for development."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.checks._roles import meant_for_production, service_labels
from confguard.finding import Finding, Label
from confguard.model.deployment import Deployment
from confguard.model.repo import Repo
from confguard.model.running_settings import Running, for_development
from confguard.words import services_named


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each module for development that servers or workers of production run with."""
    for deployment in meant_for_production(repo):
        groups: dict[tuple[str, str], list[Running]] = {}
        for one, better in for_development(deployment):
            groups.setdefault((one.module, better), []).append(one)
        for (_, better), found in groups.items():
            yield from _finding(deployment, better, found)


def _finding(deployment: Deployment, better: str, found: list[Running]) -> Iterator[Finding]:
    names = list(dict.fromkeys(one.service for one in found))
    places = list(dict.fromkeys(one.span.first_line() for one in found if one.span is not None))
    labels = [Label(place, "names it") for place in places[:3]] or service_labels(
        deployment, names, "runs with it"
    )
    who = services_named(names, "runs", "run")
    yield Finding(
        f"{who} with the settings `{found[0].module}`, which are made for development",
        labels[0],
        (*labels[1:], *(service_labels(deployment, names, "runs with it") if places else ())),
        notes=(f"the ones for production are in {better}",),
        help="deliver DJANGO_SETTINGS_MODULE with the module for production, and make it the default of "
        "wsgi.py, asgi.py and celery.py",
        stacks=(deployment.name,),
        address=tuple(names),
    )
