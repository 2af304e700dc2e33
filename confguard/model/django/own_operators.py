"""Operators of objects that bring their own."""

from __future__ import annotations

from confguard.model.django import (
    calls,
    classes,
    operations,
)
from confguard.model.django.library import registry
from confguard.model.django.machine import Run
from confguard.model.django.objects import (
    Call,
    External,
    InstanceObject,
    NativeObject,
    Scope,
    V,
)
from confguard.model.value import Known
from confguard.source import Span

_OPERATORS = {
    "+": "__add__",
    "-": "__sub__",
    "/": "__truediv__",
    "|": "__or__",
    "&": "__and__",
    "*": "__mul__",
    "%": "__mod__",
}


def operator_method(run: Run, left: V, right: V, sign: str, span: Span, scope: Scope) -> V | None:
    """Compute with objects that bring their own operators and with paths; None for plain values."""
    if isinstance(left, Known) and isinstance(left.value, InstanceObject) and sign in _OPERATORS:
        method = classes.instance_attribute(run, left, left.value, _OPERATORS[sign], span)
        if method is not None:
            return calls.call(run, method, Call([right], {}, span, True, scope))
    if isinstance(left, Known) and isinstance(left.value, NativeObject) and hasattr(left.value, "operator"):
        made: V = left.value.operator(run, sign, right, span)
        return made
    if sign == "/":
        return registry.path_join(run, left, right, span)
    return None


def contains_method(run: Run, item: V, container: V, span: Span, scope: Scope) -> bool | None:
    """Answer ``in`` for objects that bring their own answer; None if there is none or it is not known."""
    payload = container.value if isinstance(container, Known) else None
    answer: V | None = None
    if isinstance(payload, NativeObject) and hasattr(payload, "contains"):
        answer = payload.contains(run, item, span)
    elif isinstance(payload, External):
        answer = registry.contains(run, payload, item, span)
    elif isinstance(payload, InstanceObject):
        method = classes.instance_attribute(run, container, payload, "__contains__", span)
        answer = calls.call(run, method, Call([item], {}, span, True, scope)) if method is not None else None
    return operations.truth(answer) if answer is not None else None
