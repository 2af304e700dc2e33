"""Running one evaluation from its start to the facts that rules see."""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from functools import partial
from typing import Any

from confguard.discover.project import Project
from confguard.model.django import imports
from confguard.model.django.configuration import publish_class
from confguard.model.django.errors import ANY, ancestors
from confguard.model.django.installed_modules import absent_settings
from confguard.model.django.library import opentelemetry
from confguard.model.django.machine import Fail, Read, Run
from confguard.model.django.objects import External, LimitReached, ModuleObject, Raised
from confguard.model.django.place import Place
from confguard.model.django.policies import Middleware
from confguard.model.django.publish import publish
from confguard.model.django.settings import (
    CallFact,
    EnvRead,
    Failure,
    Settings,
    TextTruth,
    Unfollowed,
    module_name,
    search_roots,
)
from confguard.model.django.urlconf import Routing
from confguard.model.django.version import django_version
from confguard.model.environment import Environment
from confguard.model.value import Known, Origin, Trail, Unknown, Value
from confguard.parsers import python
from confguard.source import Problem, SourceFile


def run_module(
    project: Project,
    module: str,
    environment: Environment,
    roots: tuple[str, ...] | None,
    place: Place,
    argv: tuple[str, ...],
    version: str | None,
) -> Settings:
    """Evaluate a module; see ``settings.evaluate``."""
    if roots is None:
        path = module if module.endswith(".py") else _path_of(project, module)
        roots = search_roots(project, path)
        if not module.endswith(".py") and path:
            # Whatever folder makes the dotted name right is the one it is imported from.
            tail = module.replace(".", "/")
            own = path.removesuffix(".py").removesuffix("/__init__").removesuffix(tail).rstrip("/")
            roots = tuple(dict.fromkeys((own, *roots)))
    near = module if module.endswith(".py") else _path_of(project, module)
    if version is None:
        version = django_version(project, near)
    dotted = module_name(module, roots) if module.endswith(".py") else module
    place.presumed = posixpath.join(place.at, roots[0] if roots else "").rstrip("/") or "/"

    def load(path: str) -> Any:
        source = project.read(path)
        return parsed(project, source if source is not None else SourceFile(path, ""))

    run = Run(project, environment, roots, place, argv, load, main=dotted, version=version, near=near)
    found: ModuleObject | None = None
    try:
        found = imports.load(run, dotted, None)
        if found is not None:
            publish_class(run, found)
            opentelemetry.finish(run, found)
    except Raised as signal:
        if signal.error.span is not None:
            run.failures.append(Fail(run.place_of(signal.error.span), signal.error, signal.trail))
        found = run.modules.get(dotted)
    except (LimitReached, RecursionError) as error:
        source = project.read(module) if module.endswith(".py") else None
        if source is not None:
            run.problems.append(
                Problem(source.span(0), f"does more than is followed ({type(error).__name__})")
            )
    again = partial(_again, project, module, roots, place, argv, version)
    return _facts(run, dotted, found, version, again)


def _again(
    project: Project,
    module: str,
    roots: tuple[str, ...],
    place: Place,
    argv: tuple[str, ...],
    version: str | None,
    environment: Environment,
) -> Settings:
    return run_module(project, module, environment, roots, place, argv, version)


def parsed(project: Project, source: SourceFile) -> python.PythonModule:
    """Parse a file once for all evaluations of a project's files."""
    made = project.parsed(python.parse, source.path)
    return made if made is not None and made.source is source else python.parse(source)


def _path_of(project: Project, dotted: str) -> str:
    tail = dotted.replace(".", "/")
    for path in project.paths:
        if path.endswith((f"{tail}.py", f"{tail}/__init__.py")):
            return path
    return ""


def _facts(
    run: Run,
    dotted: str,
    module: ModuleObject | None,
    version: str | None,
    again: Callable[[Environment], Settings],
) -> Settings:
    values: dict[str, Value[Any]] = {}
    if module is not None:
        for name, value in module.namespace.names.items():
            if name.isupper():
                values[name] = publish(value)
    failures = tuple(_failure(run, fail) for fail in run.failures)
    undelivered = {name for failure in failures for name in failure.variables}
    reads = tuple(_read(read, undelivered) for read in run.reads)
    calls = tuple(
        CallFact(name, run.place_of(span), {key: publish(value) for key, value in keywords.items()})
        for name, span, keywords in run.calls
    )
    truths = dict.fromkeys(
        TextTruth(span, value, names)
        for span, value in run.truths
        if run.place_of(span) == span
        and isinstance(value.value, str)
        and (names := _variables(run, value.trail))
    )
    doubts = tuple(_failure(run, fail) for fail in run.doubts)
    path = module.source.path if module is not None else ""
    problems = tuple(dict.fromkeys(run.problems))
    middleware = Middleware(run, module, again, run.environment) if module is not None else None
    first = failures[0] if failures else None
    return Settings(
        dotted,
        path,
        tuple(run.files),
        values,
        reads,
        first,
        failures,
        doubts,
        problems,
        calls,
        middleware,
        version,
        tuple(truths),
        tuple(
            Unfollowed(name, span, absent_settings(name, run.project.packages))
            for name, span in run.unfollowed.items()
        ),
        module is None or module.namespace.complete,
        run.place,
        Routing(run, again, run.environment) if module is not None else None,
    )


def _read(read: Read, undelivered: set[str]) -> EnvRead:
    default = publish(read.default) if read.default is not None else None
    found = read.found
    is_set = True if isinstance(found, Known) else False if found is None else None
    result = read.result if read.result is not None else found
    value = publish(result) if result is not None else Unknown(f"nothing sets {read.key}")
    required = read.required or (read.key in undelivered and found is None)
    return EnvRead(
        read.key,
        read.key_span,
        read.span,
        default,
        required,
        read.cast,
        value,
        is_set,
        read.conditional,
        read.via,
        publish(found) if found is not None else None,
    )


def _failure(run: Run, fail: Fail) -> Failure:
    names = ancestors(fail.error.cls)
    message = ""
    if fail.error.args:
        first = publish(fail.error.args[0])
        message = str(first.value) if isinstance(first, Known) else ""
    kind = names[0] if isinstance(fail.error.cls, External) else fail.error.cls.name
    kind = "Exception" if kind == ANY else kind
    variables = fail.error.variables or _variables(run, fail.trail)
    unset = {read.key for read in run.reads if read.found is None}
    undelivered = any(name in unset for name in variables)
    placeholder = any(step.origin is Origin.TEMPLATE for step in fail.trail)
    return Failure(fail.span, kind, message, fail.trail, variables, undelivered, placeholder)


def _variables(run: Run, trail: Trail) -> tuple[str, ...]:
    """Return the variables whose reading is a step of a trail."""
    spans = {step.span for step in trail if step.span is not None}
    return tuple(dict.fromkeys(read.key for read in run.reads if read.span in spans))
