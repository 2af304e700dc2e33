"""What ``str()`` makes of values."""

from __future__ import annotations

from confguard.model.django.library.registry import call_known
from confguard.model.django.machine import Run
from confguard.model.django.objects import (
    ClassObject,
    ExceptionObject,
    External,
    FunctionObject,
    InstanceObject,
    Text,
    V,
    is_scalar,
)
from confguard.model.value import Known, Step, Unknown
from confguard.source import Span


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
    if isinstance(payload, ExceptionObject) and _says_its_arguments(payload.cls):
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


def _says_its_arguments(cls: External | ClassObject) -> bool:
    """Say whether the text of a class's exceptions is that of their arguments, as Python makes it."""
    from confguard.model.django import classes

    if isinstance(cls, External):
        return True
    for place in classes.resolution_order(cls):
        if (
            isinstance(place, ClassObject)
            and {"__str__", "__init__", "__new__"} & place.namespace.names.keys()
        ):
            return False
        if isinstance(place, External) and not place.path.startswith("builtins."):
            return False
        if isinstance(place, Unknown) or (isinstance(place, External) and place.path == "builtins.KeyError"):
            return False
    return True


def _exception_text(run: Run, error: ExceptionObject, span: Span) -> V:
    """Return ``str(error)``: what its arguments say."""
    from confguard.model.django import operations

    if not error.args:
        return Known("")
    named = isinstance(error.cls, External) and error.cls.path.rpartition(".")[2] == "KeyError"
    if named and len(error.args) == 1:
        first = error.args[0]
        return (
            Known(repr(first.value), first.trail) if is_scalar(first) and isinstance(first, Known) else first
        )
    if len(error.args) == 1:
        return text(run, error.args[0], span)
    trail = run.trail(Step("text of an exception", span), *error.args)
    try:
        return Known(str(tuple(operations.plain(arg) for arg in error.args)), trail)
    except operations.NotPlain as problem:
        return Unknown(problem.unknown.reason, trail)
