"""Compose files and env files that documents and scripts tell people to download."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence

from confguard.discover.kinds import ProjectFile
from confguard.discover.project import Project
from confguard.model.stacks.named_files import normal
from confguard.model.stacks.sightings import Copied, Sighting
from confguard.model.stacks.stack import Role, role_of_context
from confguard.model.value import Step
from confguard.source import SourceFile, Span

_DOWNLOAD = re.compile(
    r"(?:-[oO]\s+(?P<target>[^\s\"'`]+)\s+)?[\"'`<]?https://raw\.githubusercontent\.com/"
    r"[^/\s\"'`]+/[^/\s\"'`]+/(?P<path>[^\s\"'`>)]+)"
)


def downloads(
    project: Project, composes: Sequence[str], file: ProjectFile, source: SourceFile
) -> tuple[list[Sighting], list[Copied]]:
    """Return what a document tells people to download: Compose files, and env files by their new names."""
    if "raw.githubusercontent.com" not in source.text or file.aside == "examples":
        return [], []
    role = role_of_context([source.path])
    sightings: list[Sighting] = []
    others: list[tuple[str, str, Span]] = []
    for match in _DOWNLOAD.finditer(source.text):
        span = source.span(*match.span())
        found = _by_end(composes, match["path"])
        if found:
            step = Step("it is what people are told to download", span)
            sightings += [Sighting((path,), (), (), None, role, 3, step) for path in found]
        elif match["target"] and (tracked := _by_end(project.paths, match["path"])):
            others.append((tracked[0], match["target"], span))
    folders = {posixpath.dirname(one.files[0]) for one in sightings}
    copies = [
        Copied(path, target, Role.UNKNOWN, span)
        for path, name, span in others
        for folder in folders
        if (target := normal(folder, name)) is not None
    ]
    return sightings, copies


def _by_end(paths: Sequence[str], text: str) -> list[str]:
    """Return the paths that the end of an address names: one, or all that a variable in it may mean."""
    parts = text.split("/")
    for start in range(1, len(parts)):
        tail = "/".join(parts[start:])
        pattern = re.sub(r"\\\$\\?\{?\w+\\?\}?", "[^/]+", re.escape(tail))
        wanted = re.compile(f"(?:.*/)?{pattern}" if "/" in tail else pattern)
        found = [path for path in paths if wanted.fullmatch(path)]
        if len(found) == 1 or (found and "$" in tail and "/" in tail):
            return found
    return []
