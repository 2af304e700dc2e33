"""No container of production uses a private key that is in the repository."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.finding import Finding, Label
from confguard.model.deployment import Deployment
from confguard.model.private_keys import Used, used_keys
from confguard.model.repo import Repo
from confguard.words import joined


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each committed key that containers have."""
    for deployment in repo.production:
        groups: dict[str, list[Used]] = {}
        for one in used_keys(deployment):
            groups.setdefault(one.path, []).append(one)
        for path, found in groups.items():
            yield _finding(deployment, path, found)


def _finding(deployment: Deployment, path: str, found: list[Used]) -> Finding:
    services = list(dict.fromkeys(one.service for one in found))
    spans = [one.layer.span for one in found if one.layer.span is not None]
    first, *others = dict.fromkeys(span.first_line() for span in spans)
    how = "mounted" if found[0].layer.is_mount else "copied"
    return Finding(
        f"the private key {path} is in the repository, and service{'s' if len(services) > 1 else ''} "
        f"{joined(services)} {'have' if len(services) > 1 else 'has'} it",
        Label(first, f"{how} to {found[0].target}"),
        tuple(Label(span, "and here") for span in others[:5]),
        notes=("whoever can read the repository can pretend to be its owner",),
        help="make a new key on the host, keep it out of git (its history keeps the old one), and mount it "
        "from there or hand it over as a secret",
        stacks=(deployment.name,),
        address=(path, *services),
    )
