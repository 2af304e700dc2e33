"""The env files that a deployment uses: what they set, for Compose, for which services."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from confguard.discover.kinds import Kind, of_kind
from confguard.model.deployment import Deployment
from confguard.model.value import Known
from confguard.parsers.env import ComposeEntry, EnvEntry, EnvFile, parse
from confguard.source import SourceFile, Span

__all__ = ["ComposeEntry", "EnvEntry", "EnvFile", "UsedEnvFile", "is_documented", "used_env_files"]


@dataclass(frozen=True, slots=True)
class UsedEnvFile:
    """An env file of a deployment, or the template that stands in for it.

    ``path`` is what is asked for, ``read`` the file read for it. ``fills`` says that it fills the variables
    of the Compose files, ``services`` are those that it is an ``env_file`` of, ``spans`` the places of that.
    """

    path: str
    read: str
    file: EnvFile
    fills: bool
    services: tuple[str, ...]
    spans: tuple[Span, ...]
    raw: bool = False

    @property
    def source(self) -> SourceFile:
        """The text that is read."""
        return self.file.source

    @property
    def is_stand_in(self) -> bool:
        """Whether a template is read in the place of a file that only the host has."""
        return self.read != self.path

    @property
    def is_private(self) -> bool:
        """Whether it was given by hand, from outside of what git tracks."""
        return self.source.private

    @property
    def entries(self) -> tuple[EnvEntry, ...]:
        """What it sets, as python-dotenv reads it."""
        return self.file.active

    @property
    def compose(self) -> tuple[ComposeEntry, ...]:
        """What it sets, as docker compose reads it."""
        return self.file.compose


def used_env_files(deployment: Deployment) -> tuple[UsedEnvFile, ...]:
    """Return the env files of a deployment that can be read, those that fill its Compose files first."""
    return tuple(_used(deployment))


def _used(deployment: Deployment) -> Iterator[UsedEnvFile]:
    reads: dict[str, str] = {}
    fills: set[str] = set()
    users: dict[str, list[str]] = {}
    places: dict[str, list[Span]] = {}
    raw: set[str] = set()
    for source in deployment.compose.env_sources:
        if source.read is not None:
            reads[source.path] = source.read
            fills.add(source.path)
    for service in deployment.services.values():
        for reference in service.env_files:
            if not isinstance(reference.path, Known) or reference.read is None:
                continue
            path = reference.path.value
            reads.setdefault(path, reference.read)
            users.setdefault(path, []).append(service.name)
            if reference.format == "raw":
                raw.add(path)
            if reference.span is not None:
                places.setdefault(path, []).append(reference.span)
    for path, read in reads.items():
        file = deployment.project.parsed(parse, read)
        if file is not None:
            services, spans = tuple(users.get(path, ())), tuple(places.get(path, ()))
            yield UsedEnvFile(path, read, file, path in fills, services, spans, path in raw)


def is_documented(deployment: Deployment, file: UsedEnvFile) -> bool:
    """Say whether a document names an env file: whoever follows it is told to edit that."""
    name = file.read.rpartition("/")[2]
    documents = of_kind(deployment.files, Kind.DOCUMENT) if name != ".env" else ()
    texts = (deployment.project.read(one.path) for one in documents)
    return any(text is not None and name in text.text for text in texts)
