"""One stack with what runs in it: its Compose model, its proxies, its Django applications."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from confguard.discover.kinds import Kind, ProjectFile, of_kind
from confguard.discover.project import Project
from confguard.finding import Severity
from confguard.model.environment import Environment
from confguard.model.evaluations import Evaluations
from confguard.model.image import DATASTORES, PROXIES, ImageReference, parse_image
from confguard.model.value import Known
from confguard.words import services_named

if TYPE_CHECKING:
    from confguard.model.built_elsewhere import Builders
    from confguard.model.compose import ComposeModel, Service
    from confguard.model.container_files import ContainerFiles
    from confguard.model.django import Settings
    from confguard.model.django.place import Place
    from confguard.model.django.routes import URLconf
    from confguard.model.dockerfile import Image
    from confguard.model.listening import Listening
    from confguard.model.nginx import NginxModel
    from confguard.model.passages import Passage
    from confguard.model.process import Process
    from confguard.model.roles import RoleOf
    from confguard.model.stacks import Stack

T = TypeVar("T")

_DJANGO_PROGRAM = re.compile(
    r"\bmanage\.py\b|\bdjango-admin\b|\b(gunicorn|uvicorn|daphne|hypercorn|granian)\b[^\n;&|]*\b(wsgi|asgi)\b"
    r"|\buwsgi\b|\bcelery\b"
)

_WITHOUT_PYTHON = frozenset([
    *DATASTORES, *PROXIES, "node", "golang", "rust", "ruby", "php", "openjdk", "eclipse-temurin", "caddy",
    "traefik", "haproxy", "httpd", "bun", "deno",
])  # fmt: skip


@dataclass(frozen=True, eq=False)
class App:
    """A Django application as one or more services run it: the settings under their environment.

    ``services`` are empty where no service of the stack is known to run the repository's Django; the
    environment is not known then.
    """

    services: tuple[str, ...]
    settings: Settings
    environment: Environment

    @property
    def urlconf(self) -> URLconf:
        """The routes: evaluated when first asked for."""
        return self.settings.urlconf

    @property
    def where(self) -> str:
        """``service web``, ``services web and worker``, or ``""``."""
        return services_named(self.services) if self.services else ""


@dataclass(frozen=True, eq=False)
class Deployment:
    """A stack with everything that runs in it; computed when first asked for."""

    project: Project
    files: tuple[ProjectFile, ...]
    stack: Stack
    evaluations: Evaluations
    builders: Builders

    @property
    def name(self) -> str:
        """The stack's name, as findings show it."""
        return self.stack.name

    @property
    def most_severe(self) -> Severity:
        """How severe a finding about this stack can be.

        An error is for what the repository itself calls production. What is only presumed to be deployed
        gets warnings, and a stack that is for development or tests gets advice.
        """
        from confguard.model.stacks import Role

        if self.stack.role is Role.PRODUCTION:
            return Severity.ERROR
        return Severity.INFO if self.stack.role in (Role.DEVELOPMENT, Role.TEST) else Severity.WARNING

    @cached_property
    def compose(self) -> ComposeModel:
        """The merged Compose model."""
        from confguard.model.compose import load

        return load(
            self.project,
            self.stack.files,
            profiles=self.stack.profiles,
            env_files=self.stack.env_files or None,
            project_directory=self.stack.project_directory,
            stand_ins=self.stack.stand_ins,
        )

    @cached_property
    def services(self) -> Mapping[str, Service]:
        """The services that run under the stack's profiles."""
        return self.compose.active_services

    @cached_property
    def processes(self) -> Mapping[str, Process]:
        """What each running service runs, by the service's name."""
        from confguard.model.process import process_of

        return {
            name: process_of(self.project, self.compose, service, self.builders)
            for name, service in self.services.items()
        }

    def base_image(self, service: Service) -> ImageReference | None:
        """Return the image that a service runs, or that its Dockerfile starts from, if it is known."""
        built = self.processes[service.name].image if service.name in self.processes else None
        text = built.base if built else (service.image if service.build is None else None)
        return parse_image(text.value) if isinstance(text, Known) else None

    def datastore(self, service: Service) -> tuple[str, tuple[int, ...]] | None:
        """Return what a service stores data in and the usual ports of it; None for other services."""
        reference = self.base_image(service)
        return DATASTORES.get(reference.name) if reference else None

    def is_proxy(self, service: Service) -> bool:
        """Say whether a service is an nginx, or built to be one."""
        reference = self.base_image(service)
        if reference is not None and reference.name in PROXIES:
            return True
        return any(model.service == service.name for model in self.proxies)

    @cached_property
    def proxies(self) -> tuple[NginxModel, ...]:
        """The nginx of each service that is one."""
        if not of_kind(self.files, Kind.NGINX):
            return ()
        from confguard.model.nginx import load

        loaded = (
            load(
                self.project,
                *self._with_build(service),
                self.processes[name].environment,
                self.compose.configs,
            )
            for name, service in self.services.items()
        )
        return tuple(model for model in loaded if model is not None)

    @cached_property
    def passages(self) -> tuple[Passage, ...]:
        """Every way through an nginx of the stack to a Django application of it."""
        from confguard.model.passages import passages

        return passages(self)

    def _with_build(self, service: Service) -> tuple[Service, Image | None]:
        """Return a service and its image; the build of one that only names an image is put in."""
        process = self.processes[service.name]
        if service.build is None and process.build is not None:
            return replace(service, build=process.build), process.image
        return service, process.image

    @cached_property
    def apps(self) -> tuple[App, ...]:
        """The Django applications: services with the same settings and environment are one."""
        if not of_kind(self.files, Kind.SETTINGS):
            return ()
        found: list[App] = []
        for name in self.services:
            process = self.processes[name]
            if not self._runs_django(process):
                continue
            settings = self._settings(process)
            if settings is not None:
                found.append(App((name,), settings, process.environment))
        return tuple(_joined(found))

    @cached_property
    def container_files(self) -> Mapping[str, ContainerFiles]:
        """Where the project's files lie in each running service's container, by the service's name."""
        return {name: process.files for name, process in self.processes.items()}

    @cached_property
    def documented(self) -> frozenset[str]:
        """The variables that an env file of the stack, or its template, names in a comment (``# KEY=value``).

        The operator is told of them: whether they are set cannot be known.
        """
        from confguard.parsers.env import parse

        paths = {source.read for source in self.compose.env_sources}
        paths |= {reference.read for one in self.services.values() for reference in one.env_files}
        files = (self.project.parsed(parse, path) for path in paths if path)
        return frozenset(
            entry.key for file in files if file for entry in file.entries if entry.commented and entry.key
        )

    @cached_property
    def roles(self) -> Mapping[str, RoleOf]:
        """What each running service is there for, by the service's name."""
        from confguard.model.roles import role_of

        return {name: role_of(self, service) for name, service in self.services.items()}

    @cached_property
    def listening(self) -> Mapping[str, Listening]:
        """The ports that each running service listens on, by the service's name."""
        from confguard.model.listening import listening

        return {name: listening(self, name) for name in self.services}

    def once(self, key: tuple[object, ...], compute: Callable[[], T]) -> T:
        """Return what a function of the model computes of this deployment, computed when first asked for.

        ``key`` names the function first and then what it is asked about, by identity or by value.
        """
        computed: dict[tuple[object, ...], Any] = self.__dict__.setdefault("_computed", {})
        if key not in computed:
            computed[key] = compute()
        found: T = computed[key]
        return found

    def serves_http(self, service: str) -> bool:
        """Say whether a service answers requests of the web: it does, or what it does is not known."""
        from confguard.model.roles import ServiceRole

        found = self.roles[service]
        return not found.sure or found.role in (ServiceRole.APP, ServiceRole.FRONTEND, ServiceRole.PROXY)

    def app_of(self, service: str) -> App | None:
        """Return the Django application that a service runs."""
        return next((app for app in self.apps if service in app.services), None)

    def _runs_django(self, process: Process) -> bool:
        reference = self.base_image(process.service)
        if reference is not None and reference.name in _WITHOUT_PYTHON:
            # Scripts and env files that several services share may speak of Django to those without Python.
            return _DJANGO_PROGRAM.search(" ".join(process.words)) is not None
        return (
            _DJANGO_PROGRAM.search(process.text) is not None
            or "DJANGO_SETTINGS_MODULE" in process.environment
        )

    def _settings(self, process: Process) -> Settings | None:
        from confguard.model.django import choose_module

        build, words = process.build, " ".join(process.words)
        context = build.context.value if build and isinstance(build.context, Known) else None
        # The whole project's folder is "." in Compose files and "" in a project.
        folders = () if context is None else ("" if context == "." else context.removeprefix("./"),)
        choice = choose_module(
            self.project,
            process.environment,
            folders=folders,
            # A start script may speak of the programs of all services that share it.
            command=words if _DJANGO_PROGRAM.search(words) else process.text,
            dockerfile=build.dockerfile_path if build else None,
        )
        if choice is None or choice.path is None:
            return None
        return self.evaluations.settings(
            choice.module, choice.path, process.environment, self._place(process)
        )

    def _place(self, process: Process) -> Place:
        from confguard.model.django.place import ContainerPlace

        directory = process.directory
        return ContainerPlace(
            directory=directory.value if isinstance(directory, Known) else "",
            files=process.files,
            stand_ins=self.stack.stand_ins,
        )


def _joined(apps: list[App]) -> Iterator[App]:
    """Join apps of the same settings whose values do not differ."""
    groups: list[list[App]] = []
    for app in apps:
        for group in groups:
            if group[0].settings.path == app.settings.path and _same(group[0], app):
                group.append(app)
                break
        else:
            groups.append([app])
    for group in groups:
        services = tuple(name for app in group for name in app.services)
        yield App(services, group[0].settings, group[0].environment)


def _same(one: App, other: App) -> bool:
    """Say whether two apps got the same environment and files, as far as their settings read them."""
    here, there = one.settings.place, other.settings.place
    elsewhere = here is not None and there is not None and not here.alike(there)
    if elsewhere and one.settings.values != other.settings.values:
        return False
    names = {read.key for app in (one, other) for read in app.settings.reads if read.key}
    return all(_plain(one.environment.get(name)) == _plain(other.environment.get(name)) for name in names)


def _plain(value: object) -> object:
    return ("known", value.value) if isinstance(value, Known) else type(value).__name__
