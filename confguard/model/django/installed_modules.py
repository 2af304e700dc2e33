"""Modules of the Python environment that a person named: which of them are evaluated, and how far.

Packages that a library model knows are never opened: the models say more of them than their code would.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache

from confguard.discover.installed_packages import InstalledPackages
from confguard.model.django.library import registry
from confguard.model.django.machine import Run
from confguard.model.django.objects import External, ModuleObject, Raised, Scope, V
from confguard.model.value import Known, Step, Unknown
from confguard.source import Span

MAX_MODULES = 40
"""Modules of installed packages that one evaluation loads."""

MAX_STEPS = 15_000
"""Expressions and statements of what one import or call of a helper leads to."""

MAX_HELPER_BYTES = 48 * 1024
"""The largest module that is evaluated of a package that settings only take something of."""

_NEVER = frozenset(
    {
        "celery",
        "csp",
        "django",
        "kombu",
        "pydantic",
        "pydantic_core",
        "rest_framework",
        "sentry_sdk",
        "structlog",
    }
)
"""Packages that models know, or of which settings only hold names."""


def opens(run: Run, dotted: str) -> bool:
    """Say whether a package's modules may be evaluated: an environment is named, and no model knows it."""
    top = dotted.partition(".")[0]
    if run.project.packages is None or "follow" in run.hooks or "urlconf" in run.hooks:
        return False
    return top not in _NEVER and top not in sys.stdlib_module_names and top not in _modelled()


@cache
def _modelled() -> frozenset[str]:
    return frozenset(name.partition(".")[0] for name in (*registry.functions(), *registry.constants()))


def find(run: Run, dotted: str) -> tuple[str, bool] | None:
    """Return an installed module's path and whether it is a package; None if it is not evaluated."""
    packages = run.project.packages
    if packages is None or not opens(run, dotted):
        return None
    found = packages.module(dotted)
    if found is None or found[0].endswith("/"):
        return found
    if found[0] not in run.settings_like and packages.size(found[0]) > MAX_HELPER_BYTES:
        return None
    read = sum(packages.holds(path) for path in run.files)
    return found if read < MAX_MODULES and packages.read(found[0]) is not None else None


def is_installed(run: Run, path: str) -> bool:
    """Say whether a path is that of an installed module."""
    return run.project.packages is not None and run.project.packages.holds(path)


def is_settings(run: Run, path: str) -> bool:
    """Say whether a file is the project's, or is star-imported as settings are: no mere helper's."""
    return not is_installed(run, path) or path in run.settings_like


def _may_open(run: Run, path: str, dotted: str) -> bool:
    """Say whether a file may open a package: helpers open their own only, what they stand on goes too far."""
    packages = run.project.packages
    if packages is None or is_settings(run, path):
        return True
    return path[len(packages.top) + 1 :].partition("/")[0] == dotted.partition(".")[0]


def expect_settings(run: Run, path: str, dotted: str) -> None:
    """Note that a file star-imports a module: if it is a settings file, the module is one, too."""
    if not is_installed(run, path) or path in run.settings_like:
        found = find(run, dotted)
        if found is not None:
            run.settings_like.add(found[0])


@contextmanager
def entered(run: Run, path: str, span: Span | None) -> Iterator[None]:
    """Evaluate a module: if it is installed, from which place of the project; a helper within its bounds."""
    packages = run.project.packages
    installed = packages is not None and packages.holds(path)
    outer = installed and span is not None and not is_installed(run, span.path)
    limit, problems = run.limit, len(run.problems)
    if outer and span is not None:
        run.doors.append(span)
    if packages is not None and installed and run.doors:
        packages.doors.setdefault(path, run.doors[0])
    try:
        with _full(run) if is_settings(run, path) else _bounded(run):
            yield
    finally:
        if outer:
            run.doors.pop()
        run.limit = limit
        if installed:
            del run.problems[problems:]  # nobody who reads this report can mend them


@contextmanager
def _bounded(run: Run) -> Iterator[None]:
    limit, outside = run.limit, run.outside
    run.limit = min(limit, run.steps + MAX_STEPS)
    run.outside = limit if outside is None else outside
    try:
        yield
    finally:
        run.limit, run.outside = limit, outside


@contextmanager
def _full(run: Run) -> Iterator[None]:
    """Give settings that a helper leads to the bounds that hold outside of it."""
    limit, outside = run.limit, run.outside
    run.limit, run.outside = limit if outside is None else outside, None
    try:
        yield
    finally:
        run.limit, run.outside = limit, outside


def is_door(run: Run, path: str, span: Span) -> bool:
    """Say whether a call leads from the project into an installed file."""
    return is_installed(run, path) and not is_installed(run, span.path)


def at_door(run: Run, signal: Raised, path: str, span: Span) -> Raised:
    """Return what a function in a file raises, as it is told where the project calls it."""
    if (
        not is_door(run, path, span)
        or signal.error.span is None
        or not is_installed(run, signal.error.span.path)
    ):
        return signal
    return Raised(replace(signal.error, span=span), (Step("called here", span), *signal.trail))


@contextmanager
def through_door(run: Run, path: str, span: Span) -> Iterator[None]:
    """Run a function that stands in a file: what it does in an installed one is told at the call."""
    if not is_door(run, path, span):
        yield
        return
    run.doors.append(span)
    try:
        with _bounded(run):
            yield
    finally:
        run.doors.pop()


def is_gap(run: Run, signal: Raised, path: str) -> bool:
    """Say whether what the code of a file raises may be a gap of the evaluation rather than the program's.

    That is so for helpers of installed packages, unless a variable of the environment had a part in it.
    """
    if is_settings(run, path) or signal.error.variables:
        return False
    return not run.is_from_environment([Known(None, signal.trail), *signal.error.args])


def resolve(run: Run, path: str, span: Span) -> V | None:
    """Return what a dotted name of an installed package is; None if that is not known."""
    if not opens(run, path) or not _may_open(run, span.path, path):
        return None
    from confguard.model.django import imports

    parts = path.split(".")
    for size in range(len(parts) - 1, 0, -1):
        dotted = ".".join(parts[:size])
        if dotted not in run.modules and find(run, dotted) is None:
            continue
        module = imports.load(run, dotted, span)
        if module is None:
            return None
        return _member(run, module, parts[size:], span)
    return None


def _member(run: Run, module: ModuleObject, names: list[str], span: Span) -> V | None:
    from confguard.model.django import members

    value: V | None = module.namespace.names.get(names[0])
    for name in names[1:]:
        if not isinstance(value, Known) or isinstance(value.value, External):
            return None
        value = members.find_attribute(run, value, name, span, None)
    if not isinstance(value, Known) or (isinstance(value.value, External) and opens(run, value.value.path)):
        return None
    return value


def arriving(run: Run, module: ModuleObject, value: V, scope: Scope, span: Span) -> V:
    """Return a value that the project takes out of an installed module: its place is the import."""
    if not is_installed(run, module.source.path) or is_installed(run, scope.source.path):
        return value
    trail = run.trail(Step(f"imported from {module.name}", span), value)
    return Unknown(value.reason, trail) if isinstance(value, Unknown) else Known(value.value, trail)


def absent_settings(module: str, packages: InstalledPackages | None) -> str:
    """Say why the settings of a star-imported module are not known, and what would make them known."""
    package, unknown = module.partition(".")[0], f"the settings of {module} are unknown"
    if packages is None:
        return (
            f"{unknown}, as the package {package} is not in the repository: name the Python environment that "
            "holds it, with --python-environment or as python-environment in the configuration"
        )
    if packages.has(package) is False:
        return f"{unknown}, as {packages.shown} does not hold the package {package}"
    return f"{unknown}, as it could not be read in {packages.shown}"
