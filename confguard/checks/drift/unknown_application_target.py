"""Servers and Celery load applications that exist."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.checks._roles import service_labels
from confguard.finding import Finding, Label, Severity
from confguard.model.deployment import Deployment
from confguard.model.repo import Repo
from confguard.model.targets import Lack, Missing, missing_in_settings, missing_targets
from confguard.words import services_named


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each target of a command or setting that the repository surely does not have."""
    for deployment in repo.production:
        groups: dict[tuple[str, str], list[Missing]] = {}
        for one in missing_targets(deployment):
            groups.setdefault((one.program.name, one.target), []).append(one)
        for found in groups.values():
            yield from _finding(deployment, found)
        for unset in missing_in_settings(deployment):
            yield Finding(
                f"{unset.setting} names `{unset.target}`, and there is no such module",
                Label(unset.place.first_line(), "only runserver loads it"),
                help="correct the name, or leave the setting out",
                stacks=(deployment.name,),
                address=(unset.setting,),
                severity=Severity.INFO,
            )


def _finding(deployment: Deployment, found: list[Missing]) -> Iterator[Finding]:
    first, names = found[0], list(dict.fromkeys(one.service for one in found))
    places = list(dict.fromkeys(one.place.first_line() for one in found if one.place is not None))
    services = service_labels(deployment, names, "does not start", 3)
    labels = [*(Label(place, "named here") for place in places[:3]), *services]
    if not labels:
        return
    if first.source is not None:
        start = first.source.span(0, max(len(first.source.line_text(1)), 0))
        labels.append(Label(start, f"has no {first.name}"))
    who = services_named(names)
    what = "there is no such module" if first.lack is Lack.MODULE else f"the module has no `{first.name}`"
    yield Finding(
        f"{first.program.name} in {who} is to load `{first.target}`, and {what}",
        labels[0],
        tuple(labels[1:]),
        help="correct the module and the name behind the colon, as seen from the working directory",
        stacks=(deployment.name,),
        address=(first.program.name, *names),
    )
