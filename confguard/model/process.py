"""What a container runs, and in which environment: Compose over the image, and start scripts over both."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from confguard.discover.project import Project
from confguard.model.compose import ComposeModel, Service
from confguard.model.container_files import ContainerFiles, layout
from confguard.model.dockerfile import Command, Image, image
from confguard.model.environment import Environment
from confguard.model.exports import exports, inline_script
from confguard.model.image import OFFICIAL, parse_image
from confguard.model.value import Known, Step, Unknown, Value
from confguard.source import SourceFile, Span

if TYPE_CHECKING:
    from confguard.model.built_elsewhere import Builders
    from confguard.model.compose.types import Build

_EXPORT = re.compile(r"(?:^|[;&|{(\s])export[ \t]+(?:-\w+[ \t]+)*(?P<names>[A-Za-z_][^\n;&|]*)", re.MULTILINE)
_NAME = re.compile(r"(?:^|\s)([A-Za-z_]\w*)(?==|\s|$)")
_PREFIXED = re.compile(
    r"(?:^|[;&|]\s*|\benv\s+)((?:[A-Za-z_]\w*=(?:\"[^\"]*\"|'[^']*'|\S*)[ \t]+)+)(?=\S)", re.MULTILINE
)
_SOURCED = re.compile(
    r"(?:^|[;&|]\s*)(?:\.|source)[ \t]+\S+|(?:^|[;&|]\s*)set[ \t]+-\w*a|\beval\b", re.MULTILINE
)
_DIRECTORY = re.compile(
    r"(?:^|[;&|(\s])(?:cd[ \t]+|--(?:chdir|directory)(?:=|[ \t]+))(?:-P[ \t]+|--[ \t]+)?([^\s;&|)]+)",
    re.MULTILINE,
)
_SCRIPT_DEPTH = 4


@dataclass(frozen=True)
class Process:
    """The program of one service's container.

    ``words`` are the entrypoint's and the command's words together, as far as they are known; ``text``
    is them and the start scripts of the repository that they name, for a look at which programs run.
    """

    service: Service
    image: Image | None
    words: tuple[str, ...]
    known: bool
    """Whether the entrypoint and the command are both known from the repository."""
    scripts: tuple[SourceFile, ...]
    environment: Environment
    span: Span | None
    """Where the command is written."""
    files: ContainerFiles
    """Where the project's files lie in the container."""
    build: Build | None = None
    """How the image is built: by the service, by another one, or by what else in the repository builds it."""

    @property
    def directory(self) -> Value[str]:
        """The folder of the container in which the program runs, as far as its command tells."""
        home = self.files.working_directory
        own = _folders(" ".join(self.words))
        others = [folder for script in self.scripts for folder in _folders(script.text)]
        places = {}
        for folder in (*own, *others):
            place = self.files.absolute(folder)
            if "$" in folder or folder in ("-", "..") or folder.startswith("~") or isinstance(place, Unknown):
                return Unknown(f"it changes to the folder {folder}")
            places[place.value] = place
        if own and len(places) == 1:
            return next(iter(places.values()))
        if places and (isinstance(home, Unknown) or list(places) != [home.value]):
            return Unknown("it changes the folder on its way")
        return home

    @property
    def text(self) -> str:
        """The words and the scripts as one text."""
        return "\n".join((" ".join(self.words), *(script.text for script in self.scripts)))


def _folders(text: str) -> list[str]:
    """Return the folders that a command or script changes to."""
    return [match[1].strip("\"'") for match in _DIRECTORY.finditer(text)]


def process_of(
    project: Project, compose: ComposeModel, service: Service, builders: Builders | None = None
) -> Process:
    """Return what a service's container runs; ``builders`` know of images that the stack only pulls."""
    build = build_of(compose, service) or (builders.build_of(service) if builders else None)
    built = image_of(project, build) if build else None
    entrypoint, entry_span, entry_known = _words(service.entrypoint, built.entrypoint if built else None)
    # An entrypoint in the Compose file resets the image's command (Compose specification, `entrypoint`).
    inherited = built.command if built and service.entrypoint is None else None
    command, command_span, command_known = _words(service.command, inherited)
    words = (*entrypoint, *command)
    files = layout(project, compose, service, build, built)
    scripts = tuple(_scripts(project, build, files, words))
    known = (built is not None or (service.entrypoint is not None)) and entry_known and command_known
    environment = _environment(compose.container_environment(service.name), service, built, words, scripts)
    span = command_span or entry_span
    return Process(service, built, words, known, scripts, environment, span, files, build)


def build_of(compose: ComposeModel, service: Service) -> Build | None:
    """Return how the stack builds the image of a service, or None.

    A service that only names an image which another service builds uses the same one.
    """
    builder = service if service.build else builder_of(compose, service)
    return builder.build if builder else None


def image_of(project: Project, build: Build) -> Image | None:
    """Return the configuration of the image that a build makes; None where its Dockerfile is not known."""
    if build.dockerfile_path is None:
        return None
    from confguard.parsers.dockerfile import parse

    dockerfile = project.parsed(parse, build.dockerfile_path)
    if dockerfile is None:
        return None
    if build.target is not None and not isinstance(build.target, Known):
        return None
    arguments = {name: value for name, value in build.args.items() if value is not None}
    return image(dockerfile, build.target.value if build.target else None, arguments)


def builder_of(compose: ComposeModel, service: Service) -> Service | None:
    """Return the service of the stack that builds the image which another one only names, or None.

    Compose names what it builds <project>-<service> where no image is given. The name under another
    project is taken for it, too: there is no other place from which such an image could come.
    """
    if not isinstance(service.image, Known):
        return None
    wanted = parse_image(service.image.value)
    for other in compose.services.values():
        if other.build is None or wanted is None:
            continue
        if isinstance(other.image, Known) and parse_image(other.image.value) == wanted:
            return other
        local = wanted.registry is None and "/" not in wanted.repository and wanted.digest is None
        unnamed = other.image is None and wanted.tag in (None, "latest")
        if local and unnamed and wanted.repository.endswith((f"-{other.name}", f"_{other.name}")):
            return other
    return None


def _words(
    said: Value[tuple[str, ...]] | None, built: Command | None
) -> tuple[tuple[str, ...], Span | None, bool]:
    if isinstance(said, Unknown):
        return (), said.span, False
    if said is not None:
        return said.value, said.span, True
    if built is not None:
        words = ("/bin/sh", "-c", built.text) if built.shell else tuple(word.text for word in built.words)
        return words, built.span, True
    return (), None, True


def _scripts(
    project: Project, build: Build | None, files: ContainerFiles, words: tuple[str, ...]
) -> Iterator[SourceFile]:
    """Yield the repository's scripts that the words run, and those which these run in turn."""
    pending, seen = [(word, 0) for word in _mentioned(" ".join(words))], set()
    while pending:
        word, depth = pending.pop(0)
        source = script_of(project, build, files, word)
        if source is None or source.path in seen or depth > _SCRIPT_DEPTH:
            continue
        seen.add(source.path)
        yield source
        inner = source.once("scripts mentioned", partial(_mentioned, source.text))
        pending += [(word, depth + 1) for word in inner]


def script_of(project: Project, build: Build | None, files: ContainerFiles, word: str) -> SourceFile | None:
    """Return the script of the repository that a path in a container is; None if there is none."""
    path = path_of(project, build, files, word)
    source = project.read(path) if path is not None else None
    if source is None or path is None:
        return None
    return source if source.text.startswith("#!") or path.endswith((".sh", ".bash")) else None


def path_of(project: Project, build: Build | None, files: ContainerFiles, word: str) -> str | None:
    """Return the project's file that a path in a container is, or most likely is, by its name."""
    context = build.context if build else None
    folder = context.value if isinstance(context, Known) else ""
    return _in_container(project, files, word) or _find(project, files, folder, word)


def _mentioned(text: str) -> list[str]:
    return re.findall(r"(?<![\w./-])[\w./-]*[\w-](?:\.(?:sh|bash))\b|(?:(?<=\s)|^)/[\w./-]+", text)


def _in_container(project: Project, files: ContainerFiles, word: str) -> str | None:
    """Return the project's file that lies at a path in the container."""
    place = files.absolute(word)
    source = files.source_of(place.value) if isinstance(place, Known) else None
    return source.value if isinstance(source, Known) and project.exists(source.value) else None


def _find(project: Project, files: ContainerFiles, folder: str, word: str) -> str | None:
    """Return the project's file that a path in a container most likely is: by its longest matching tail.

    A bare name is looked for in PATH: of several files of this name the one that is in the container counts.
    """
    parts = [part for part in word.split("/") if part not in ("", ".", "..")]
    prefix = "" if folder in ("", ".") else f"{folder}/"
    for start in range(len(parts)):
        tail = "/".join(parts[start:])
        if project.exists(prefix + tail):
            return prefix + tail
    if not parts:
        return None
    name = parts[-1]
    matches = [path for path in project.named(name) if path.startswith(prefix)]
    if len(matches) > 1 and len(parts) == 1:
        matches = [path for path in matches if isinstance(files.path_of(path), Known)]
    return matches[0] if len(matches) == 1 else None


def _environment(
    delivered: Environment,
    service: Service,
    built: Image | None,
    words: tuple[str, ...],
    scripts: tuple[SourceFile, ...],
) -> Environment:
    """Put the image's ENV below what Compose delivers, and what start scripts export over it."""
    values: dict[str, Known[str] | Unknown] = dict(built.environment) if built else {}
    values |= delivered.values
    complete, reason = delivered.complete, delivered.reason
    if complete and not _base_is_transparent(service, built):
        complete, reason = False, "the image may set it, and its Dockerfile is not in the repository"
    line = " ".join(words)
    for script in (None, *scripts):
        text = script.text if script else line
        run = inline_script(words) if script is None else _handing_over(script, line)
        find = partial(_exported, text)
        exported = script.once("exported names", find) if script else find()
        known = exports(run, values, script) if run and exported else {}
        for name, start in exported:
            span = script.span(start, start + len(name)) if script else None
            step = Step("set by the start script", span)
            values[name] = known.get(name) or Unknown("the start script sets it", (step,))
        reads = partial(_SOURCED.search, text)
        if complete and (script.once("reads another", reads) if script else reads()):
            complete, reason = False, "the start script reads another file into its environment"
    return Environment(values, complete, delivered.trail, reason)


def _handing_over(script: SourceFile, line: str) -> str | None:
    """Return the text of a script that the command names itself: what others run stays with those."""
    return script.text if posixpath.basename(script.path) in line else None


def _exported(text: str) -> tuple[tuple[str, int], ...]:
    """Return the names that a shell text exports or puts in front of a command, with their offsets."""
    found = []
    for match in _EXPORT.finditer(text):
        for name in _NAME.finditer(match["names"]):
            found.append((name[1], match.start("names") + name.start(1)))
    for match in _PREFIXED.finditer(text):
        for name in re.finditer(r"([A-Za-z_]\w*)=", match[1]):
            found.append((name[1], match.start(1) + name.start(1)))
    return tuple(found)


def _base_is_transparent(service: Service, built: Image | None) -> bool:
    """Say whether the base image is an official one, which sets only its own documented variables."""
    base = built.base if built else service.image
    if not isinstance(base, Known):
        return False
    if base.value == "scratch":
        return True
    reference = parse_image(base.value)
    if reference is None:
        return False
    path = reference.repository.removeprefix("library/")
    return (path in OFFICIAL and reference.registry in (None, "docker.io")) or path == "astral-sh/uv"
