"""The way in: Compose files of a project to their model."""

from __future__ import annotations

import gc
import posixpath
import re
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import ParamSpec, TypeVar

from confguard.discover.project import Project
from confguard.model.compose.checkout import host_checkout
from confguard.model.compose.consistency import check
from confguard.model.compose.formats import faults
from confguard.model.compose.interpolation import InterpolationError, Interpolator, Marks
from confguard.model.compose.loader import Loader
from confguard.model.compose.normalize import normalize
from confguard.model.compose.paths import join
from confguard.model.compose.tree import Map, as_map, may_change
from confguard.model.compose.types import ComposeModel
from confguard.model.compose.variables import EnvReader, EnvSource, project_environment, shell
from confguard.model.compose.view import View
from confguard.model.environment import Environment
from confguard.model.value import Known, Step, Value
from confguard.source import Problem, SourceFile, Span

P = ParamSpec("P")
T = TypeVar("T")


def _without_collection(function: Callable[P, T]) -> Callable[P, T]:
    """Return a function during which Python does not look for garbage.

    Its collector would walk the growing trees again and again, for more time than it takes to build them,
    and they hold no circles.
    """

    @wraps(function)
    def wrapped(*arguments: P.args, **named: P.kwargs) -> T:
        enabled = gc.isenabled()
        gc.disable()
        try:
            return function(*arguments, **named)
        finally:
            if enabled:
                gc.enable()

    return wrapped


_ROOT = "/\N{WHITE SQUARE}project"
_NOT_NAME = re.compile("[^a-z0-9_-]")


@_without_collection
def load(
    project: Project,
    files: Sequence[str],
    *,
    profiles: Sequence[str] = (),
    env_files: Sequence[str] | None = None,
    environment: Mapping[str, str] | None = None,
    project_directory: str | None = None,
    stand_ins: Mapping[str, str] | None = None,
    project_name: str | None = None,
    complete: bool | None = None,
    root: str | None = None,
) -> ComposeModel:
    """Return the effective model of Compose files in merge order, as docker compose 2.40 computes it.

    What a file declares over what it includes is merged as docker compose 5.0 does it; 2.40 refuses that.
    All paths are relative to the project's root. ``env_files`` are those of ``--env-file``; None means
    the ``.env`` of the working directory. ``environment`` is the calling shell's. ``stand_ins`` maps an
    absent env file to the committed template that is read instead. ``complete`` says whether a variable
    that nothing sets is surely unset; None: when every env file or its stand-in is there. ``root`` is
    the absolute path at which the project is taken to lie (it shows only in ``dump``).
    """
    marks = Marks()
    reader = EnvReader(project, dict(stand_ins or {}), marks)
    base = root or _ROOT
    shell_values = shell(environment)
    home = (environment or {}).get("HOME", "~")
    loader = Loader(project, base, home, marks, reader)
    working = project_directory
    if working is None:
        working = posixpath.dirname(files[0]) if files else ""
    folder = join(base, working or ".")
    wanted = [join(base, path) for path in env_files] if env_files is not None else [join(folder, ".env")]
    paths = tuple(loader.relative(path) or path for path in wanted)
    variables, sources = project_environment(reader, shell_values, paths, complete)
    loader.env_sources.extend(sources)
    if env_files is not None:
        loader.refusals.extend(_missing(source) for source in sources if source.read is None)
    name = _project_name(loader, files, folder, variables, project_name, project)
    variables = _named(variables, name)
    active = _profiles(profiles, variables)
    scope = loader.scope(folder, variables)
    tree = loader.model([join(base, path) for path in files], scope)
    shown = name.value if isinstance(name, Known) else "project"
    tree = normalize(tree, shown, variables)
    checkout = host_checkout(project, as_map(tree.get("services")), base, shown)
    view = View(base, marks, variables, reader, active, checkout)
    return _model(loader, view, tree, name, loader.relative(folder) or "", variables)


def _missing(source: EnvSource) -> Problem:
    return Problem(SourceFile(source.path, "").span(0), "is named as an env file but is not there")


def _model(
    loader: Loader, view: View, tree: Map, name: Value[str], working: str, variables: Environment
) -> ComposeModel:
    services = {}
    section = as_map(tree.get("services"))
    for key, node in section.entries.items():
        if isinstance(node, Map):
            services[key] = view.service(key, node, section.key_spans(key))
    environments = {key: view.container_environment(service) for key, service in services.items()}
    resources = {
        kind: view.resources(tree.get(kind)) for kind in ("networks", "volumes", "secrets", "configs")
    }
    problems, refusals = check(tree, services, resources, view.marks)
    nowhere = SourceFile("", "").span(0)
    for span, message, soft in faults(tree, view.marks):
        (refusals if soft else problems).append(Problem(span or nowhere, message))
    if isinstance(name, Known) and normalize_name(name.value) != name.value:
        words = f"names the project {name.value!r}: lower case is needed"
        (refusals if may_change(name.trail) else problems).append(Problem(name.span or nowhere, words))
    if not tree.entries:
        first = loader.files[0] if loader.files else ""
        problems.append(Problem(SourceFile(first, "").span(0), "is an empty Compose file"))
    return ComposeModel(
        name=name,
        files=tuple(loader.files),
        working_directory=working,
        services=services,
        networks=resources["networks"],
        volumes=resources["volumes"],
        secrets=resources["secrets"],
        configs=resources["configs"],
        profiles=view.profiles,
        overrides=tuple(loader.overrides),
        redeclared=tuple(loader.redeclared),
        interpolations=tuple(loader.uses),
        environment=variables,
        env_sources=tuple(loader.env_sources),
        problems=_unique((*loader.problems, *problems)),
        refusals=_unique(
            (*loader.refusals, *loader.reader.refusals, *map(_required, loader.required), *refusals)
        ),
        environments=environments,
        tree=tree,
        root=view.root,
        marks=view.marks,
    )


def _required(error: InterpolationError) -> Problem:
    span = error.span if error.span is not None else SourceFile("", "").span(0)
    return Problem(span, error.message, f"set {error.required}, or give it a default")


def _unique(problems: Sequence[Problem]) -> tuple[Problem, ...]:
    return tuple(dict.fromkeys(problems))


def _profiles(profiles: Sequence[str], variables: Environment) -> tuple[str, ...]:
    if profiles:
        return tuple(profiles)
    named = variables.values.get("COMPOSE_PROFILES")
    if not isinstance(named, Known):
        return ()
    return tuple(part.strip() for part in named.value.split(",") if part.strip())


def _project_name(
    loader: Loader,
    files: Sequence[str],
    folder: str,
    variables: Environment,
    given: str | None,
    project: Project,
) -> Value[str]:
    """Return the project's name: as given, COMPOSE_PROJECT_NAME, ``name:``, or the folder's name."""
    if given:
        return Known(given, (Step("the given project name"),))
    named = variables.values.get("COMPOSE_PROJECT_NAME")
    if named is not None and not (isinstance(named, Known) and not named.value):
        return named
    scope = loader.scope(folder, variables)
    scope.interpolator.uses = []
    found: Value[str] | None = None
    for path in files:
        parsed = loader.parse(join(loader.root, path))
        for document in parsed.documents if parsed is not None else ():
            entry = document.entry("name")
            node = entry.value if entry is not None else None
            text = getattr(node, "value", None)
            if node is not None and isinstance(text, str) and text:
                found = _interpolated_name(scope.interpolator, loader.marks, text, node.span)
    if found is not None:
        return found
    last = posixpath.basename(folder)
    if folder == loader.root and not loader.root.isascii():
        last = project.root.name
    return Known(normalize_name(last), (Step("the name of the project's folder"),))


def _interpolated_name(interpolator: Interpolator, marks: Marks, text: str, span: Span) -> Value[str]:
    step = Step("name", span)
    try:
        filled, trail = interpolator.substitute(text, span)
    except InterpolationError:
        return Known("", (step,))
    unknown = marks.unknown_in(filled)
    return unknown if unknown is not None else Known(normalize_name(filled), (step, *trail))


def normalize_name(text: str) -> str:
    """Return a text as a project name: lower case, without what may not stand in one."""
    return _NOT_NAME.sub("", text.lower()).lstrip("_-")


def _named(variables: Environment, name: Value[str]) -> Environment:
    values = {**variables.values, "COMPOSE_PROJECT_NAME": name}
    return Environment(values, variables.complete, variables.trail, variables.reason)
