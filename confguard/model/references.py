"""Which paths of the repository a stack needs to be there: Dockerfiles, contexts, mounted files, configs."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from confguard.discover.project import Project
from confguard.model.value import Known, Trail
from confguard.source import Span

if TYPE_CHECKING:
    from confguard.model.compose import ComposeModel, Service
    from confguard.model.deployment import Deployment

_TEXTS = frozenset(
    {
        "conf", "cnf", "ini", "cfg", "toml", "yml", "yaml", "json", "xml", "template", "tmpl", "sh", "bash",
        "py", "sql", "lua", "js", "mjs", "html", "vcl", "rules", "properties", "hcl", "htm", "alloy", "acl",
    }
)  # fmt: skip
"""Extensions of what people write themselves and mount: not certificates, databases, sockets or logs."""

_READ_ONLY_FOLDERS = (
    "/etc/nginx",
    "/docker-entrypoint-initdb.d",
    "/docker-entrypoint.d",
    "/etc/prometheus",
    "/etc/grafana/provisioning",
)
"""Folders of well-known images that their programs read and never fill themselves."""

_OPERATOR_FOLDERS = (
    "ssl",
    "tls",
    "cert",
    "certs",
    "certificates",
    "private",
    "keys",
    "secrets",
    "letsencrypt",
)


_PORTAINER = "stack.env"
"""Portainer writes a stack's variables into a file of this name beside its Compose file."""


class Needed(Enum):
    """What a path is needed as."""

    DOCKERFILE = "Dockerfile"
    CONTEXT = "build context"
    FILE = "mounted file"
    FOLDER = "mounted folder of configuration"
    CONFIG = "config"
    ENV_FILE = "env file"


@dataclass(frozen=True, slots=True)
class Reference:
    """A path of the project that a service needs, and where that is written."""

    service: str
    needed: Needed
    path: str
    span: Span
    target: str = ""
    trail: Trail = ()


def dangling(deployment: Deployment) -> Iterator[Reference]:
    """Yield what the running services refer to and the repository does not have, whatever explains it."""
    for service in deployment.services.values():
        for reference in (
            *_of_build(deployment.project, service),
            *_of_mounts(service),
            *_of_configs(deployment.compose, service),
            *_of_env_files(service),
        ):
            if not _is_there(deployment.project, reference):
                yield reference


def _is_there(project: Project, reference: Reference) -> bool:
    path = reference.path
    # A link or a submodule is listed as a file, whatever it leads to.
    listed = project.exists(path) or any(project.exists(parent) for parent in _parents(path))
    return listed or (reference.needed is not Needed.DOCKERFILE and project.is_folder(path))


def _parents(path: str) -> Iterator[str]:
    while path := posixpath.dirname(path):
        yield path


def _of_build(project: Project, service: Service) -> Iterator[Reference]:
    build = service.build
    if build is None or not isinstance(build.context, Known):
        return
    context = "" if build.context.value == "." else build.context.value
    inside = not context.startswith(("/", "..")) and "://" not in context and "@" not in context
    if not inside or (build.dockerfile_path is None and build.dockerfile_inline is None):
        return
    span = build.context.span or build.span or service.span
    if span is None:
        return
    if not project.is_folder(context):
        yield Reference(service.name, Needed.CONTEXT, context, span, trail=build.context.trail)
    elif build.dockerfile_path is not None:
        place = build.dockerfile.span or span
        yield Reference(
            service.name, Needed.DOCKERFILE, build.dockerfile_path, place, trail=build.dockerfile.trail
        )


def _of_mounts(service: Service) -> Iterator[Reference]:
    for mount in service.volumes:
        if mount.type != "bind" or not mount.path or mount.span is None:
            continue
        if not isinstance(mount.source, Known) or not isinstance(mount.target, Known):
            continue
        target = posixpath.normpath(mount.target.value)
        extension = posixpath.basename(mount.path).rpartition(".")[2].lower()
        trail, span = mount.source.trail, mount.source.span or mount.span
        if extension in _TEXTS and "." in posixpath.basename(mount.path):
            yield Reference(service.name, Needed.FILE, mount.path, span, target, trail)
        elif _is_configuration(target):
            yield Reference(service.name, Needed.FOLDER, mount.path, span, target, trail)


def _of_env_files(service: Service) -> Iterator[Reference]:
    """Yield the env files that are required and for which no template stands in."""
    for one in service.env_files:
        path = one.path.value if isinstance(one.path, Known) else None
        if path is None or path.startswith(("/", "..")) or posixpath.basename(path) == _PORTAINER:
            continue
        if one.required and one.read is None and one.span and isinstance(one.path, Known):
            trail = one.path.trail
            yield Reference(service.name, Needed.ENV_FILE, path, one.span, trail=trail)


def _is_configuration(target: str) -> bool:
    if not any(target == folder or target.startswith(f"{folder}/") for folder in _READ_ONLY_FOLDERS):
        return False
    return "." not in posixpath.basename(target).removesuffix(".d") and not any(
        part.lower() in _OPERATOR_FOLDERS for part in target.split("/")
    )


def _of_configs(compose: ComposeModel, service: Service) -> Iterator[Reference]:
    for grant in service.configs:
        resource = compose.configs.get(grant.source)
        if resource is None or not isinstance(resource.file, Known):
            continue
        path, span = resource.file.value, resource.file.span or resource.span
        if span is not None and not path.startswith(("/", "..")):
            target = grant.target or f"/{grant.source}"
            yield Reference(service.name, Needed.CONFIG, path, span, target, resource.file.trail)
