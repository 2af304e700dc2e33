"""Which lists of requirements an image installs, where a project has several: for production, for tests.

Sure is only what plain ``pip install -r`` commands say (pip 25, "Requirements File Format"): where anything
else may install packages too, nothing is known.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from confguard.model.django.distributions import DISTRIBUTIONS, with_needed
from confguard.model.provided import installed, is_own, listed

if TYPE_CHECKING:
    from confguard.discover.project import Project
    from confguard.model.process import Process

_PIP = re.compile(r"\b(?:uv\s+)?pip3?\s+install\b(?P<rest>[^;&|\n]*)")
_OTHERS = re.compile(
    r"\b(?:poetry|pipenv|conda|mamba|pdm|hatch|tox|nox|make|easy_install|setup\.py)\b|\buv\s+(?:sync|add|run)\b"
    r"|\.(?:sh|bash|whl)\b|\bpython3?-(?!m\b)[a-z]|\bpy3-"
)
_NESTED = re.compile(r"^\s*(?:-r|--requirement)[=\s]\s*(\S+)", re.MULTILINE)
_WITH_VALUE = frozenset({"-i", "--index-url", "--extra-index-url", "--find-links", "-f", "--trusted-host",
    "--timeout", "--retries", "--root-user-action", "--progress-bar", "--cache-dir", "--target", "--prefix",
    "-c", "--constraint", "--python"})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Requirements:
    """The distributions that an image surely has no others than, and the first of the lists they stand in."""

    names: frozenset[str]
    path: str


def left_out(process: Process, module: str) -> tuple[tuple[str, ...], str] | None:
    """Return the distributions of a module that the project lists for others than this image, and its list.

    None where the image may have one of them.
    """
    project = process.files.project
    top = module.partition(".")[0]
    known, everything = DISTRIBUTIONS.get(top, ()), installed(project)
    if not known or is_own(project, top) or everything is None or not everything.complete:
        return None
    found = _requirements(process, project)
    if found is None or "django" not in found.names or found.names.intersection(known):
        return None
    return known, found.path


def _requirements(process: Process, project: Project) -> Requirements | None:
    image = process.image
    if image is None or any(copy.stage is not None or copy.image is not None for copy in image.copies):
        return None
    if re.search(r"\b(?:install|sync)\b", process.text):
        return None
    paths: list[str] = []
    names: set[str] = set()
    for one in (one for stage in image.stages for one in stage.instructions if one.name == "RUN"):
        if _OTHERS.search(one.text) or one.heredocs:
            return None
        for match in _PIP.finditer(one.text):
            words = _words(match["rest"])
            if words is None:
                return None
            for option, text in words:
                if option:
                    path = _path(project, text)
                    if path is None or not _follow(project, path, paths):
                        return None
                else:
                    names.add(text)
    for path in paths:
        source = project.read(path)
        lines = listed(source) if source is not None else None
        if lines is None:
            return None
        names |= lines
    return Requirements(with_needed(frozenset(names)), paths[0]) if paths else None


def _words(text: str) -> list[tuple[bool, str]] | None:
    """Return the files of requirements (True) and distributions of a ``pip install``; None if unclear."""
    words = text.split()
    found: list[tuple[bool, str]] = []
    index = 0
    while index < len(words):
        word = words[index]
        if word in ("-r", "--requirement") and index + 1 < len(words):
            index += 1
            found.append((True, words[index]))
        elif word.startswith(("-r", "--requirement=")):
            found.append((True, word.removeprefix("--requirement=").removeprefix("-r")))
        elif word in _WITH_VALUE:
            index += 1
        elif not word.startswith("-"):
            plain = re.fullmatch(r"[\"']?([A-Za-z0-9][\w.-]*)(?:\[[\w,-]*\])?(?:[=<>!~].*)?", word)
            if plain is None:
                return None
            found.append((False, re.sub(r"[-_.]+", "-", plain[1]).lower()))
        index += 1
    return found


def _path(project: Project, word: str) -> str | None:
    """Return the one file of the project that a path in the container can be."""
    if not re.fullmatch(r"[\w./-]+", word):
        return None
    parts = posixpath.normpath(word).lstrip("/").split("/")
    for start in range(len(parts)):
        tail = "/".join(parts[start:])
        found = [path for path in project.paths if path == tail or path.endswith(f"/{tail}")]
        if found:
            return found[0] if len(found) == 1 else None
    return None


def _follow(project: Project, path: str, paths: list[str]) -> bool:
    """Add a file of requirements and those that it includes; say whether all of them are known."""
    if path in paths:
        return True
    source = project.read(path)
    if source is None:
        return False
    paths.append(path)
    return all(_follow(project, inner, paths) for inner in _included(path, source.text))


def _included(path: str, text: str) -> Iterator[str]:
    for match in _NESTED.finditer(text):
        yield posixpath.normpath(posixpath.join(posixpath.dirname(path), match[1]))
