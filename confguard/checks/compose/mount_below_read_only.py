"""What is mounted below a read-only mount has its mount point in the repository."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.finding import Finding, Label
from confguard.model.deployment import Deployment
from confguard.model.mount_points import Blocked, blocked
from confguard.model.repo import Repo
from confguard.words import joined, services_named


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each read-only folder that lacks mount points."""
    for deployment in repo.production:
        groups: dict[str, list[Blocked]] = {}
        for one in blocked(deployment):
            groups.setdefault(one.around.path or "", []).append(one)
        for found in groups.values():
            yield _finding(deployment, found)


def _finding(deployment: Deployment, found: list[Blocked]) -> Finding:
    first = found[0]
    services = list(dict.fromkeys(one.service for one in found))
    paths = list(dict.fromkeys(one.path for one in found))
    who = services_named(services)
    places = dict.fromkeys(one.mount.span.first_line() for one in found if one.mount.span is not None)
    around = dict.fromkeys(one.around.span.first_line() for one in found if one.around.span is not None)
    primary, *others = places
    shown = f"`{paths[0]}`" + (f" and {len(paths) - 1} more" if len(paths) > 1 else "")
    return Finding(
        f"{who} cannot start from a fresh checkout: the runtime cannot make {shown} in a read-only mount",
        Label(primary, f"mounted below {first.around.target}, where {paths[0]} is not in the repository"),
        (
            *(Label(place, "read-only: nothing can be made in it") for place in list(around)[:3]),
            *(Label(place, "has no mount point either") for place in others[:5]),
        ),
        notes=(f"not in the repository: {joined(paths[:6])}",),
        help="leave the source mount out of production, where the image has the code; or keep the empty "
        f"folders in git (`{paths[0]}/.gitkeep`)",
        stacks=(deployment.name,),
        address=(first.around.path or "", *services),
    )
