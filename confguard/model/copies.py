"""Which files of the project a Dockerfile copies to which place of its image.

COPY and ADD as BuildKit does them (frontend/dockerfile/dockerfile2llb 0.26 and the Dockerfile reference):
the content of a folder, not the folder; a file into a folder that is there or whose name ends with ``/``;
wildcards; ``.dockerignore``; ``--from`` another stage as far as that only passes on what it copied itself.
"""

from __future__ import annotations

import fnmatch
import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from confguard.discover.project import Project
from confguard.model.value import Known, Value

if TYPE_CHECKING:
    from confguard.model.compose.types import Build
    from confguard.model.dockerfile import Copy, Image
    from confguard.parsers.dockerfile import Dockerfile
    from confguard.parsers.dockerignore import Dockerignore

_WILD = re.compile(r"[*?\[]")
_MAX_PLACEMENTS = 20_000

_OF_USR = ("", "/bin", "/lib", "/local", "/local/bin", "/local/etc", "/local/lib", "/local/sbin",
           "/local/share", "/local/src", "/sbin", "/share", "/src")  # fmt: skip
_OF_ROOT = ("", "bin", "etc", "etc/cron.d", "home", "media", "mnt", "opt", "root", "run", "sbin", "srv",
            "tmp", "var", "var/lib", "var/log", "var/run")  # fmt: skip
STANDARD_FOLDERS = frozenset([f"/usr{path}" for path in _OF_USR] + [f"/{path}" for path in _OF_ROOT])
"""Folders that the images of Linux distributions have: a file copied to one of them lands in it."""


@dataclass(frozen=True, slots=True)
class Built:
    """What a Dockerfile says about an image; ``context`` is None where the build context is not known."""

    dockerfile: Dockerfile
    image: Image
    context: str | None
    arguments: Mapping[str, Value[str]] = field(default_factory=dict)
    """``build.args`` of Compose."""


@dataclass(frozen=True, slots=True)
class Filter:
    """What of a context COPY does not see: its ``.dockerignore``, and ``--exclude`` below the source."""

    context: str = ""
    ignore: Dockerignore | None = None
    source: str = ""
    exclude: Dockerignore | None = None

    def leaves_out(self, path: str) -> bool:
        """Say whether a project path is left out."""
        if self.ignore is not None and self.ignore.leaves_out(_below(path, self.context) or ""):
            return True
        return self.exclude is not None and self.exclude.leaves_out(_below(path, self.source) or "")


@dataclass(frozen=True, slots=True)
class Placement:
    """Something that COPY or ADD puts at ``target``, an absolute path without a final slash.

    ``path`` is the project's file or folder (whose content then lies below ``target``); where it is None,
    ``reason`` says why it is not known what lies there.
    """

    target: str
    path: str | None
    copy: Copy
    reason: str = ""
    filter: Filter = field(default_factory=Filter)


def built_of(project: Project, build: Build | None, image: Image | None) -> Built | None:
    """Return what the Dockerfile of a build says; None without one."""
    if image is None:
        return None
    from confguard.parsers.dockerfile import parse

    dockerfile = project.parsed(parse, image.stage.span.path)
    if dockerfile is None:
        return None
    context = build.context.value if build and isinstance(build.context, Known) else None
    arguments = {name: value for name, value in build.args.items() if value is not None} if build else {}
    return Built(dockerfile, image, context, arguments)


def placements(project: Project, built: Built) -> tuple[Placement, ...]:
    """Return what all COPY and ADD of an image put where, the oldest first."""
    return tuple(_of_image(project, built, built.image, frozenset()))


def placed(
    project: Project, built: Built, copy: Copy, folders: frozenset[str] | set[str]
) -> Iterator[Placement]:
    """Yield what one COPY or ADD puts where; ``folders`` are those that are there already."""
    yield from _placed(project, built, copy, folders, frozenset())


def _of_image(project: Project, built: Built, image: Image, inside: frozenset[int]) -> Iterator[Placement]:
    folders = set(STANDARD_FOLDERS)
    if isinstance(image.workdir, Known):
        folders.update(_above(image.workdir.value))
    for count, copy in enumerate(image.copies):
        for placement in _placed(project, built, copy, folders, inside | {image.stage.index}):
            if count > _MAX_PLACEMENTS:
                return
            at_folder = placement.path is None or not project.exists(placement.path)
            folders.update(_above(placement.target if at_folder else posixpath.dirname(placement.target)))
            yield placement


def _above(path: str) -> Iterator[str]:
    """Yield a folder and those above it."""
    while path not in ("", "/"):
        yield path
        path = posixpath.dirname(path)


def _placed(
    project: Project, built: Built, copy: Copy, folders: frozenset[str] | set[str], inside: frozenset[int]
) -> Iterator[Placement]:
    if not isinstance(copy.destination, Known):
        return
    destination = copy.destination.value
    target = posixpath.normpath(destination)
    into = len(copy.sources) > 1 or destination.endswith("/") or target in folders
    for source in copy.sources:
        if not isinstance(source, Known):
            yield Placement(target, None, copy, source.reason)
        elif source.value.startswith("<<"):
            yield Placement(target, None, copy, "the Dockerfile itself holds it")
        elif copy.image is not None:
            yield Placement(target, None, copy, f"it comes from another image ({copy.instruction.text[:60]})")
        elif copy.stage is not None:
            yield from _from_stage(project, built, copy, source.value, (target, into), inside)
        elif re.match(r"\w+://|git@", source.value):
            yield Placement(target, None, copy, "it is downloaded")
        elif built.context is None:
            yield Placement(target, None, copy, "the build context of its image is not known")
        else:
            yield from _from_context(project, built, copy, source.value, (target, into))


def _from_context(
    project: Project, built: Built, copy: Copy, source: str, place: tuple[str, bool]
) -> Iterator[Placement]:
    target, into = place
    ignore = ignore_of(project, built)
    context = "" if built.context in (None, ".") else str(built.context)
    found = list(_in_context(project, context, source))
    parents = copy.instruction.flag("parents") is not None
    for path in found:
        exclude = _exclude(copy)
        filter_ = Filter(context, ignore, path, exclude)
        is_file = project.exists(path)
        if is_file and filter_.leaves_out(path):
            continue
        name = posixpath.basename(path)
        if parents:
            yield Placement(posixpath.join(target, _below(path, context) or ""), path, copy, "", filter_)
        elif is_file and exclude is not None and exclude.leaves_out(name):
            continue
        elif is_file and (into or len(found) > 1):
            yield Placement(posixpath.join(target, name), path, copy, "", filter_)
        else:
            yield Placement(target, path, copy, "", filter_)
    if not found:
        yield Placement(target, None, copy, f"{source} is not in the repository")


def _exclude(copy: Copy) -> Dockerignore | None:
    lines = [flag.value for flag in copy.instruction.flags if flag.name == "exclude" and flag.value]
    if not lines:
        return None
    from confguard.parsers.dockerignore import patterns

    return patterns(lines)


def ignore_of(project: Project, built: Built) -> Dockerignore | None:
    """Return the ignore file of a build: the Dockerfile's own (``<name>.dockerignore``), or the context's."""
    from confguard.parsers.dockerignore import parse

    own = f"{built.dockerfile.source.path}.dockerignore"
    context = "" if built.context in (None, ".") else f"{built.context}/"
    return project.parsed(parse, own) or project.parsed(parse, f"{context}.dockerignore")


def _in_context(project: Project, context: str, source: str) -> Iterator[str]:
    """Yield the project's files and folders that a source of COPY names.

    What leads out of the context starts again at its root, as BuildKit has it.
    """
    inside = posixpath.normpath(posixpath.join("/", source)).lstrip("/")
    path = posixpath.join(context, inside) if inside else context
    if not _WILD.search(inside):
        if project.exists(path) or project.is_folder(path):
            yield path
        return
    folder = posixpath.dirname(_WILD.split(path, maxsplit=1)[0] + "x")
    depth = path.count("/")
    found = {"/".join(item.split("/")[: depth + 1]) for item in project.under(folder)}
    yield from sorted(item for item in found if item.count("/") == depth and fnmatch.fnmatchcase(item, path))


def _from_stage(
    project: Project, built: Built, copy: Copy, source: str, place: tuple[str, bool], inside: frozenset[int]
) -> Iterator[Placement]:
    """Yield what another stage only passes on; all else of it is made while the image is built."""
    from confguard.model.dockerfile import image

    target, into = place
    assert copy.stage is not None
    wanted = posixpath.normpath(posixpath.join("/", source))
    earlier = image(built.dockerfile, copy.stage.name or str(copy.stage.index), built.arguments)
    if earlier is None or copy.stage.index in inside:
        yield Placement(target, None, copy, f"{source} is made while the image is built")
        return
    found = list(_of_image(project, built, earlier, inside))
    known = [path for one in found if (path := _passed_on(project, one, wanted)) is not None]
    is_file = project.exists(known[-1]) if known else "." in posixpath.basename(wanted)
    lands = posixpath.join(target, posixpath.basename(wanted)) if is_file and into else target
    if not known or not is_file:
        yield Placement(lands, None, copy, f"{source} is made while the image is built")
    for one in found:
        deeper = _below(one.target, wanted)
        path = _passed_on(project, one, wanted)
        if deeper:
            place_in = posixpath.normpath(posixpath.join(lands, deeper))
            yield Placement(place_in, one.path, copy, one.reason, one.filter)
        elif path is not None and project.exists(path) == is_file:
            yield Placement(lands, path, copy, "", one.filter)


def _passed_on(project: Project, one: Placement, wanted: str) -> str | None:
    """Return the project's file or folder that a placement in another stage has at a path, or None."""
    rest = _below(wanted, one.target)
    if rest is None or one.path is None:
        return None
    path = posixpath.join(one.path, rest) if rest else one.path
    there = project.exists(path) or project.is_folder(path)
    return path if there and not one.filter.leaves_out(path) else None


def _below(path: str, folder: str) -> str | None:
    """Return a path as seen from a folder, ``""`` for the folder itself; None if it does not lie in it."""
    if path == folder:
        return ""
    prefix = folder if folder in ("", "/") else f"{folder}/"
    return path[len(prefix) :] if path.startswith(prefix) else None
