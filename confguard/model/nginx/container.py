"""Which configuration a container's nginx has: its image, what is copied and mounted into it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from confguard.discover.project import Project
from confguard.model.container_files import resource_path
from confguard.model.copies import Built, built_of
from confguard.model.environment import Environment
from confguard.model.image import PROXIES, parse_image
from confguard.model.nginx import shell, stock
from confguard.model.nginx.image_layers import ROOTS, lay
from confguard.model.nginx.inline import inline_source
from confguard.model.nginx.refusals import newer_directives, refusals
from confguard.model.nginx.standalone import assemble, without_events
from confguard.model.nginx.statements import Expansion, Loaded
from confguard.model.nginx.tree import FileTree
from confguard.model.nginx.types import Level, Missing, NginxModel, Version
from confguard.model.value import Known, Step, Trail, Unknown, Value
from confguard.parsers import nginx as parser
from confguard.parsers.nginx_tree import NginxFile
from confguard.parsers.shell import UNKNOWN
from confguard.source import Problem, SourceFile

if TYPE_CHECKING:
    from confguard.model.compose.types import Resource, Service
    from confguard.model.dockerfile import Image

_IMAGE_VARIABLES = (
    "PATH", "HOME", "HOSTNAME", "PWD", "NGINX_VERSION", "NJS_VERSION", "NJS_RELEASE", "PKG_RELEASE",
    "DYNPKG_RELEASE", "ACME_VERSION",
)  # fmt: skip
_ENTRY_IN_VARIABLE = re.compile(r"\bnginx\b[^;&|\n]*?\s-c\s+[\"']?\$")
_ENTRY = re.compile(r"\bnginx\b[^;&|\n]*?\s-c\s+[\"']?(/[^\s\"';&|]+)")


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
    entry = _started_with(tree, _command(service, built))
    delivered = entry is not None or any(
        not loaded.stock and path.startswith(ROOTS) for path, loaded in tree.files.items()
    )
    if name not in PROXIES and (not delivered or not _runs_nginx(service, built)):
        return None
    usual = _start(tree, service, built, variables)
    entry = usual if entry is None else entry
    trail: Trail = (Step(f"service {service.name}", service.span),) if service.span else ()
    model = model_of_tree(tree, entry, service.name, _version(service, built), trail)
    return replace(model, delivered=tree.delivered)


def _runs_nginx(service: Service, built: Built | None) -> bool:
    """Say whether a container of another image that gets a configuration of nginx also uses it."""
    marks = [service.name, _command(service, built)]
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


# ---- the start ---------------------------------------------------------------------------------------


def _command(service: Service, built: Built | None) -> str:
    """Return the shell text of what the container runs, ``""`` for what the image runs."""
    parts: list[str] = []
    for value in (service.entrypoint, service.command):
        if isinstance(value, Known):
            parts.append(_shell_text(value.value))
    if not parts and built and (built.image.entrypoint or built.image.command):
        for command in (built.image.entrypoint, built.image.command):
            if command is not None:
                words = tuple(word.text for word in command.words)
                parts.append(command.text if command.shell else _shell_text(words))
    return " ".join(parts)


def _shell_text(words: tuple[str, ...]) -> str:
    for index, word in enumerate(words[:-1]):
        if (
            re.fullmatch(r"-[a-z]*c", word)
            and index
            and words[index - 1].rpartition("/")[2] in ("sh", "bash", "ash")
        ):
            return words[index + 1]
    return " ".join(words)


def _start(tree: FileTree, service: Service, built: Built | None, environment: Environment) -> str:
    """Do what happens when the container starts, and return the path of the main configuration."""
    command = _command(service, built)
    stock = _is_stock_entrypoint(service)
    own_entrypoint = (service.entrypoint is not None and not stock) or (
        service.entrypoint is None and built is not None and built.image.entrypoint is not None
    )
    words = command.split()[1:] if stock else command.split()
    first = words[0].rpartition("/")[2] if words else "nginx"
    if tree.stock.templates and not own_entrypoint and first in ("nginx", "nginx-debug"):
        _templates(tree, service, environment)
        for path in sorted(tree.files):
            if path.startswith("/docker-entrypoint.d/") and path.endswith((".sh", ".envsh")):
                _run(tree, tree.files[path], environment)
    entry = tree.stock.entry
    for word in command.split():
        script = tree.files.get(word.strip("\"'"))
        if script is not None and not script.stock and not word.endswith(".conf"):
            _run(tree, script, environment)
            entry = _named_by(script, environment) or entry
    shell.apply(tree, command, environment)
    match = _ENTRY.search(command)
    return match[1] if match else entry


def _named_by(script: Loaded, environment: Environment) -> str:
    """Return the configuration that a script gives to nginx by a variable, ``""`` where it names none so."""
    if not _ENTRY_IN_VARIABLE.search(script.source.text):
        return ""
    from confguard.model.listening.script import Script

    def look(name: str) -> str | None:
        value = environment.get(name)
        return value.value if isinstance(value, Known) else None

    for one in Script(script.source.text, script.source, None, (), look).started():
        names = [word.rpartition("/")[2] for word in one.words]
        if "nginx" in names[:2] and "-c" in names[:-1]:
            named = one.words[names.index("-c") + 1]
            return named if one.sure and UNKNOWN not in named and named.startswith("/") else "/$"
    return ""


def _run(tree: FileTree, script: Loaded, environment: Environment) -> None:
    shell.apply(tree, script.source.text, environment, script.source)


def _started_with(tree: FileTree, command: str) -> str | None:
    """Return the configuration of the project that a script which the container runs starts nginx with."""
    for word in command.split():
        script = tree.files.get(word.strip("\"'"))
        match = _ENTRY.search(script.source.text) if script is not None and not script.stock else None
        given = tree.files.get(match[1]) if match else None
        if match is not None and given is not None and not given.stock:
            return match[1]
    return None


def _is_stock_entrypoint(service: Service) -> bool:
    """Say whether Compose puts back the entrypoint of nginx's images (docker-nginx, entrypoint/)."""
    return isinstance(service.entrypoint, Known) and service.entrypoint.value == ("/docker-entrypoint.sh",)


def _templates(tree: FileTree, service: Service, environment: Environment) -> None:
    """Do what the image's 20-envsubst-on-templates.sh does."""

    def setting(name: str, default: str) -> str:
        value = environment.values.get(f"NGINX_ENVSUBST_{name}")
        return value.value if isinstance(value, Known) and value.value else default

    folder, suffix = setting("TEMPLATE_DIR", "/etc/nginx/templates"), setting("TEMPLATE_SUFFIX", ".template")
    output = setting("OUTPUT_DIR", "/etc/nginx/conf.d")
    pattern = setting("FILTER", "")
    for path, reason in list(tree.unknown.items()):
        if path == folder or path.startswith(f"{folder}/") or folder.startswith(f"{path}/"):
            single = path.startswith(f"{folder}/") and path.endswith(suffix)
            name = path[len(folder) + 1 : -len(suffix)] if single else "*" if path == folder else "?"
            tree.forget(posixpath.join(output, name), reason)
            tree.unknown[f"{output}/templates"] = reason
    if any(
        mount.read_only
        and isinstance(mount.target, Known)
        and posixpath.normpath(mount.target.value) == output
        for mount in service.volumes
    ):
        return  # the script says that it cannot write there, and goes on
    if pattern:
        try:
            wanted = re.compile(pattern)
        except re.error:
            return
        values = {name: value for name, value in environment.values.items() if wanted.search(name)}
        environment = replace(environment, values=values)
    for path, loaded in sorted(tree.files.items()):
        if path.startswith(f"{folder}/") and path.endswith(suffix):
            target = f"{output}/{path[len(folder) + 1 : -len(suffix)]}"
            tree.put(target, replace(loaded, environment=environment))


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
