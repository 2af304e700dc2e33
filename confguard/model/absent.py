"""Why a file that something refers to is not in the repository: ignored, made, copied from a template."""

from __future__ import annotations

import posixpath
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import accumulate
from typing import TYPE_CHECKING

from confguard.discover.kinds import Kind, ProjectFile
from confguard.discover.project import Project
from confguard.source import SourceFile

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

_WITH_COMMANDS = (Kind.SCRIPT, Kind.MAKEFILE, Kind.WORKFLOW, Kind.DOCUMENT, Kind.TASKS, Kind.PACKAGE_JSON)
_TEMPLATE_WORDS = frozenset(
    {"example", "examples", "sample", "samples", "dist", "template", "templates", "tmpl", "tpl", "in", "j2"}
)
_MAKING = re.compile(
    r"\b(?:cp|mv|ln|install|curl|wget|openssl|mkcert|touch|tee|mkdir|rsync|scp|envsubst|htpasswd|certbot"
    r"|copy|create|rename|generate|download|save|obtain|provide)\w*\b|>",
    re.IGNORECASE,
)
_TO_OTHER_PLACE = re.compile(r"\b(?:cp|mv|curl|wget|scp|rsync|copy|download)\b", re.IGNORECASE)


def why_absent(project: Project, files: Iterable[ProjectFile], path: str) -> str:
    """Return what explains that a path of the project is not in git, or ``""`` where nothing does.

    It is ignored by git, lies in a submodule or behind a link, has a template beside it, or a command or
    document of the repository makes it. What is explained is no mistake: it is there when it is deployed.
    """
    if is_ignored(project, path):
        return "git ignores it"
    if _holds_ignored(project, path):
        return "git ignores what lies in it"
    parents = list(_parents(path))
    if any(project.exists(parent) for parent in parents):
        return "it lies in a submodule, or behind a link"
    if template := _template(project, path):
        return f"{template} is a template of it"
    return _maker(project, files, path)


def is_ignored(project: Project, path: str) -> bool:
    """Say whether a .gitignore of the repository leaves out a path or a folder around it (gitignore(5)).

    A path that may be a folder is asked for as both.
    """
    asked = [(f"{parent}/", parent) for parent in reversed(list(_parents(path)))]
    asked += [(path, path), (f"{path}/", path)]
    return any(_decided(project, text, real) for text, real in asked)


def _holds_ignored(project: Project, path: str) -> bool:
    """Say whether a .gitignore names files of a folder: the operator puts some there."""
    for folder in (*_parents(path), ""):
        source = project.read(posixpath.join(folder, ".gitignore"))
        wanted = f"{path[len(folder) + 1 :] if folder else path}/"
        if source is not None and wanted in source.text:
            lines = (line.strip().lstrip("/") for line in source.text.splitlines())
            if any(line.startswith(wanted) for line in lines):
                return True
    return False


def _decided(project: Project, text: str, path: str) -> bool:
    for folder in (*_parents(path), ""):  # the nearest file that says anything decides
        spec = project.parsed(_spec, posixpath.join(folder, ".gitignore"))
        decision = spec.check_file(text[len(folder) + 1 :] if folder else text) if spec else None
        if decision is not None and decision.include is not None:
            return decision.include
    return False


def _spec(source: SourceFile) -> GitIgnoreSpec:
    from pathspec import GitIgnoreSpec

    lines = []
    for line in source.text.splitlines():
        try:
            GitIgnoreSpec.from_lines([line])
        except ValueError:
            continue
        lines.append(line)
    return GitIgnoreSpec.from_lines(lines)


def _parents(path: str) -> Iterator[str]:
    """Yield the folders around a path, the nearest first, without the root."""
    parent = posixpath.dirname(path)
    while parent:
        yield parent
        parent = posixpath.dirname(parent)


def _plain(path: str) -> tuple[str, ...]:
    words = re.split(r"[._-]+", posixpath.basename(path).lower())
    return tuple(sorted(word for word in words if word and word not in _TEMPLATE_WORDS))


def _template(project: Project, path: str) -> str:
    """Return the file from which a path is made by taking the word of a template out of its name."""
    wanted = _plain(path)
    for found in project.paths:
        words = set(re.split(r"[._-]+", posixpath.basename(found).lower()))
        if words & _TEMPLATE_WORDS and _plain(found) == wanted and found != path:
            return found
    return ""


def made_by(project: Project, files: Iterable[ProjectFile], path: str) -> str:
    """Return where a command of the repository makes a folder or file by its path, or ``""``."""
    name = posixpath.basename(path)
    for found, number in lines_with(project, files, name, _MAKING):
        source = project.read(found)
        line = source.text.splitlines()[number - 1] if source is not None else ""
        if path in line:
            return f"{found}:{number}"
    return ""


def _maker(project: Project, files: Iterable[ProjectFile], path: str) -> str:
    """Return where a command or document of the repository makes a file of that name, or ``""``."""
    found = next(lines_with(project, files, posixpath.basename(path), _MAKING), None)
    return f"{found[0]}:{found[1]} makes it" if found else ""


def is_moved(project: Project, files: Iterable[ProjectFile], path: str) -> bool:
    """Say whether a command of the repository copies a file elsewhere, so that its paths lead elsewhere."""
    return next(lines_with(project, files, posixpath.basename(path), _TO_OTHER_PLACE), None) is not None


def lines_with(
    project: Project, files: Iterable[ProjectFile], word: str, also: re.Pattern[str]
) -> Iterator[tuple[str, int]]:
    """Yield path and line of the commands and documents that hold a word, and a pattern on the same line."""
    expression = re.compile(rf"(?<![\w.-]){re.escape(word)}(?![\w-])")
    for file in files:
        if file.kind not in _WITH_COMMANDS:
            continue
        source = project.read(file.path)
        for number, line in _holding(project, source, word) if source is not None else ():
            if expression.search(line) and also.search(expression.sub(" ", line)):
                yield file.path, number


def _holding(project: Project, source: SourceFile, word: str) -> tuple[tuple[int, str], ...]:
    """Return the lines of a text that hold a word, with their numbers: every service asks for the same."""
    return source.once(("lines with", word), lambda: tuple(_lines_of(project, source, word)))


def _lines_of(project: Project, source: SourceFile, word: str) -> Iterator[tuple[int, str]]:
    """Find the lines by the word: few lines of long documents hold it."""
    text, position = source.text, source.text.find(word)
    if not word or position == -1:
        return
    starts = project.parsed(_line_starts, source.path) or ()
    while position != -1:
        number = bisect_right(starts, position)
        end = starts[number] if number < len(starts) else len(text)
        line = text[starts[number - 1] : end].splitlines()[0]
        if word in line:
            yield number, line
        position = text.find(word, end)


def _line_starts(source: SourceFile) -> tuple[int, ...]:
    lengths = map(len, source.text.splitlines(keepends=True))
    return tuple(accumulate(lengths, initial=0))[:-1]
