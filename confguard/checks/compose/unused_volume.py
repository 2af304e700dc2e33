"""Every volume that a stack declares is mounted by a service."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.finding import Finding, Fix, Label
from confguard.fixes.edits import whole
from confguard.fixes.yaml import remove_keys, spot_at
from confguard.model.deployment import Deployment
from confguard.model.repo import Repo
from confguard.model.value import Known, Unknown
from confguard.source import Span
from confguard.words import joined


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each file with volumes that no stack of the repository mounts."""
    used = [_mounted(deployment) for deployment in repo.deployments]
    if any(names is None for names in used):
        return
    mounted = {(path, name) for names in used for path, name in names or ()}
    unused: dict[tuple[str, str], tuple[Span, list[str]]] = {}
    for deployment in repo.production:
        for name, volume in deployment.compose.volumes.items():
            span = volume.span
            if span is not None and not volume.implicit and (span.path, name) not in mounted:
                unused.setdefault((span.path, name), (span, []))[1].append(deployment.name)
    for path in dict.fromkeys(path for path, _ in unused):
        yield _finding({name: found for (at, name), found in unused.items() if at == path})


def _mounted(deployment: Deployment) -> set[tuple[str, str]] | None:
    """Return the volumes that services mount, by file and name; None where one is not known."""
    found: set[tuple[str, str]] = set()
    for service in deployment.compose.services.values():
        for mount in service.volumes:
            if isinstance(mount.source, Unknown):
                return None
            if mount.type == "volume" and isinstance(mount.source, Known):
                found.update((path, mount.source.value) for path in deployment.stack.files)
    return found


def _finding(unused: dict[str, tuple[Span, list[str]]]) -> Finding:
    names = list(unused)
    span, stacks = unused[names[0]]
    return Finding(
        f"no service mounts the volume{'s' if len(names) > 1 else ''} {joined(names)}",
        Label(span.first_line(), "declared, and mounted by nobody"),
        tuple(Label(unused[name][0].first_line(), "neither is this one") for name in names[1:6]),
        help="remove it, or mount it where its name says that data is to be kept",
        stacks=tuple(dict.fromkeys(stacks)),
        address=(span.path, *names),
        fixes=_fixes([span for span, _ in unused.values()]),
    )


def _fixes(spans: list[Span]) -> tuple[Fix, ...]:
    """Return the fix that removes the declarations: what is forgotten may as well be the mount."""
    places = [spot_at(span) for span in spans]
    if any(place is None or place.shared for place in places):
        return ()
    edits = remove_keys([place for place in places if place is not None])
    return whole("remove what is declared and not mounted", edits, safe=False)
