"""Files that their author takes for part of the repository, and that git does not know yet."""

from __future__ import annotations

from confguard.discover.kinds import Kind, classify
from confguard.discover.project import Listing, Project

_DEPLOYED = frozenset({Kind.COMPOSE, Kind.NGINX, Kind.ENV, Kind.SETTINGS, Kind.DOCKERFILE})
"""Kinds whose absence changes what is deployed."""

_MOST_UNTRACKED = 1_000
"""A folder that nobody told git to ignore may hold any number of files."""


def untracked_files(project: Project) -> tuple[str, ...]:
    """Return the files that would matter if they were added to git."""
    paths = project.listing.untracked[:_MOST_UNTRACKED]
    others = Project(project.root, Listing(paths, project.listing.by))
    return tuple(file.path for file in classify(others) if file.kind in _DEPLOYED and not file.inactive)


def untracked_note(project: Project) -> str:
    """Say which files that would matter are not added to git, and so are absent; ``""`` for none."""
    if not project.paths:  # where nothing is tracked at all, the listing says so itself
        return ""
    found = untracked_files(project)
    if not found:
        return ""
    more = f" and {len(found) - 3} more" if len(found) > 3 else ""
    one = len(found) == 1
    return (
        f"{', '.join(found[:3])}{more} {'is' if one else 'are'} not added to git, and so "
        f"{'counts' if one else 'count'} as absent (`git add` makes {'it' if one else 'them'} count)"
    )
