"""Workflows push images under tags that stay."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.finding import Finding, Label
from confguard.model.repo import Repo
from confguard.model.workflows.images import only_latest


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each workflow that pushes images as ``latest`` alone."""
    groups: dict[str, dict[str, Label]] = {}
    for one in only_latest(repo):
        label = Label(one.span.first_line(), "pushed under this tag only")
        groups.setdefault(one.span.path, {}).setdefault(one.name, label)
    for path, found in groups.items():
        labels = list(found.values())
        which = "an image" if len(found) == 1 else f"{len(found)} images"
        yield Finding(
            f"the workflow pushes {which} as `latest` alone: nobody can go back to the one before",
            labels[0],
            tuple(labels[1:4]),
            help="push a tag that stays, too: the version, or `${{ github.sha }}`",
            address=(path, *found),
        )
