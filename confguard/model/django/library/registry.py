"""Finds the model of a library's function, class or constant by its dotted name."""

from __future__ import annotations

import builtins
import functools
import sys
from collections.abc import Callable
from typing import Any

from confguard.model.django.machine import Run
from confguard.model.django.objects import (
    Call,
    DictObject,
    External,
    ListObject,
    Text,
    V,
)
from confguard.model.value import Known, Step, Unknown
from confguard.source import Span

Function = Callable[[Run, Call], V]

_KNOWN_CLASSES = frozenset(
    {
        "django.utils.deprecation.MiddlewareMixin",
        "pydantic.BaseModel",
        "configurations.Configuration",
        "configurations.base.Configuration",
        "builtins.dict",
        "builtins.list",
        "typing.NamedTuple",
        "builtins.tuple",
        "typing.TypedDict",
    }
)


@functools.cache
def functions() -> dict[str, Function]:
    """Return the modelled functions and classes, by dotted name."""
    from confguard.model.django import paths
    from confguard.model.django.library import (
        configurations,
        core,
        csp,
        decouple,
        djangoenv,
        dotenvs,
        email,
        environs,
        files,
        functional,
        furls,
        hosted,
        made,
        metadata,
        namespaces,
        opentelemetry,
        osenviron,
        pydantic,
        routing,
        sequences,
        small_packages,
        splitsettings,
        standard,
        texts,
        urls,
        wrappers,
    )

    out: dict[str, Function] = {}
    for room in (
        core,
        sequences,
        namespaces,
        standard,
        files,
        texts,
        wrappers,
        osenviron,
        djangoenv,
        dotenvs,
        decouple,
        environs,
        urls,
        small_packages,
        pydantic,
        paths,
        configurations,
        splitsettings,
        email,
        functional,
        hosted,
        made,
        metadata,
        opentelemetry,
        furls,
        csp,
        routing,
    ):
        out.update(room.FUNCTIONS)
    return out


@functools.cache
def constants() -> dict[str, Any]:
    """Return the values of modelled constants, by dotted name."""
    from confguard.model.django.library import csp, small_packages, standard

    return {**standard.CONSTANTS, **small_packages.CONSTANTS, **csp.CONSTANTS}


_ALIASES = {
    "posixpath": "os.path",
    "environ.Env": "environ.Env",
    "environ.environ.Env": "environ.Env",
    "environs.env": "environs.env",
}


def knows_class(path: str) -> bool:
    """Say whether a library's class is modelled, so that what it lacks is surely not inherited from it."""
    return path in _KNOWN_CLASSES


def builtin(name: str) -> V:
    """Return one of Python's built-in functions."""
    return Known(External(f"builtins.{name}"))


def imported(run: Run, path: External, span: Span) -> V | None:
    """Return the value of a constant that is imported by name."""
    return _constant(run, path, (Step("imported", span),))


def _constant(run: Run, path: External, trail: tuple[Step, ...]) -> V | None:
    from confguard.model.django.library import osenviron, small_packages

    special = osenviron.constant(run, path.path, trail) or small_packages.constant(run, path.path, trail)
    if special is not None:
        return special
    if path.path in constants():
        return run.wrap(constants()[path.path], trail)
    return None


def attribute(run: Run, owner: External, name: str, span: Span, value: V) -> V | None:
    """Return an attribute of a library's module, class or object."""
    from confguard.model.django import installed_modules

    stored = run.attributes.get(f"{owner.path}.{name}")
    if stored is not None:
        return stored
    if owner.path.startswith("builtins."):
        kind = getattr(builtins, owner.path[9:], None)
        if name == "__name__":
            return Known(owner.path[9:])
        if kind is not None and not hasattr(kind, name):
            return None
    path = External(f"{owner.path}.{name}")
    if path.path in functions():  # most of what settings ask of libraries: it is no constant, and modelled
        return Known(path, value.trail)
    found = _constant(run, path, (Step("used here", span),))
    found = found or installed_modules.resolve(run, path.path, span)
    return found if found is not None else Known(path, value.trail)


def call(run: Run, target: External, arguments: Call, function: V) -> V:
    """Call a library's function or class."""
    model = functions().get(target.path)
    if model is not None:
        try:
            return model(run, arguments)
        except IndexError:
            if arguments.complete:
                raise run.throw(
                    "TypeError", f"{target.path}() is missing an argument", arguments.span
                ) from None
            return Unknown("is called with arguments that are not known", arguments.trail)
    from confguard.model.django import calls, installed_modules
    from confguard.model.django.library import routing, small_packages

    special = small_packages.call(run, target, arguments) or routing.called(run, target, arguments)
    special = special or _unbound(run, target, arguments)
    if special is not None:
        return special
    opened = installed_modules.resolve(run, target.path, arguments.span)
    if opened is not None:
        return calls.call(run, opened, arguments)
    return calls.unknown_call(run, arguments, Unknown(f"comes from {_origin(target.path)}", function.trail))


def _unbound(run: Run, target: External, arguments: Call) -> V | None:
    """Call ``str.strip`` and the like: methods that are taken from their class."""
    from confguard.model.django import calls, members

    parts = target.path.split(".")
    kind = getattr(builtins, parts[1], None) if len(parts) == 3 and parts[0] == "builtins" else None
    if not isinstance(kind, type) or not arguments.args or not arguments.complete:
        return None
    value = arguments.args[0]
    if not isinstance(value, Known) or not isinstance(value.value, str | bytes | DictObject | ListObject):
        return None
    method = members.find_attribute(run, value, parts[2], arguments.span, arguments.scope)
    if method is None:
        return None
    rest = Call(arguments.args[1:], arguments.keywords, arguments.span, True, arguments.scope)
    return calls.call(run, method, rest)


def _origin(path: str) -> str:
    top = path.partition(".")[0]
    if top == "builtins":
        return f"{path[9:]}(), which is not followed"
    if top in sys.stdlib_module_names:
        return f"{path} when it runs"
    return f"the package {top}"


def call_known(
    run: Run, function: V | None, args: list[V], span: Span, keywords: dict[str, V] | None = None
) -> V:
    """Call a value with arguments that the evaluator itself made."""
    from confguard.model.django import calls

    if function is None:
        return Unknown("is not there")
    return calls.call(run, function, Call(args, dict(keywords or {}), span))


def item(run: Run, owner: External, key: V, span: Span, key_span: Span) -> V:
    """Return ``owner[key]``."""
    from confguard.model.django.library import csp, osenviron

    if owner.path == "os.environ":
        return osenviron.subscript(run, key, span, key_span)
    member = csp.item(run, owner, key, span)
    if member is not None:
        return member
    if owner.path == "sys.modules" and isinstance(key, Known) and key.value in run.modules:
        return Known(run.modules[key.value], (Step("looked up", span),))
    top = owner.path.partition(".")[0]
    if top in ("typing", "builtins", "collections", "typing_extensions"):
        return Known(owner)  # list[str]: an annotation
    run.may_raise("KeyError", span)
    return Unknown(f"comes from {_origin(owner.path)}", (Step("looked up", span),))


def set_item(run: Run, owner: External, key: V, value: V, span: Span) -> None:
    """Run ``owner[key] = value``."""
    from confguard.model.django.library import osenviron

    if owner.path == "os.environ":
        osenviron.store(run, key, value, span)


def delete_item(run: Run, owner: External, key: V, span: Span) -> None:
    """Run ``del owner[key]``."""
    from confguard.model.django.library import osenviron

    if owner.path == "os.environ":
        osenviron.remove(run, key, span)


def contains(run: Run, owner: External, item: V, span: Span) -> V | None:
    """Answer ``item in owner``."""
    from confguard.model.django.library import osenviron

    if owner.path == "os.environ":
        return osenviron.has(run, item, span)
    return None


def path_join(run: Run, left: V, right: V, span: Span) -> V | None:
    """Compute ``path / part``; None if neither is a path."""
    from pathlib import PurePosixPath

    from confguard.model.django import paths

    if isinstance(left, Known) and isinstance(left.value, PurePosixPath):
        return paths.join(run, left, [right], span)
    if isinstance(left, Known) and isinstance(left.value, Text) and isinstance(right, Known):
        return paths.join(run, left, [right], span)
    if isinstance(right, Known) and isinstance(right.value, PurePosixPath) and isinstance(left, Known):
        return (
            paths.join(run, Known(PurePosixPath(left.value), left.trail), [right], span)
            if isinstance(left.value, str)
            else None
        )
    return None


def open_file(run: Run, path: V, arguments: Call) -> V:
    """Return an open file of the project."""
    from confguard.model.django.library import files

    return files.open_path(run, path, arguments)
