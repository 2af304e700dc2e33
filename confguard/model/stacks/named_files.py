"""Which files of a project the words of a command name, wherever it runs."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence

from confguard.discover.kinds import ProjectFile
from confguard.discover.project import Project
from confguard.model.stacks.stack import default_files
from confguard.parsers.command_lines import Form
from confguard.parsers.commands import Invocation


def resolved(
    project: Project, composes: Sequence[str], file: ProjectFile, one: Invocation, texts: Sequence[str]
) -> tuple[str, tuple[str, ...]] | None:
    """Return the folder that a command runs in and the files that it reads, None if they are not here."""
    bases = list(bases_of(project, file, one))
    for base in bases:
        if not texts:
            files = default_files(project, base)
            if files:
                return base, files
            continue
        paths = tuple(normal(base, text) for text in texts)
        if all(path is not None and project.exists(path) for path in paths):
            return base, tuple(path for path in paths if path)
    if not texts:
        return None
    found = [by_suffix(composes, text) for text in texts]
    if all(found):
        return posixpath.dirname(found[0] or ""), tuple(path for path in found if path)
    return None


def bases_of(project: Project, file: ProjectFile, one: Invocation) -> Iterator[str]:
    """Yield the folders that a command may run in, most likely first."""
    here = posixpath.dirname(file.path)
    starts = ["", here]
    of_its_folder = one.form in (Form.MAKEFILE, Form.TASKS, Form.PACKAGE_JSON, Form.COMMENTS)
    if of_its_folder or (one.form is Form.DOCUMENT and here and _has_compose(project, here)):
        starts = [here, ""]
    if one.folder is None or one.folder.text is None:
        yield from starts
        return
    text = one.folder.text
    if text.startswith(("/", "~", "$")):
        name = posixpath.basename(text.rstrip("/"))
        if one.files or name in (project.root.name, project.root.name.rpartition("+")[2]):
            yield ""
        return
    for start in starts:
        folder = normal(start, text)
        if folder is not None and project.is_folder(folder):
            yield folder
    tail = posixpath.normpath(text).split("/")
    while tail and not project.is_folder("/".join(tail)):
        tail = tail[1:]  # `cd project/docker` behind `git clone`: the project's own name comes first
    yield "/".join(tail)


def _has_compose(project: Project, folder: str) -> bool:
    files = default_files(project, folder)
    return bool(files) and posixpath.dirname(files[0]) == folder


def normal(base: str, text: str) -> str | None:
    """Return a path relative to the root, None where it leaves the project."""
    if text.startswith(("/", "~")):
        return None
    path = posixpath.normpath(posixpath.join(base, text.replace("\\", "/")))
    if path == "..":
        return None
    return None if path.startswith("../") else ("" if path == "." else path)


def by_suffix(composes: Sequence[str], text: str) -> str | None:
    """Return the tracked Compose file that the end of a path names, if it names just one."""
    parts = [part for part in text.replace("\\", "/").split("/") if part not in ("", ".", "..")]
    while parts:
        tail = "/".join(parts)
        found = [path for path in composes if path == tail or path.endswith(f"/{tail}")]
        if len(found) == 1:
            generic = len(parts) == 1 and tail in ("docker-compose.yml", "compose.yml", "compose.yaml")
            return None if generic else found[0]
        if found:
            exact = [path for path in found if path == tail]
            return exact[0] if exact and len(parts) > 1 else None
        parts = parts[1:]
    return None


def env_path(project: Project, folder: str, text: str) -> str:
    """Return an ``--env-file`` as a path of the project; one on the host keeps its own path."""
    path = normal(folder, text)
    if path is not None and folder and not project.exists(path) and project.exists(text):
        return text
    return path if path is not None else text
