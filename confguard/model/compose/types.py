"""What rules see of a Compose stack: frozen and typed, every value with its place and trail.

Paths are relative to the project's root where they lie in it, else absolute as written; ``None`` stands
for an attribute that no file writes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from confguard.model.compose.interpolation import Interpolation, Marks
from confguard.model.compose.overrides import Override, Redeclared
from confguard.model.compose.tree import Map
from confguard.model.compose.variables import EnvSource
from confguard.model.environment import Environment
from confguard.model.value import Known, Trail, Value
from confguard.source import Problem, Span


@dataclass(frozen=True, slots=True)
class Build:
    """How an image is built. ``context`` is a project path, or an address for a remote one.

    ``dockerfile`` is relative to the context as written; ``dockerfile_path`` the project path of the
    file, None for a remote context, an inline one or one that is not known.
    """

    context: Value[str]
    dockerfile: Value[str]
    dockerfile_path: str | None
    dockerfile_inline: Value[str] | None
    target: Value[str] | None
    args: Mapping[str, Value[str] | None]
    span: Span | None
    trail: Trail = ()


@dataclass(frozen=True, slots=True)
class Port:
    """One port of a container. ``target`` and ``published`` are texts; ``published`` may be a range.

    ``published`` is None where docker chooses a free port of the host. ``host_ip`` None: all addresses.
    """

    target: Value[str]
    published: Value[str] | None
    host_ip: Value[str] | None
    protocol: str
    mode: str
    span: Span | None
    trail: Trail = ()

    @property
    def loopback(self) -> bool:
        """Whether it is surely bound to the host's loopback address only."""
        address = self.host_ip
        return isinstance(address, Known) and (address.value.startswith("127.") or address.value == "::1")


@dataclass(frozen=True, slots=True)
class Mount:
    """One mount of a container: ``type`` is bind, volume, tmpfs, image, cluster or npipe.

    ``source`` is a volume's name (None: anonymous); of a bind mount it is the host's path, and
    ``path`` the project path where it lies in the project.
    """

    type: str
    source: Value[str] | None
    target: Value[str]
    read_only: bool
    path: str | None
    span: Span | None
    trail: Trail = ()


@dataclass(frozen=True, slots=True)
class EnvFileReference:
    """One entry of ``env_file``: ``path`` is the project path, ``read`` the file read for it.

    ``stand_in`` is the template read instead of an absent file; ``present`` says that the file itself
    is in the project.
    """

    path: Value[str]
    required: bool
    format: str
    read: str | None
    present: bool
    stand_in: str | None
    span: Span | None


@dataclass(frozen=True, slots=True)
class Attachment:
    """A service's place in a network."""

    network: str
    aliases: tuple[str, ...]
    span: Span | None
    implicit: bool = False


@dataclass(frozen=True, slots=True)
class Dependency:
    """One entry of ``depends_on``, or one implied by links, volumes_from or a shared namespace."""

    service: str
    condition: str
    required: bool
    span: Span | None


@dataclass(frozen=True, slots=True)
class Healthcheck:
    """A health check: ``test`` as a list beginning with CMD, CMD-SHELL or NONE."""

    test: Value[tuple[str, ...]] | None
    disabled: bool
    span: Span | None


@dataclass(frozen=True, slots=True)
class Grant:
    """A secret or config that a service gets: the name at top level and the path in the container."""

    source: str
    target: str | None
    span: Span | None


@dataclass(frozen=True, slots=True)
class Resource:
    """A network, volume, secret or config at top level. ``name`` is what the engine calls it."""

    key: str
    name: Value[str]
    external: bool
    driver: Value[str] | None
    file: Value[str] | None
    internal: bool
    span: Span | None
    implicit: bool = False
    content: Value[str] | None = None
    """The text that a config has in the Compose file itself."""


@dataclass(frozen=True, slots=True)
class Service:
    """One service, merged. ``spans`` are the places of its key in each file that writes it, newest first.

    ``command`` and ``entrypoint`` are lists of words (a text is split as compose does); the raw text, if
    it was one, is in ``command_text`` and ``entrypoint_text``. ``environment`` has what ``environment:``
    says; None as a value marks one that is passed through but surely unset.
    """

    name: str
    spans: tuple[Span, ...]
    active: bool
    image: Value[str] | None
    build: Build | None
    command: Value[tuple[str, ...]] | None
    command_text: Value[str] | None
    entrypoint: Value[tuple[str, ...]] | None
    entrypoint_text: Value[str] | None
    environment: Mapping[str, Value[str] | None]
    env_files: tuple[EnvFileReference, ...]
    ports: tuple[Port, ...]
    volumes: tuple[Mount, ...]
    networks: tuple[Attachment, ...]
    network_mode: Value[str] | None
    profiles: tuple[str, ...]
    profiles_span: Span | None
    depends_on: tuple[Dependency, ...]
    container_name: Value[str] | None
    hostname: Value[str] | None
    healthcheck: Healthcheck | None
    restart: Value[str] | None
    read_only: bool
    replicas: Value[int] | None
    secrets: tuple[Grant, ...]
    configs: tuple[Grant, ...]
    labels: Mapping[str, Value[str]]
    user: Value[str] | None
    working_dir: Value[str] | None
    extra_hosts: tuple[Value[str], ...]
    links: tuple[str, ...]
    tree: Map
    """Everything else of the service, as the merged tree."""

    @property
    def span(self) -> Span | None:
        """The place of its key in the newest file that writes it."""
        return self.spans[0] if self.spans else None

    def is_alternative_to(self, other: Service) -> bool:
        """Say whether both are gated, and by different profiles: mostly one of them is chosen."""
        return bool(self.profiles and other.profiles) and not set(self.profiles) & set(other.profiles)

    def names_in(self, network: str) -> frozenset[str]:
        """Return the host names under which others in a network reach the service."""
        names = {self.name}
        for name in (self.container_name, self.hostname):
            if isinstance(name, Known):
                names.add(name.value)
        for attachment in self.networks:
            if attachment.network == network:
                names.update(attachment.aliases)
        return frozenset(names)


@dataclass(frozen=True, slots=True)
class ComposeModel:
    """A stack: the effective model of some Compose files in merge order.

    ``problems`` are what docker compose refuses whatever the operator delivers; ``refusals`` what it
    refuses as long as something is missing that is not in the repository (an env file, a required
    variable). ``overrides`` is what later files do to earlier ones, ``redeclared`` what files declare over
    what they include. ``environment`` fills the variables.
    """

    name: Value[str]
    files: tuple[str, ...]
    working_directory: str
    services: Mapping[str, Service]
    networks: Mapping[str, Resource]
    volumes: Mapping[str, Resource]
    secrets: Mapping[str, Resource]
    configs: Mapping[str, Resource]
    profiles: tuple[str, ...]
    overrides: tuple[Override, ...]
    redeclared: tuple[Redeclared, ...]
    interpolations: tuple[Interpolation, ...]
    environment: Environment
    env_sources: tuple[EnvSource, ...]
    problems: tuple[Problem, ...]
    refusals: tuple[Problem, ...]
    environments: Mapping[str, Environment] = field(repr=False)
    tree: Map = field(repr=False)
    root: str = field(repr=False)
    marks: Marks = field(repr=False)
    """What stands for unknown parts in the texts of ``tree``."""

    def container_environment(self, service: str) -> Environment:
        """Return what a service's container gets: its env files in order, then ``environment`` over them."""
        return self.environments[service]

    @property
    def active_services(self) -> Mapping[str, Service]:
        """The services that run under the profiles."""
        return {name: service for name, service in self.services.items() if service.active}
