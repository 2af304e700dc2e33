"""Which configuration a container's nginx has: its image, what is copied and mounted into it."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from confguard.discover.project import Project
from confguard.model.container_files import resource_path
from confguard.model.copies import Built, built_of
from confguard.model.environment import Environment
from confguard.model.image import PROXIES, parse_image
from confguard.model.nginx import stock
from confguard.model.nginx.image_layers import ROOTS, lay
from confguard.model.nginx.inline import inline_source
from confguard.model.nginx.refusals import newer_directives, refusals
from confguard.model.nginx.standalone import assemble, without_events
from confguard.model.nginx.starting import command_of, start, started_with
from confguard.model.nginx.statements import Expansion, Loaded
from confguard.model.nginx.tree import FileTree
from confguard.model.nginx.types import Level, Missing, NginxModel, Version
from confguard.model.value import Known, Step, Trail, Unknown, Value
from confguard.parsers import nginx as parser
from confguard.parsers.nginx_tree import NginxFile
from confguard.source import Problem, SourceFile

if TYPE_CHECKING:
    from confguard.model.compose.types import Resource, Service
    from confguard.model.dockerfile import Image

_IMAGE_VARIABLES = (
    "PATH", "HOME", "HOSTNAME", "PWD", "NGINX_VERSION", "NJS_VERSION", "NJS_RELEASE", "PKG_RELEASE",
    "DYNPKG_RELEASE", "ACME_VERSION",
)  # fmt: skip


def unloaded(paths: Iterable[str], models: Iterable[NginxModel]) -> tuple[str, ...]:
    """Return those of some paths that no model loads: examples, host vhosts, disabled copies."""
    loaded = {path for model in models for path in model.files}
    return tuple(path for path in paths if path not in loaded)


def load(
    project: Project,
    service: Service,
    image: Image | None = None,
    environment: Environment | None = None,
    configs: Mapping[str, Resource] | None = None,
) -> NginxModel | None:
    """Return what the nginx of a service does; None where it runs none, as far as the files tell.

    ``image`` is what its Dockerfile builds, if there is one; ``environment`` what its container gets;
    ``configs`` the configs at the top level of the Compose model. A service runs nginx if its image is
    known to be nginx, or if the project puts a configuration into a place where nginx looks for it.
    """
    built = built_of(project, service.build, image)
    reference = _reference(service, built)
    name = reference[0] if reference else ""
    is_bitnami = reference is not None and reference[2] == "bitnami"
    tree = FileTree(project, stock.bitnami() if name == "nginx" and is_bitnami else stock.of_image(name))
    variables = _environment(environment or Environment(complete=False), built)
    if built:
        lay(tree, project, built, variables)
    _mount(tree, project, service, configs or {})
    entry = started_with(tree, command_of(service, built))
    delivered = entry is not None or any(
        not loaded.stock and path.startswith(ROOTS) for path, loaded in tree.files.items()
    )
    if name not in PROXIES and (not delivered or not _runs_nginx(service, built)):
        return None
    usual = start(tree, service, built, variables)
    entry = usual if entry is None else entry
    trail: Trail = (Step(f"service {service.name}", service.span),) if service.span else ()
    model = model_of_tree(tree, entry, service.name, _version(service, built), trail)
    return replace(model, delivered=tree.delivered)


def _runs_nginx(service: Service, built: Built | None) -> bool:
    """Say whether a container of another image that gets a configuration of nginx also uses it."""
    marks = [service.name, command_of(service, built)]
    if built:
        marks += [one.text for stage in built.image.stages for one in stage.instructions if one.name == "RUN"]
    if service.image and isinstance(service.image, Known):
        marks.append(service.image.value)
    return any("nginx" in mark or "swag" in mark or "openresty" in mark for mark in marks)


# ---- the image ---------------------------------------------------------------------------------------


def _reference(service: Service, built: Built | None) -> tuple[str, Version | None, str] | None:
    """Return the last part of the base image's repository, its version, and the part in front of it."""
    value = built.image.base if built else service.image if service.build is None else None
    if not isinstance(value, Known):
        return None
    parsed = parse_image(value.value)
    if parsed is None:
        return None
    return parsed.name, parsed.version, parsed.repository.rpartition("/")[0].rpartition("/")[2]


def _version(service: Service, built: Built | None) -> Value[Version]:
    reference = _reference(service, built)
    place = built.image.base if built else service.image
    trail = place.trail if place else ()
    if reference and reference[1] and reference[0] in PROXIES:
        return Known(reference[1], trail)
    return Unknown("the tag of the image does not say the version of nginx", trail)


def _environment(own: Environment, built: Built | None) -> Environment:
    values: dict[str, Known[str] | Unknown] = {
        name: Unknown(f"the image sets {name}") for name in _IMAGE_VARIABLES
    }
    if built:
        values.update(built.image.environment)
    return replace(own, values={**values, **own.values})


# ---- mounts ------------------------------------------------------------------------------------------


def _mount(tree: FileTree, project: Project, service: Service, configs: Mapping[str, Resource]) -> None:
    """Lay what Compose mounts over the image: outer folders first, as the engine does."""
    mounts = [mount for mount in service.volumes if isinstance(mount.target, Known)]
    for mount in sorted(mounts, key=lambda item: _target(item.target).count("/")):
        target = _target(mount.target)
        if mount.type == "bind" and mount.path is not None:
            if project.is_folder(mount.path) and not project.exists(mount.path):
                tree.cover(target)
            if tree.put_project_path(mount.path, target):
                continue
        source = mount.source.value if isinstance(mount.source, Known) else "it"
        kind = "the volume" if mount.type == "volume" else "the host's"
        tree.forget(target, f"{kind} {source} is not in the repository")
    for grant in service.configs:
        resource = configs.get(grant.source)
        target = grant.target or f"/{grant.source}"
        content = resource.content if resource else None
        if isinstance(content, Known) and (span := content.span):
            tree.put(target, Loaded(span.path, inline_source(content.value, span)))
            continue
        if isinstance(content, Unknown):
            tree.forget(target, content.reason)
            continue
        path = resource_path(project, resource.file if resource else None)
        if path is None or not tree.put_project_path(path, target):
            tree.forget(target, f"the config {grant.source} is not in the repository")


def _target(value: Value[str]) -> str:
    return posixpath.normpath(value.value) if isinstance(value, Known) else ""


# ---- the model ---------------------------------------------------------------------------------------


def _parser(project: Project) -> Callable[[SourceFile], NginxFile]:
    """Return a parser that makes each file of the project once."""

    def parsed(source: SourceFile) -> NginxFile:
        own = project.read(source.path) is source
        tree = project.parsed(parser.parse, source.path) if own else None
        return tree or parser.parse(source)

    return parsed


def model_of_tree(
    tree: FileTree, entry: str, name: str = "", version: Value[Version] | None = None, trail: Trail = ()
) -> NginxModel:
    """Return the model of a container's files, starting from its main configuration.

    Where that is not known, what stands in the customary folders is taken as the inside of an ``http``
    that holds more than is known.
    """
    expansion = Expansion(tree, parse=_parser(tree.project))
    files, lost = tree.find(entry)
    if files:
        main = files[0]
        file = expansion.file(main, ())
        statements, missing = expansion.expand(file.directives, main, ())
        if file.foreign:
            missing = (*missing, Missing(entry, f"it is a template of {file.foreign}", None))
        expansion.problems += without_events(statements, missing)
        model = assemble((), statements, missing)
        if model.http is None and missing:
            model = replace(model, http=Level("http", None, None, (), missing))
    else:
        unknown = Missing(entry, lost[0][1] if lost else "its main configuration is not known", None)
        found: list[Loaded] = [file for pattern in stock.CUSTOMARY for file in tree.find(pattern)[0]]
        parts = [
            expansion.expand(expansion.file(file, ("http",)).directives, file, ("http",)) for file in found
        ]
        model = assemble(
            ("http",),
            tuple(item for statements, _ in parts for item in statements),
            (unknown, *(item for _, missing in parts for item in missing)),
        )
        expansion.missing.append(unknown)
    model = replace(model, version=version or model.version)
    expansion.problems += (*refusals(model), *newer_directives(model))
    return replace(
        model,
        service=name,
        files=tuple(expansion.loaded),
        problems=(*expansion.problems, *_absent(expansion.missing)),
        missing=tuple(expansion.missing),
        foreign=tuple(expansion.foreign.items()),
        trail=trail,
    )


def _absent(missing: Iterable[Missing]) -> Iterator[Problem]:
    """Yield the includes that make nginx refuse to start."""
    for item in missing:
        if item.absent and item.span is not None:
            yield Problem(item.span, f'includes "{item.path}", but {item.reason}')
