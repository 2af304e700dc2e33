"""Whether a module that settings or commands name is there: the project's own, or of a distribution.

Sure that it is not there is only who has seen all that is installed: a lock file lists it, and so do
requirements whose every line is a distribution of which the modules and needs are known.
"""

from __future__ import annotations

import posixpath
import re
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from confguard.model.django.distributions import DISTRIBUTIONS, MODULES, with_needed
from confguard.source import SourceFile

if TYPE_CHECKING:
    from confguard.discover.project import Project

_LOCKS = re.compile(r"(?:^|/)(?:uv\.lock|poetry\.lock|Pipfile\.lock|pdm\.lock)$")
_LISTS = re.compile(r"(?:^|/)(?:requirements[^/]*|requirements/[^/]+)\.(?:txt|in)$")
_OTHERS = re.compile(r"(?:^|/)(?:setup\.(?:py|cfg)|Pipfile|environment\.ya?ml|pyproject\.toml|[^/]*\.nix)$")
_LINE = re.compile(r"([A-Za-z0-9][\w.-]*)\s*(?:\[[^\]]*\])?\s*(?:[=<>!~;,@ ].*)?\Z")
_LOCKED = re.compile(r"^name\s*=\s*[\"']([\w.-]+)[\"']|^\s{8}\"([\w.-]+)\":\s*\{", re.MULTILINE)
_INSTALLS = re.compile(r"\b(?:pip3?|uv|poetry|pipenv|conda|apt-get|apt|apk)\b[^\n]*\b(?:install|add|sync)\b")


@dataclass(frozen=True, slots=True)
class Installed:
    """The distributions that files of a project name; ``complete`` where there are surely no others."""

    names: frozenset[str]
    complete: bool
    path: str
    """The file that lists them, or the first of them."""


def installed(project: Project) -> Installed | None:
    """Return what a project installs; None where no file of it lists anything with Django."""
    return project.once(("provided",), lambda: _installed(project))


def _installed(project: Project) -> Installed | None:
    names: set[str] = set()
    locks = [path for path in project.paths if _LOCKS.search(path)]
    lists = [path for path in project.paths if _LISTS.search(path)]
    for path in locks:
        source = project.read(path)
        found = _LOCKED.findall(source.text) if source else ()
        names.update(_normal(one or other) for one, other in found)
    complete = bool(locks)
    for path in lists:
        source = project.read(path)
        lines = listed(source) if source is not None else None
        if lines is None:
            complete = False
            continue
        names.update(lines)
    if not locks:
        complete = bool(lists) and names <= MODULES.keys() and not _named_elsewhere(project)
    if "django" not in names:
        return None
    return Installed(with_needed(frozenset(names)), complete, [*locks, *lists][0])


def listed(source: SourceFile) -> set[str] | None:
    """Return the distributions of a file of requirements; None where a line is something else."""
    found: set[str] = set()
    for text in source.text.replace("\\\n", " ").splitlines():
        line = re.sub(r"\s#.*|^#.*", "", text).strip()
        line = re.sub(r"\s--hash=\S+", "", line).strip()
        if not line or line.startswith(("-r", "--requirement", "-c", "--constraint", "-i", "--index")):
            continue
        match = _LINE.match(line)
        if match is None or "://" in line or line.startswith(("-", ".", "/")):
            return None
        found.add(_normal(match[1]))
    return found


def _named_elsewhere(project: Project) -> bool:
    """Say whether other files may install more: those of packages, and commands with names of their own."""
    for path in project.paths:
        name = posixpath.basename(path)
        if _OTHERS.search(path):
            source = project.read(path)
            text = source.text if source else ""
            if name != "pyproject.toml" or re.search(r"^\s*(dependencies\s*=|\[tool\.poetry)", text, re.M):
                return True
        if "dockerfile" in name.lower() or name.endswith(".sh"):
            source = project.read(path)
            for command in re.split(r"&&|[;|\n]", source.text if source else ""):
                match = _INSTALLS.search(command)
                if match is not None and not _is_of_lists(command[match.start() :]):
                    return True
    return False


def _is_of_lists(command: str) -> bool:
    """Say whether a command installs from files of requirements, or no Python packages at all."""
    if re.match(r"(?:apt-get|apt|apk)\b", command):
        return "python3-" not in command and "py3-" not in command
    words = [word for word in re.split(r"[\s&;|]+", command.split("install", 1)[-1]) if word]
    plain = [
        word for index, word in enumerate(words) if not word.startswith("-") and words[index - 1] != "-r"
    ]
    return all(
        word.endswith((".txt", ".in")) or _normal(word) in ("pip", "setuptools", "wheel") for word in plain
    )


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def lacking(project: Project, module: str) -> tuple[str, ...] | None:
    """Return the distributions of which one should bring a module that is surely not there.

    Empty where no distribution is known that would; None where the module is there, or may be.
    """
    top = module.partition(".")[0]
    found = installed(project)
    if found is None or not found.complete or top in sys.stdlib_module_names or is_own(project, top):
        return None
    known = DISTRIBUTIONS.get(top, ())
    if known:
        there = found.names.intersection(known) or any(_is_spoken_of(project, name) for name in known)
        return None if there else known
    return None if found.names - MODULES.keys() else ()


def _is_spoken_of(project: Project, distribution: str) -> bool:
    """Say whether a Dockerfile, a script or a file of a package names a distribution."""
    words = re.escape(distribution).replace(r"\-", "[-_.]")
    pattern = re.compile(rf"(?<![\w-]){words}(?![\w-])", re.IGNORECASE)
    for path in project.paths:
        name = posixpath.basename(path).lower()
        if "dockerfile" in name or name.endswith(".sh") or _OTHERS.search(path):
            source = project.read(path)
            if source is not None and any(
                pattern.search(line) and ("install" in source.text or _OTHERS.search(path))
                for line in source.text.splitlines()
                if not re.search(r"\b(?:CMD|ENTRYPOINT|exec)\b", line)
            ):
                return True
    return False


def is_own(project: Project, top: str) -> bool:
    """Say whether a folder or a module of the project has this name."""
    if project.named(f"{top}.py"):
        return True
    return any(
        any(path.endswith(".py") for path in project.under(folder))
        for folder in project.folders
        if folder == top or folder.endswith(f"/{top}")
    )
