"""Giving targets a value: names, attributes, items, or several of them."""

from __future__ import annotations

import ast

from confguard.model.django import (
    calls,
    classes,
    iteration,
    members,
)
from confguard.model.django.library import installed, registry
from confguard.model.django.machine import Run
from confguard.model.django.objects import (
    Call,
    ClassObject,
    DictObject,
    External,
    InstanceObject,
    ListObject,
    ModuleObject,
    NativeObject,
    Scope,
    TupleObject,
    V,
)
from confguard.model.value import Known, Step, Unknown
from confguard.source import Span


def assign(run: Run, target: ast.expr, value: V, scope: Scope) -> None:
    """Give a target a value: a name, an attribute, an item, or several of them."""
    from confguard.model.django.expressions import evaluate

    if isinstance(target, ast.Name):
        names = scope.outer.get(target.id, scope.names)
        run.journal.touch(names)
        names.names[target.id] = value
    elif isinstance(target, ast.Tuple | ast.List):
        _unpack(run, target.elts, value, scope, scope.span(target))
    elif isinstance(target, ast.Attribute):
        set_attribute(run, evaluate(run, target.value, scope), target.attr, value, scope.span(target))
    elif isinstance(target, ast.Subscript):
        container = evaluate(run, target.value, scope)
        if isinstance(target.slice, ast.Slice):
            calls.spoil(run, container, Unknown("a part of it is replaced in a way that is not followed"))
            return
        set_item(run, container, evaluate(run, target.slice, scope), value, scope.span(target), scope)
    elif isinstance(target, ast.Starred):
        assign(run, target.value, value, scope)


def _unpack(run: Run, targets: list[ast.expr], value: V, scope: Scope, span: Span) -> None:
    walk = iteration.iterate(run, value, span)
    star = next((index for index, part in enumerate(targets) if isinstance(part, ast.Starred)), None)
    if not walk.complete or not walk.ordered:
        reason = (
            value.reason if isinstance(value, Unknown) else "is unpacked from something that is not known"
        )
        for index, part in enumerate(targets):
            known = walk.ordered and index < len(walk.items) and star is None
            assign(run, part, walk.items[index] if known else Unknown(reason, value.trail), scope)
        return
    items = walk.items
    if star is None:
        if len(items) != len(targets):
            many = "too many values to unpack" if len(items) > len(targets) else "not enough values to unpack"
            raise run.throw("ValueError", f"{many} (expected {len(targets)})", span, value.trail)
        for part, item in zip(targets, items, strict=True):
            assign(run, part, item, scope)
        return
    after = len(targets) - star - 1
    if len(items) < star + after:
        raise run.throw(
            "ValueError", f"not enough values to unpack (expected at least {star + after})", span, value.trail
        )
    middle = items[star : len(items) - after]
    for part, item in zip(targets[:star], items[:star], strict=True):
        assign(run, part, item, scope)
    assign(run, targets[star], Known(run.new_list(middle), value.trail), scope)
    for part, item in zip(targets[star + 1 :], items[len(items) - after :], strict=True):
        assign(run, part, item, scope)


def set_attribute(run: Run, owner: V, name: str, value: V, span: Span) -> None:
    """Set an attribute of an instance, class or module; those of libraries are not followed."""
    payload = owner.value if isinstance(owner, Known) else None
    if isinstance(payload, InstanceObject | ModuleObject | ClassObject):
        if isinstance(payload, InstanceObject) and classes.find(payload.cls, "__setattr__") is not None:
            payload.namespace.complete = False
            return
        run.journal.touch(payload.namespace)
        payload.namespace.names[name] = value
    elif payload == External("sys") and name in ("path", "meta_path", "path_hooks"):
        run.hooks[installed.OTHER_PLACES] = True
    elif isinstance(payload, NativeObject) and hasattr(payload, "set_attribute"):
        payload.set_attribute(run, name, value, span)


def set_item(run: Run, container: V, key: V, value: V, span: Span, scope: Scope) -> None:
    """Set ``container[key]``."""
    if isinstance(container, Unknown):
        run.may_raise("TypeError", span)
        return
    payload = container.value
    step = Step("set here", span)
    trail = run.trail(step, value)
    placed: V = Unknown(value.reason, trail) if isinstance(value, Unknown) else Known(value.value, trail)
    if isinstance(payload, DictObject) and payload.kind == "dict":
        members.put(run, payload, key, placed, span)
    elif isinstance(payload, ListObject):
        run.journal.touch(payload)
        index = key.value if isinstance(key, Known) else None
        if (
            isinstance(index, int)
            and -len(payload.items) <= index < len(payload.items)
            and (payload.complete or index >= 0)
        ):
            payload.items[index] = placed
        elif payload.complete and isinstance(index, int):
            raise run.throw("IndexError", "list assignment index out of range", span, container.trail)
        else:
            payload.items, payload.complete = [], False
    elif isinstance(payload, External):
        registry.set_item(run, payload, key, value, span)
    elif isinstance(payload, NativeObject) and hasattr(payload, "set_item"):
        payload.set_item(run, key, value, span)
    elif isinstance(payload, InstanceObject):
        method = classes.instance_attribute(run, container, payload, "__setitem__", span)
        if method is not None:
            calls.call(run, method, Call([key, value], {}, span, True, scope))
    elif isinstance(payload, TupleObject | str | int | float | bytes) or payload is None:
        raise run.throw(
            "TypeError",
            f"'{type(payload).__name__}' object does not support item assignment",
            span,
            container.trail,
        )
