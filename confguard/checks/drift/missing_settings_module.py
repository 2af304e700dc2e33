"""The settings module that a program is to run with exists."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.checks._roles import service_labels
from confguard.finding import Finding, Label
from confguard.model.absent import why_absent
from confguard.model.deployment import Deployment
from confguard.model.repo import Repo
from confguard.model.running_settings import Running, candidates, missing
from confguard.words import services_named


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each module that programs of a stack are to run with and that is not there."""
    for deployment in repo.production:
        groups: dict[str, list[Running]] = {}
        for one in missing(deployment):
            paths = candidates(deployment, one.module)
            if not any(why_absent(repo.project, repo.files, path) for path in paths):
                groups.setdefault(one.module, []).append(one)
        for module, found in groups.items():
            yield from _finding(deployment, module, found)


def _finding(deployment: Deployment, module: str, found: list[Running]) -> Iterator[Finding]:
    names = list(dict.fromkeys(one.service for one in found))
    places = list(dict.fromkeys(one.span.first_line() for one in found if one.span is not None))
    services = service_labels(deployment, names, "cannot start")
    labels = [*(Label(place, "names it") for place in places[:3]), *services]
    if not labels:
        return
    who = services_named(names, "is", "are")
    yield Finding(
        f"{who} to run with the settings `{module}`, and there is no such module",
        labels[0],
        tuple(labels[1:]),
        help="correct DJANGO_SETTINGS_MODULE, or add the module",
        stacks=(deployment.name,),
        address=tuple(names),
    )
