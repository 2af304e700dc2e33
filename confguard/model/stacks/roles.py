"""What a chain of Compose files is run for, by names, commands, contents and neighbours."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Callable, Sequence

from confguard.discover.kinds import ProjectFile
from confguard.discover.project import Project
from confguard.model.stacks.candidates import Candidate, file_step
from confguard.model.stacks.shapes import Shape, role_of_content
from confguard.model.stacks.stack import Role, is_default_name, role_of_context, role_of_name
from confguard.model.value import Step


def role_of(
    project: Project,
    one: Candidate,
    candidates: Sequence[Candidate],
    composes: dict[str, ProjectFile],
    shapes: Callable[[str], Shape],
) -> tuple[Role, Step | None]:
    """Return the role of a chain, and what says so.

    ``composes`` are the Compose files by path, ``shapes`` tells what is in each. The files' own names weigh
    most, then downloads, names of neighbours, where commands on the chain stand, the content, the folder.
    """
    fetched = next((sight.step for sight in one.sightings if sight.weight == 3), None)
    asides = [composes[path].aside for path in one.files]
    if "tests" in asides:
        return Role.TEST, None
    for path in reversed(one.files):
        named = role_of_name(path)
        if named is Role.UNKNOWN and posixpath.dirname(path):
            named = role_of_name(posixpath.dirname(path), folders=True)
        if named is not Role.UNKNOWN:
            return named, file_step(project, path, f"its name says {named.value}")
    content, hint = role_of_content([shapes(path) for path in one.files])
    if any(asides) and not fetched:
        return (Role.DEVELOPMENT if "development containers" in asides else Role.UNKNOWN), None
    if fetched and content is not Role.DEVELOPMENT:
        return Role.PRODUCTION, fetched
    sibling = _sibling(project, one, candidates)
    if sibling and sibling[0] is Role.DEVELOPMENT:
        return sibling
    if sibling and content is not Role.DEVELOPMENT:
        return sibling
    said = _said(one, content)
    if said is not None and not (said[0] is Role.TEST and content is Role.DEVELOPMENT):
        return said
    if content is not Role.UNKNOWN and hint is not None:
        return content, Step(f"{hint[1]!r} is for {content.value}", hint[2])
    if content is not Role.DEVELOPMENT and any(
        role_of_context([part]) is Role.PRODUCTION for path in one.files for part in path.split("/")[:-1]
    ):
        return Role.PRODUCTION, file_step(project, one.files[0], "its folder is for deployments")
    return Role.UNKNOWN, None


def _said(one: Candidate, content: Role) -> tuple[Role, Step] | None:
    """Return the role that the commands on a chain tell by where they stand."""
    weights: dict[Role, int] = defaultdict(int)
    steps: dict[Role, Step] = {}
    for sight in one.sightings:
        if sight.weight and sight.role is not Role.UNKNOWN:
            weights[sight.role] += sight.weight
            steps.setdefault(sight.role, sight.step)
    if weights[Role.PRODUCTION] and content is not Role.DEVELOPMENT:
        return Role.PRODUCTION, steps[Role.PRODUCTION]
    for role in (Role.STAGING, Role.DEVELOPMENT, Role.TEST):
        if weights[role] and weights[role] == max(weights.values()):
            return role, steps[role]
    return None


def _sibling(project: Project, one: Candidate, candidates: Sequence[Candidate]) -> tuple[Role, Step] | None:
    """Return the role that a plain file has by the named files beside it."""
    if not is_default_name(one.files[0]) or len(one.files) > 1:
        return None
    folder = posixpath.dirname(one.files[0])
    beside = {
        path: role_of_name(path)
        for other in candidates
        for path in other.files
        if posixpath.dirname(path) == folder and path != one.files[0] and "override" not in path
    }
    by_role = {role: path for path, role in sorted(beside.items(), reverse=True)}
    if Role.PRODUCTION in by_role:
        path = by_role[Role.PRODUCTION]
        return Role.DEVELOPMENT, file_step(project, path, f"beside it stands {path} for production")
    if Role.DEVELOPMENT in by_role:
        path = by_role[Role.DEVELOPMENT]
        return Role.PRODUCTION, file_step(project, path, f"beside it stands {path} for development")
    return None
