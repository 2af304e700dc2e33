"""Which releases of a library a project installs, from its lock files and requirements."""

from __future__ import annotations

import re
from dataclasses import dataclass

from confguard.discover.project import Project
from confguard.model.django.version import candidates, is_lock
from confguard.source import SourceFile

_LOCKED = re.compile(
    r"""^name\s*=\s*["'](?P<a>[\w.-]+)["']\s*\n(?:[^\n\[]*\n)??version\s*=\s*["'](?P<b>\d[\d.]*)"""
    r"""|^\s*"(?P<c>[\w.-]+)":\s*\{[^{}]*?"version":\s*"==(?P<d>\d[\d.]*)""",
    re.MULTILINE,
)
_REQUIRED = re.compile(
    r"""^\s*(?:-\s+)?["']?(?P<name>[A-Za-z][\w.-]*)(?:\[[\w\s,.-]*\])?["']?[ \t]*"""
    r"""(?:=\s*["']|=\s*\{[^}\n]*?version\s*=\s*["'])?(?P<rule>[=~<>!^*\d][^#;"'\n]*|)(?=["'#;\n,\s]|$)""",
    re.MULTILINE,
)
_SEPARATORS = re.compile(r"[-_.]+")


@dataclass(frozen=True, slots=True)
class Newest:
    """The newest release that a file allows: up to ``release``, or only below it."""

    release: tuple[int, ...]
    below: bool


def reaches(project: Project, distribution: str, release: tuple[int, ...], near: str = "") -> bool | None:
    """Say whether what is installed is at least a release; None where the project's files disagree.

    An installer takes the newest release that is allowed, so a distribution without a limit is a new one.
    ``near`` is the path of a settings file: what lies in the folders above it counts before all else.
    """
    name = _SEPARATORS.sub("-", distribution).lower()
    for paths in candidates(project, near):
        verdicts = set()
        for path in paths:
            stated = project.parsed(_stated, path)
            for newest in stated.get(name, ()) if stated is not None else ():
                verdicts.add(newest is None or _allows(newest, release))
        if len(verdicts) == 1:
            return verdicts.pop()
        if verdicts:
            return None
    return True


def installs(project: Project, distribution: str, near: str = "") -> bool | None:
    """Say whether a distribution is installed: named somewhere, or left out of a list of all that is."""
    name = _SEPARATORS.sub("-", distribution).lower()
    locked = False
    for paths in candidates(project, near):
        for path in paths:
            stated = project.parsed(_stated, path)
            if stated is not None and name in stated:
                return True
            locked = locked or is_lock(path)
    return False if locked else None


def _allows(newest: Newest, release: tuple[int, ...]) -> bool:
    size = max(len(newest.release), len(release))
    limit, wanted = (part + (0,) * (size - len(part)) for part in (newest.release, release))
    return wanted < limit if newest.below else wanted <= limit


def _stated(source: SourceFile) -> dict[str, list[Newest | None]]:
    """Return what one file says of each distribution that it names; None where it sets no limit."""
    out: dict[str, list[Newest | None]] = {}
    if is_lock(source.path):
        for match in _LOCKED.finditer(source.text):
            name = _SEPARATORS.sub("-", match["a"] or match["c"]).lower()
            out.setdefault(name, []).append(Newest(_numbers(match["b"] or match["d"]), below=False))
        return out
    for match in _REQUIRED.finditer(source.text):
        name = _SEPARATORS.sub("-", match["name"]).lower()
        out.setdefault(name, []).append(_limit(match["rule"]))
    return out


def _limit(rule: str) -> Newest | None:
    """Return the newest release that a requirement allows; None without a limit."""
    found: list[Newest] = []
    for part in rule.split(","):
        match = re.match(r"\s*(===?|~=|<=|<|\^|~|>=|>|!=|)\s*v?(\d[\d.]*)", part)
        if match is None or match[1] in (">=", ">", "!="):
            continue
        numbers = _numbers(match[2])
        if match[1] in ("==", "===", "", "<="):
            found.append(Newest(numbers, below=False))
        elif match[1] == "<":
            found.append(Newest(numbers, below=True))
        else:
            found.append(Newest(_next(match[1], numbers), below=True))
    return min(found, key=lambda newest: newest.release, default=None)


def _next(sign: str, numbers: tuple[int, ...]) -> tuple[int, ...]:
    """Return the first release that ``^``, ``~`` or ``~=`` refuses."""
    if sign == "^":
        place = next((index for index, number in enumerate(numbers) if number), len(numbers) - 1)
    elif sign == "~=":
        place = max(len(numbers) - 2, 0)
    else:
        place = min(1, len(numbers) - 1)
    return (*numbers[:place], numbers[place] + 1)


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(".")[:4] if part.isdigit())
