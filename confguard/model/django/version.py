"""Which version of Django a project runs, from its lock files and requirements."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from confguard.discover.project import Project
from confguard.source import SourceFile

_LOCKED = re.compile(
    r"""^name\s*=\s*["']django["']\s*\n(?:[^\n\[]*\n)??version\s*=\s*["'](?P<a>\d+\.\d+)"""
    r"""|"django":\s*\{[^{}]*?"version":\s*"==(?P<b>\d+\.\d+)""",
    re.IGNORECASE | re.MULTILINE,
)
_PINNED = re.compile(
    r"""^\s*-?\s*["']?django(?:\[[\w,-]*\])?["']?\s*(?:=\s*["'])?(?P<rule>[=~<>!^\d][^#;"'\n]*)""",
    re.IGNORECASE | re.MULTILINE,
)
_LOCKS = re.compile(r"(?:^|/)(?:uv\.lock|poetry\.lock|Pipfile\.lock|pdm\.lock)$")
_ENDINGS = (".lock", ".toml", ".txt", ".in", "Pipfile")
_REQUIREMENTS = re.compile(
    r"(?:^|/)(?:pyproject\.toml|Pipfile|requirements[\w.-]*\.(?:txt|in)|requirements/[\w.-]+\.(?:txt|in))$"
)


def django_version(project: Project, near: str = "") -> str | None:
    """Return Django's version ("5.2") where files of the project say it alike; None where they do not.

    ``near`` is the path of a settings file: what lies in the folders above it counts before all else.
    """
    for paths in candidates(project, near):
        found = {version for path in paths if (version := project.parsed(_stated, path)) is not None}
        found.discard("")
        if len(found) == 1:
            return found.pop()
        if found:
            return None
    return None


def is_lock(path: str) -> bool:
    """Say whether a file lists exact releases."""
    return _LOCKS.search(path) is not None


def candidates(project: Project, near: str) -> Iterator[list[str]]:
    """Yield the files that may say a version, in groups: the surest first."""
    folder = posixpath.dirname(near)
    above = {""}
    while folder:
        above.add(folder)
        folder = posixpath.dirname(folder)
    named = [path for path in project.paths if path.endswith(_ENDINGS)]
    locks = [path for path in named if _LOCKS.search(path)]
    yield [path for path in locks if posixpath.dirname(path) in above]
    listed = [path for path in named if _REQUIREMENTS.search(path)]
    inner = {posixpath.join(place, "requirements") for place in above} | above
    yield [path for path in listed if posixpath.dirname(path) in inner]
    yield [*locks, *listed]


def _stated(source: SourceFile) -> str:
    """Return the version that one file says, or ``""``."""
    if _LOCKS.search(source.path):
        versions = {match["a"] or match["b"] for match in _LOCKED.finditer(source.text)}
    else:
        versions = {_of_rule(match["rule"]) for match in _PINNED.finditer(source.text)}
    return versions.pop() if len(versions) == 1 else ""


def _of_rule(rule: str) -> str:
    """Return the minor version that a requirement allows, or ``""`` where it allows several."""
    exact = re.match(r"\s*(?:===?\s*)(\d+)\.(\d+)", rule) or re.match(r"\s*~=\s*(\d+)\.(\d+)\.\d", rule)
    if exact is not None:
        return f"{exact[1]}.{exact[2]}"
    low = re.search(r">=\s*(\d+)\.(\d+)", rule)
    high = re.search(r"<\s*(\d+)\.(\d+)", rule)
    if low is not None and high is not None:
        first, end = (int(low[1]), int(low[2])), (int(high[1]), int(high[2]))
        if end == (first[0], first[1] + 1) or (end == (first[0] + 1, 0) and first[1] == 2):
            return f"{first[0]}.{first[1]}"  # 4.2, 5.2, 6.2 are the last of their line
    return ""
