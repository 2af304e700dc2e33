"""Finds the model of a library's function, class or constant by its dotted name."""

from __future__ import annotations

import builtins
import functools
import re
import sys
from collections.abc import Callable
from typing import Any

from confguard.model.django.machine import Run
from confguard.model.django.objects import (
    Call,
    ClassObject,
    DictObject,
    ExceptionObject,
    External,
    FunctionObject,
    InstanceObject,
    ListObject,
    Namespace,
    Text,
    TupleObject,
    V,
    is_scalar,
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
        decouple,
        djangoenv,
        email,
        environs,
        functional,
        hosted,
        made,
        misc,
        osenviron,
        pydantic,
        splitsettings,
        standard,
        urls,
    )

    out: dict[str, Function] = {}
    for room in (
        core,
        standard,
        osenviron,
        djangoenv,
        decouple,
        environs,
        urls,
        misc,
        pydantic,
        paths,
        configurations,
        splitsettings,
        email,
        functional,
        hosted,
        made,
    ):
        out.update(room.FUNCTIONS)
    return out


@functools.cache
def constants() -> dict[str, Any]:
    """Return the values of modelled constants, by dotted name."""
    from confguard.model.django.library import misc, standard

    return {**standard.CONSTANTS, **misc.CONSTANTS}


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
    from confguard.model.django.library import misc, osenviron

    special = osenviron.constant(run, path.path, trail) or misc.constant(run, path.path, trail)
    if special is not None:
        return special
    if path.path in constants():
        return run.wrap(constants()[path.path], trail)
    return None


def attribute(run: Run, owner: External, name: str, span: Span, value: V) -> V | None:
    """Return an attribute of a library's module, class or object."""
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
    found = _constant(run, path, (Step("used here", span),))
    return found if found is not None else Known(path, value.trail)


def call(run: Run, target: External, arguments: Call, function: V) -> V:
    """Call a library's function or class."""
    from confguard.model.django import calls
    from confguard.model.django.library import misc

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
    special = misc.call(run, target, arguments) or _unbound(run, target, arguments)
    if special is not None:
        return special
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


def decorate(run: Run, decorator: V, value: V, span: Span) -> V:
    """Return what a decorated function or class becomes."""
    from confguard.model.django import calls

    payload = decorator.value if isinstance(decorator, Known) else None
    if isinstance(payload, External) and payload.path in _TRANSPARENT:
        return value
    if isinstance(payload, External) and payload.path in ("dataclasses.dataclass", "attr.s", "attrs.define"):
        return mark_dataclass(value)
    if isinstance(payload, FunctionObject | ClassObject | InstanceObject) or hasattr(payload, "receiver"):
        return calls.call(run, decorator, Call([value], {}, span))
    if getattr(payload, "dataclass", False):
        return mark_dataclass(value)
    if getattr(payload, "transparent", False):
        return value
    reason = (
        decorator.reason
        if isinstance(decorator, Unknown)
        else f"is decorated by {payload.path}"
        if isinstance(payload, External)
        else "is decorated in a way that is not followed"
    )
    return Unknown(reason, value.trail)


_TRANSPARENT = frozenset(
    {
        "functools.lru_cache",
        "functools.cache",
        "functools.wraps",
        "typing.final",
        "typing.no_type_check",
        "typing.overload",
        "typing.runtime_checkable",
        "abc.abstractmethod",
        "enum.unique",
    }
)


def mark_dataclass(value: V) -> V:
    """Note on a class that its instances are made from its annotated fields."""
    if isinstance(value, Known) and isinstance(value.value, ClassObject):
        value.value.namespace.names["__dataclass__"] = Known(True)
    return value


def dataclass_fields(run: Run, cls: ClassObject, instance: InstanceObject, arguments: Call) -> bool:
    """Fill an instance of a dataclass or named tuple from the arguments; False if the class is neither."""
    from confguard.model.django import classes

    order = [place for place in classes.resolution_order(cls) if isinstance(place, ClassObject)]
    if not any("__dataclass__" in place.namespace.names for place in order) and not classes.inherits(
        cls, ("typing.NamedTuple", "pydantic.BaseModel")
    ):
        return False
    fields: dict[str, V | None] = {}
    for place in reversed(order):
        annotations = place.namespace.names.get("__annotations__")
        if isinstance(annotations, Known):
            for name in annotations.value.entries:
                fields[name] = place.namespace.names.get(name)
    for index, (name, default) in enumerate(fields.items()):
        found = arguments.get(index, name)
        if found is None and not arguments.complete:
            found = Unknown("is called with arguments that are not known")
        if found is None and isinstance(default, Known) and getattr(default.value, "field", False):
            found = default.value.make(run, arguments.span)
        if found is None:
            found = default
        if found is None:
            raise run.throw(
                "TypeError", f"{cls.name}() missing 1 required argument: '{name}'", arguments.span
            )
        instance.namespace.names[name] = found
    post = classes.find(cls, "__post_init__")
    if isinstance(post, Known) and isinstance(post.value, FunctionObject):
        from confguard.model.django import calls

        value = Known(instance)
        calls.call_function(run, post.value, Call([value], {}, arguments.span), value)
    return True


def finish_class(run: Run, cls: ClassObject, value: V, span: Span) -> V:
    """Return what a class statement really makes: the members of an enumeration become instances."""
    from confguard.model.django import classes

    if not classes.inherits(cls, ("enum.Enum", "enum.StrEnum", "enum.IntEnum", "enum.IntFlag", "enum.Flag")):
        return value
    counter = 0
    for name, item in list(cls.namespace.names.items()):
        if name.startswith("_") or (isinstance(item, Known) and isinstance(item.value, FunctionObject)):
            continue
        if isinstance(item, Known) and item.value == AUTO:
            counter += 1
            item = Known(name.lower() if classes.inherits(cls, ("enum.StrEnum",)) else counter, item.trail)
        elif isinstance(item, Known) and isinstance(item.value, int):
            counter = item.value
        if (
            isinstance(item, Known)
            and isinstance(item.value, TupleObject)
            and classes.inherits(cls, ("builtins.str", "enum.StrEnum"))
        ):
            # An enumeration of texts makes each value as str(*tuple).
            item = (
                item.value.items[0]
                if len(item.value.items) == 1
                else Unknown("is made from several parts", item.trail)
            )
        member = InstanceObject(cls, Namespace(run.journal.serial))
        member.namespace.names.update(
            {"value": item, "name": Known(name), "_value_": item, "_name_": Known(name)}
        )
        cls.namespace.names[name] = Known(member, item.trail)
    return value


AUTO = External("enum.auto()")


def instantiate(run: Run, cls: ClassObject, arguments: Call) -> V | None:
    """Make an instance of a class that stands on a library's; None for all others."""
    from confguard.model.django import classes, iteration, operations
    from confguard.model.django.library import pydantic

    members = iteration.enum_members(cls)
    if members is not None and classes.inherits(cls, ("enum.Enum", "enum.StrEnum", "enum.IntEnum")):
        for member in members:
            assert isinstance(member, Known)
            if arguments.args and operations.equal(member.value.namespace.names["value"], arguments.args[0]):
                return member
        if arguments.args and all(
            isinstance(member, Known)
            and operations.equal(member.value.namespace.names["value"], arguments.args[0]) is False
            for member in members
        ):
            shown = arguments.args[0].value if isinstance(arguments.args[0], Known) else ""
            message = f"{shown!r} is not a valid {cls.name}"
            raise run.throw("ValueError", message, arguments.span, arguments.args[0].trail)
        return Unknown("is a member of an enumeration that is not known", arguments.trail)
    if classes.inherits(cls, pydantic.BASES):
        return pydantic.instantiate(run, cls, arguments)
    return None


def item(run: Run, owner: External, key: V, span: Span, key_span: Span) -> V:
    """Return ``owner[key]``."""
    from confguard.model.django.library import osenviron

    if owner.path == "os.environ":
        return osenviron.subscript(run, key, span, key_span)
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


def text(run: Run, value: V, span: Span) -> V:
    """Return ``str(value)``."""
    from confguard.model.django import classes, operations

    if isinstance(value, Unknown):
        return value
    payload = value.value
    if isinstance(payload, str | Text):
        return value
    if isinstance(payload, InstanceObject):
        method = classes.find(payload.cls, "__str__")
        if isinstance(method, Known) and isinstance(method.value, FunctionObject):
            return call_known(run, classes.bind(run, method, value, Known(payload.cls), span), [], span)
        if "value" in payload.namespace.names and classes.inherits(payload.cls, ("enum.StrEnum",)):
            return payload.namespace.names["value"]
        return Unknown("is the text of an object of the program", value.trail)
    if isinstance(payload, ExceptionObject) and isinstance(payload.cls, External):
        return _exception_text(run, payload, span)
    if hasattr(payload, "shown"):
        shown: V = payload.shown(run, span)
        return shown
    try:
        return Known(str(operations.plain(value)), value.trail)
    except operations.NotPlain as error:
        return Unknown(error.unknown.reason, value.trail)
    except ValueError as error:
        raise run.throw("ValueError", str(error), span, value.trail) from None


def _exception_text(run: Run, error: ExceptionObject, span: Span) -> V:
    """Return ``str(error)`` for the exceptions of Python itself."""
    if not error.args:
        return Known("")
    if error.cls.path.rpartition(".")[2] == "KeyError" and len(error.args) == 1:  # type: ignore[union-attr]
        first = error.args[0]
        return (
            Known(repr(first.value), first.trail) if is_scalar(first) and isinstance(first, Known) else first
        )
    if len(error.args) == 1:
        return text(run, error.args[0], span)
    return Unknown("is the text of an exception")


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
    from confguard.model.django.library import standard

    return standard.open_path(run, path, arguments)


_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_REQUIREMENTS = re.compile(
    r"(^|/)(requirements[^/]*\.(txt|in)|requirements/[^/]*\.(txt|in)|pyproject\.toml|Pipfile|setup\.(py|cfg)|uv\.lock|poetry\.lock)$"
)
_OPTIONAL = re.compile(r"dev|test|local|debug|lint|doc", re.IGNORECASE)
_DISTRIBUTIONS = {
    "environ": "django-environ",
    "decouple": "python-decouple",
    "dotenv": "python-dotenv",
    "yaml": "pyyaml",
    "rest_framework": "djangorestframework",
    "corsheaders": "django-cors-headers",
    "sentry_sdk": "sentry-sdk",
    "configurations": "django-configurations",
    "split_settings": "django-split-settings",
    "csp": "django-csp",
}
_ALWAYS = frozenset({"django"})


def installed(run: Run, top: str) -> bool:
    """Say whether the project's requirements surely bring a package (by its top-level module name)."""
    if top in _ALWAYS or top in sys.stdlib_module_names:
        return True
    names = run.hooks.get("requirements")
    if names is None:
        names = set()
        for path in run.project.paths:
            if (
                _REQUIREMENTS.search(path)
                and not _OPTIONAL.search(path.rpartition("/")[2])
                and path.count("/") < 4
                and path.endswith((".txt", ".in"))
            ):
                source = run.project.read(path)
                for line in source.text.splitlines() if source else ():
                    match = _NAME.match(line.strip())
                    if match:
                        names.add(re.sub(r"[-_.]+", "-", match[0]).lower())
        run.hooks["requirements"] = names
    wanted = {re.sub(r"[-_.]+", "-", top).lower(), _DISTRIBUTIONS.get(top, top)}
    return bool(wanted & names)
