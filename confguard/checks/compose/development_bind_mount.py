"""Production runs the code of its images, not a folder of the host over it."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.checks._roles import meant_for_production, softened
from confguard.finding import Finding, Label, Severity
from confguard.model.deployment import Deployment
from confguard.model.hidden import Hidden, hidden_code
from confguard.model.repo import Repo
from confguard.words import joined, services_named


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each folder of code that is mounted over the code of an image."""
    for deployment in meant_for_production(repo):
        groups: dict[tuple[str | None, bool], list[Hidden]] = {}
        for one in hidden_code(deployment):
            groups.setdefault((one.mount.path, _is_used(deployment, one)), []).append(one)
        for (path, used), found in groups.items():
            yield _finding(deployment, path or ".", used, found)


def _is_used(deployment: Deployment, one: Hidden) -> bool:
    """Say whether the service's own command speaks of something that the mount hides."""
    text = " ".join(deployment.processes[one.service].words)
    return any(target in text for target, _ in one.made)


def _finding(deployment: Deployment, path: str, used: bool, found: list[Hidden]) -> Finding:
    names = [one.service for one in found]
    who = services_named(names)
    made = list(dict.fromkeys(target for one in found for target, _ in one.made))
    span = found[0].mount.span or deployment.services[names[0]].span
    assert span is not None
    mounts = dict.fromkeys(one.mount.span.first_line() for one in found if one.mount.span is not None)
    # The first of each service before the second of any: services can have different Dockerfiles.
    ranked = [pair for one in found for pair in enumerate(one.copies)]
    copies = dict.fromkeys(place.first_line() for _, place in sorted(ranked, key=lambda pair: pair[0]))
    makes = dict.fromkeys(place.first_line() for one in found for _, place in one.made if place is not None)
    what = "its code" if len(names) == 1 else "their code"
    message = f"the folder `{path}` of the host is mounted over {who} and hides {what} in the image"
    if used:
        message = f"the folder `{path}` of the host is mounted over {who} and hides `{made[0]}` of the image"
    return Finding(
        message,
        Label(span.first_line(), f"hides {found[0].mount.target} of the image"),
        (
            *(Label(place, "mounted here, too") for place in list(mounts)[1:4]),
            *(Label(place, "made here, and hidden") for place in list(makes)[:2]),
            *(Label(place, "copied here, and hidden") for place in list(copies)[:3]),
        ),
        notes=(f"the folder has no {joined(made)}",) if made else (),
        help="leave the mount out of production (an overlay removes it with `volumes: !override`) and put it "
        "into the overlay for development",
        stacks=(deployment.name,),
        address=(path, *names),
        severity=softened(deployment, Severity.ERROR if used else Severity.WARNING),
    )
