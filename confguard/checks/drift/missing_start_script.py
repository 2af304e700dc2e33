"""The scripts that containers run are in them."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.checks._roles import service_labels
from confguard.finding import Finding, Label, Severity
from confguard.model.deployment import Deployment
from confguard.model.repo import Repo
from confguard.model.started_files import Unstarted, unstarted
from confguard.words import services_named


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each script that services are told to run and do not have."""
    for deployment in repo.production:
        groups: dict[tuple[str, bool], list[Unstarted]] = {}
        for one in unstarted(deployment):
            groups.setdefault((one.path, one.in_health_check), []).append(one)
        for found in groups.values():
            yield _finding(deployment, found)


def _finding(deployment: Deployment, found: list[Unstarted]) -> Finding:
    first, names = found[0], [one.service for one in found]
    who = services_named(names)
    what = f"the health check of {who} runs" if first.in_health_check else f"{who} runs"
    if len(names) > 1 and not first.in_health_check:
        what = f"{who} run"
    places = list(dict.fromkeys(one.place.first_line() for one in found))
    image = deployment.processes[first.service].image
    base = [Label(image.stages[-1].span.first_line(), "the image is built here")] if image else []
    effect = "always fails" if first.in_health_check else "the container ends at once"
    return Finding(
        f"{what} `{first.word}`, and nothing puts `{first.path}` into the container",
        Label(places[0], effect),
        (
            *(Label(place, "and here") for place in places[1:3]),
            *base,
            *service_labels(deployment, names, "runs it", 3),
        ),
        notes=(f".dockerignore leaves out {first.left_out}",) if first.left_out else (),
        help="take it out of .dockerignore"
        if first.left_out
        else "correct the path, or COPY the script into the image",
        stacks=(deployment.name,),
        address=(first.path, *names),
        severity=Severity.WARNING if first.in_health_check else None,
    )
