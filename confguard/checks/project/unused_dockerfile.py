"""Somebody builds each Dockerfile that lies beside those of the stacks."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.finding import Finding, Label
from confguard.model.repo import Repo
from confguard.model.unused_dockerfiles import unused_dockerfiles


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for the Dockerfiles that nothing builds, though Compose builds their twins."""
    found = list(unused_dockerfiles(repo))
    labels = []
    for path, twin in found:
        source, other = repo.project.read(path), repo.project.read(twin)
        if source is not None and other is not None:
            labels += [
                Label(source.span(0, len(source.line_text(1))), "nobody builds this"),
                Label(other.span(0, len(other.line_text(1))), "Compose builds this one"),
            ]
    if labels:
        names = ", ".join(f"`{path}`" for path, _ in found[:3])
        yield Finding(
            f"nothing builds {names}: no Compose file, script, workflow or document names "
            f"{'it' if len(found) == 1 else 'them'}",
            labels[0],
            tuple(labels[1:7]),
            help="take it out: who mends it changes nothing of what runs",
            address=tuple(path for path, _ in found),
        )
