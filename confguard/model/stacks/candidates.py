"""The chains of Compose files that may be stacks: named by commands, taken by Compose, or left over."""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from dataclasses import dataclass, field

from confguard.discover.kinds import ProjectFile
from confguard.discover.project import Project
from confguard.model.stacks.shapes import Shape
from confguard.model.stacks.sightings import Gathered, Sighting
from confguard.model.stacks.stack import Role, default_files, is_default_name, role_of_name
from confguard.model.value import Step

Chain = tuple[str, ...]
"""Compose files in merge order."""


@dataclass
class Candidate:
    """What is known of one chain of files while the stacks are being found."""

    files: Chain
    sightings: list[Sighting] = field(default_factory=list)
    evidence: list[Step] = field(default_factory=list)
    role: Role = Role.UNKNOWN

    @property
    def profile_sets(self) -> list[tuple[str, ...]]:
        """The sets of profiles that are used with it, none first."""
        found = {one.profiles for one in self.sightings if one.weight}
        if not any(one.weight for one in self.sightings):
            found.add(())
        return sorted(found, key=lambda names: (len(names), names))

    @property
    def weight(self) -> int:
        """How much its sightings count together."""
        return sum(one.weight for one in self.sightings)


def candidates_of(
    project: Project, composes: dict[str, ProjectFile], gathered: Gathered, shapes: Callable[[str], Shape]
) -> list[Candidate]:
    """Return the chains that commands name, those that Compose takes by itself, and what is left."""
    found: dict[Chain, Candidate] = {}
    for sighting in gathered.sightings:
        if all(path in composes for path in sighting.files):
            made = found.setdefault(sighting.files, Candidate(sighting.files))
            made.sightings.append(sighting)
            made.evidence.append(sighting.step)
    parts = {part for path in composes for part in shapes(path).includes if path not in shapes(part).includes}
    # A folder that has parts of another folder's file holds parts, used or not.
    wholes = {posixpath.dirname(path) for path in set(composes) - parts if shapes(path).includes}
    folders = {posixpath.dirname(part) for part in parts} - wholes
    parts |= {path for path in composes if posixpath.dirname(path) in folders}
    for folder in sorted({posixpath.dirname(path) for path in set(composes) - parts}):
        files = default_files(project, folder)
        if files and posixpath.dirname(files[0]) == folder and all(path in composes for path in files):
            made = found.setdefault(files, Candidate(files))
            made.evidence.append(file_step(project, files[0], "Compose reads it by itself"))
            if len(files) > 1 and files[:1] not in found:
                step = file_step(project, files[0], "without its override file")
                found[files[:1]] = Candidate(files[:1], evidence=[step])
    used = {path for files in found for path in files}
    for path in sorted(set(composes) - used - parts):
        chain, words = _left(path, composes, shapes)
        found.setdefault(chain, Candidate(chain)).evidence.append(file_step(project, path, words))
    return [one for one in found.values() if _can_run(one, shapes)]


def file_step(project: Project, path: str, words: str) -> Step:
    """Return evidence at the start of a file."""
    source = project.read(path)
    return Step(words, source.span(0) if source else None)


def _left(path: str, composes: dict[str, ProjectFile], shapes: Callable[[str], Shape]) -> tuple[Chain, str]:
    """Return the chain of a file that nothing names: an overlay merges over its base."""
    own = shapes(path)
    if not own.is_overlay:
        return (path,), "it can run by itself"
    folder = posixpath.dirname(path)
    bases = [
        other
        for other in composes
        if other != path and not shapes(other).is_overlay and own.bare <= shapes(other).services
    ]
    near = [other for other in bases if posixpath.dirname(other) == folder] or [
        other for other in bases if posixpath.dirname(other) == posixpath.dirname(folder)
    ]
    near.sort(key=lambda other: (not is_default_name(other), role_of_name(other) is not Role.UNKNOWN, other))
    if near:
        return (near[0], path), "it only adds to services of the other"
    return (path,), "it adds to services that no file beside it has"


def _can_run(one: Candidate, shapes: Callable[[str], Shape]) -> bool:
    """Say whether a chain has services and each says what it runs; True where that cannot be read."""
    if is_broken(one, shapes):
        return True
    services = {name for path in one.files for name in shapes(path).services}
    full = {name for path in one.files for name in shapes(path).services - shapes(path).bare}
    return bool(services) and (services == full or bool(one.sightings))


def is_broken(one: Candidate, shapes: Callable[[str], Shape]) -> bool:
    """Say whether a file of a chain cannot be read."""
    return any(shapes(path).broken for path in one.files)
