"""Files that commands and documents name and the repository does not have."""

from __future__ import annotations

import difflib
import posixpath
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from confguard.discover.history import tells_of_another_version
from confguard.discover.kinds import Kind
from confguard.discover.project import Project
from confguard.model.absent import why_absent
from confguard.model.named_things import Unnamed, changes_folder, command_lines
from confguard.parsers.shell import UNKNOWN, commands
from confguard.source import Span

if TYPE_CHECKING:
    from confguard.model.repo import Repo

_SCRIPT = re.compile(r"(?:\./)?(?:[\w.-]+/)+[\w.-]+\.(?:sh|bash|py)|\./[\w.-]+\.(?:sh|bash|py)")
_ENDINGS = (".sh", ".bash", ".py")
_TEXTS = (".md", ".mdx", ".rst", ".adoc", ".txt")
_RUNNERS = frozenset({"sh", "bash", "source", ".", "python", "python3", "sudo"})


def unknown_files(repo: Repo) -> Iterator[Unnamed]:
    """Yield the files that commands run or download and that the repository does not have."""
    from confguard.model.workflows.build_files import missing_build_files

    compose: dict[str, list[Span]] = {}
    for span in repo.unresolved:
        if "$" in span.text:
            continue  # what a variable holds may depend on what is there
        if not tells_of_another_version(span.path) and not why_absent(
            repo.project, repo.files, _joined(span)
        ):
            compose.setdefault(span.text.strip("\"'"), []).append(span)
    for path, span in (*missing_build_files(repo), *_of_build_commands(repo)):
        compose.setdefault(path, []).append(span)
    for name, spans in compose.items():
        yield Unnamed(name, tuple(dict.fromkeys(spans)), _alike(repo.project, name))
    yield from _scripts(repo)
    yield from _downloads(repo)


def _of_build_commands(repo: Repo) -> Iterator[tuple[str, Span]]:
    """Yield the Dockerfiles that ``docker build`` commands name and that no folder has."""
    for one in repo.builders.commands:
        if one.dockerfile is None or one.folder is None or tells_of_another_version(one.span.path):
            continue
        path = posixpath.normpath(posixpath.join(one.folder, one.dockerfile))
        written = one.span.text.find(one.dockerfile)
        plain = re.fullmatch(r"[\w./-]+", one.dockerfile) and not path.startswith(("..", "/"))
        context = posixpath.normpath(posixpath.join(one.folder, one.context))
        own = repo.project.is_folder("" if context == "." else context)
        if not plain or not own or written < 0 or _is_there(repo, path, posixpath.dirname(one.span.path)):
            continue
        if not why_absent(repo.project, repo.files, path):
            yield path, one.span.sub(written, written + len(one.dockerfile))


def _joined(span: Span) -> str:
    return posixpath.normpath(span.text.strip("\"'"))


def _scripts(repo: Repo) -> Iterator[Unnamed]:
    found: dict[str, list[Span]] = {}
    for source, line in command_lines(repo, _ENDINGS):
        text = line.joined.text
        if line.variable or "/" not in text or not any(ending in text for ending in _ENDINGS):
            continue
        folder = posixpath.dirname(source.path)
        if line.folder is not None or re.search(r"\b(?:cd|pushd|git clone)\b", line.joined.text):
            continue
        for words in commands(line.joined.text, {}):
            names = [word.text for word in words]
            place = 1 if names[0] in _RUNNERS and len(names) > 1 else 0
            word = words[place]
            if UNKNOWN in word.text or not _SCRIPT.fullmatch(word.text):
                continue
            path = posixpath.normpath(word.text)
            if "/" not in path and source.path.endswith(_TEXTS):
                continue  # an example of a reader's own script
            if path.startswith("..") or _is_there(repo, path, folder) or changes_folder(source, line):
                continue
            if _is_of_an_image(repo, source.path):
                continue  # its paths are those of the container
            if not why_absent(repo.project, repo.files, path):
                found.setdefault(path, []).append(line.joined.span(word.start, word.end))
    for path, spans in found.items():
        yield Unnamed(path, tuple(dict.fromkeys(spans)), _alike(repo.project, path))


def _is_of_an_image(repo: Repo, path: str) -> bool:
    """Say whether a Dockerfile speaks of a script, or of the folder around it, to copy or to run it."""
    if not path.endswith(_ENDINGS):
        return False
    names = "|".join(re.escape(name) for name in path.split("/")[-2:])
    spoken_of = re.compile(
        rf"(?im)^[ \t]*(?:COPY|ADD|RUN|CMD|ENTRYPOINT)\b.*(?<![\w.-])(?:{names})(?![\w.-])"
    )
    sources = (repo.project.read(file.path) for file in repo.files if file.kind is Kind.DOCKERFILE)
    return any(source is not None and spoken_of.search(source.text) for source in sources)


def _is_there(repo: Repo, path: str, folder: str) -> bool:
    project = repo.project
    if project.exists(path) or project.exists(posixpath.join(folder, path)):
        return True
    return any(known.endswith(f"/{path}") for known in project.paths)


def _alike(project: Project, path: str) -> str:
    names = {posixpath.basename(known): known for known in project.paths if posixpath.splitext(known)[1]}
    near = difflib.get_close_matches(posixpath.basename(path), names, n=1, cutoff=0.9)
    return names[near[0]] if near else ""


_RAW = re.compile(
    r"https://(?:raw\.githubusercontent\.com/(?P<owner>[\w.-]+)/(?P<name>[\w.-]+)/(?:refs/heads/)?"
    r"(?P<ref>main|master|HEAD|develop|dev|trunk)/(?P<path>[\w./@+-]+))"
)


def _downloads(repo: Repo) -> Iterator[Unnamed]:
    own: set[tuple[str, str]] = set()
    seen: list[tuple[tuple[str, str], str, Span]] = []
    for file in repo.files:
        if file.kind not in (
            Kind.DOCUMENT,
            Kind.SCRIPT,
            Kind.MAKEFILE,
            Kind.WORKFLOW,
        ) or tells_of_another_version(file.path):
            continue
        source = repo.project.read(file.path)
        for match in _RAW.finditer(source.text) if source and "raw.githubusercontent" in source.text else ():
            assert source is not None
            path = match["path"].rstrip(".")
            key = (match["owner"].lower(), match["name"].lower())
            cut = source.text[match.end() : match.end() + 1] in ("$", "{", "<", "*")
            if repo.project.exists(path) and "/" in path:
                own.add(key)
            elif not cut:
                seen.append((key, path, source.span(match.start("path"), match.start("path") + len(path))))
    root = repo.project.root.name.lower()
    found: dict[str, list[Span]] = {}
    for key, path, span in seen:
        mine = key in own or root in (key[1], f"{key[0]}+{key[1]}")
        if mine and not repo.project.exists(path) and not repo.project.is_folder(path):
            found.setdefault(path, []).append(span)
    for path, spans in found.items():
        if near := _alike_longest(repo.project, path):
            yield Unnamed(path, tuple(spans), near)


def _alike_longest(project: Project, path: str) -> str:
    """Return the file whose path ends most like one that is not there: it was moved."""
    for start in range(1, path.count("/") + 1):
        tail = "/".join(path.split("/")[start:])
        found = [known for known in project.paths if known == tail or known.endswith(f"/{tail}")]
        if found:
            return found[0] if "/" in tail or len(found) == 1 else ""
    return ""
