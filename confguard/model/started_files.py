"""The scripts that containers are told to run, and whether the project's files put them there.

Only paths are looked at: the names of programs are looked up in a PATH that base images fill. Docker ends a
container whose program is not found with ``exec: "/start": no such file or directory`` (runc); a shell and
Python end with 127 and 2.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from confguard.model.absent import why_absent
from confguard.model.container_files import below
from confguard.model.image import parse_image
from confguard.model.listening import programs
from confguard.model.probing import probe_of
from confguard.model.value import Known, Unknown
from confguard.parsers.shell import commands
from confguard.source import Span

if TYPE_CHECKING:
    from confguard.model.deployment import Deployment
    from confguard.model.dockerfile import Image
    from confguard.model.process import Process

_INTERPRETER = re.compile(r"(?:ba|da|a|z)?sh\Z|python[\d.]*\Z")
_PATH = re.compile(r"/?(?:[\w.-]+/)*[\w.-]+\Z")
_OF_THE_BASE = re.compile(
    r"/(?:s?bin|usr|lib\w*|opt|etc|root|home|var|tmp|run|dev|proc|sys|mnt|srv|nix|docker-entrypoint\.sh\Z)"
)
"""Where base images and package managers have programs of their own."""
_OF_PACKAGES = re.compile(r"/(?:s?bin|node_modules|site-packages)/")
_WITHOUT_FOLDERS = frozenset({"python", "debian", "ubuntu", "alpine", "node"})
"""Official images that have no other folders at their root than those above."""
_SAID = frozenset({"CMD", "ENTRYPOINT", "HEALTHCHECK", "FROM", "LABEL", "ENV", "ARG", "EXPOSE", "USER"})


_UNPACKS = re.compile(r"\b(?:bsd)?tar\s+(?:-\w*x|x|--extract|[^|&;]*\s-\w*x)|\b(?:unzip|cpio)\b")
_UNPACKED = re.compile(r"(?:\s-[Cd]\s*|--directory[ =])(?P<folder>[\w./$\"'{}-]+)")


@dataclass(frozen=True, slots=True)
class Unstarted:
    """A file that a service is told to run and does not have: as written, and its path in the container."""

    service: str
    word: str
    path: str
    place: Span
    in_health_check: bool
    left_out: str = ""
    """The project's file that would be it, if the build's .dockerignore did not leave it out."""


def unstarted(deployment: Deployment) -> Iterator[Unstarted]:
    """Yield the scripts that are surely not in the container which is told to run them."""
    for service, process in deployment.processes.items():
        if process.image is None or process.files.foreign or not process.known:
            continue
        asked: list[tuple[Sequence[str], Span | None, bool]] = [(process.words, process.span, False)]
        asked += [
            (one.words, one.span, False) for one in programs(deployment, service) if one.sure and one.whole
        ]
        probe = probe_of(process)
        if probe is not None:
            asked += [
                ([word.text for word in one], probe.span, True) for one in commands(probe.text, {}) if one
            ]
        seen = set()
        for words, span, checked in asked:
            word = _file(words)
            if word is None or span is None or word in seen:
                continue
            seen.add(word)
            path = _absent(process, word)
            if path is not None and not why_absent(deployment.project, deployment.files, word.lstrip("./")):
                place = _place(process, word, span)
                yield Unstarted(service, word, path, place, checked, _left_out(process, path))


def _place(process: Process, word: str, span: Span) -> Span:
    """Return where a word is written: the entrypoint of an image stands in another file than the command."""
    image = process.image
    said = [image.entrypoint.span] if image is not None and image.entrypoint is not None else []
    for one in (span, *said):
        start = one.text.find(word)
        if start != -1:
            return one.sub(start, start + len(word))
    return span.first_line()


def _file(words: Sequence[str]) -> str | None:
    """Return the file that a command runs by its path; None for a program by its name, and for options."""
    if not words:
        return None
    word, script = words[0], False
    if _INTERPRETER.match(posixpath.basename(word)) and len(words) > 1:
        word, script = words[1], True
    if word.startswith("-") or not _PATH.match(word) or word in (".", ".."):
        return None
    return word if "/" in word or (script and word.endswith((".sh", ".bash", ".py"))) else None


def _absent(process: Process, word: str) -> str | None:
    """Return the path in the container at which a file surely is not; None where it may be there."""
    home = process.directory
    if not isinstance(home, Known):
        return None
    path = posixpath.normpath(posixpath.join(home.value, word))
    files, image = process.files, process.image
    if image is None or files.provider(path) is not None or isinstance(files.mount_at(path), Unknown):
        return None
    own = any(
        layer.path is not None and files.project.is_folder(layer.path) and below(path, layer.target)
        for layer in files.layers
        if layer.target != "/"
    )
    if not own and (_OF_THE_BASE.match(path) or not (path.count("/") == 1 or _only_copies_fill(image, path))):
        return None
    name = posixpath.basename(path)
    if _installed_there(process, path):
        return None
    for one in (one for stage in image.stages for one in stage.instructions):
        if one.name == "ADD" or one.on_build or (one.name not in _SAID and name in one.text):
            return None
        if one.name == "RUN" and _may_unpack(one.text, path):
            return None
    return path


def _may_unpack(text: str, path: str) -> bool:
    """Say whether a command of the build unpacks an archive of which a path may be a part."""
    if not _UNPACKS.search(text):
        return False
    folders = [match["folder"].strip("\"'") for match in _UNPACKED.finditer(text)]
    return not folders or any(
        "$" in one or below(path, one.rstrip("/") or "/") is not None for one in folders
    )


def _installed_there(process: Process, path: str) -> bool:
    """Say whether a path may be that of a program that package managers put there: ``.venv/bin/gunicorn``."""
    folder, name = posixpath.split(path)
    if not _OF_PACKAGES.search(f"{folder}/") or name.endswith((".sh", ".bash")):
        return False
    for layer in process.files.layers:
        rest = below(folder, layer.target)
        if rest is not None and layer.path is not None:
            own = posixpath.normpath(posixpath.join(layer.path, rest))
            if process.files.project.is_folder("" if own == "." else own):
                return False
    return True


def _only_copies_fill(image: Image, path: str) -> bool:
    """Say whether nothing but COPY could put files into a path's folder at the root of the container."""
    reference = parse_image(image.base.value) if isinstance(image.base, Known) else None
    if reference is None or reference.repository.removeprefix("library/") not in _WITHOUT_FOLDERS:
        return False
    if not path.endswith((".sh", ".bash", ".py")):  # a virtual environment has programs
        return False
    folder = "/".join(path.split("/")[:2])
    return not any(
        one.name == "RUN" and (folder in one.text or "$" in one.text)
        for stage in image.stages
        for one in stage.instructions
    )


def _left_out(process: Process, path: str) -> str:
    for layer in reversed(process.files.layers):
        rest = below(path, layer.target)
        if rest and layer.path is not None:
            found = posixpath.normpath(posixpath.join(layer.path, rest))
            if process.files.project.exists(found) and layer.filter.leaves_out(found):
                return found
    return ""
