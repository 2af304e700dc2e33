"""Statements that bind, change and delete names, items and attributes."""

from __future__ import annotations

import ast

from confguard.model.django import arithmetic, assigning, calls, members, own_operators
from confguard.model.django.expressions import evaluate, lookup, sign_of
from confguard.model.django.library import registry
from confguard.model.django.machine import Run
from confguard.model.django.objects import (
    DictObject,
    External,
    InstanceObject,
    ListObject,
    NativeObject,
    Scope,
    V,
)
from confguard.model.value import Known, Step, Unknown


def _named(run: Run, value: V, node: ast.stmt, target: ast.expr, scope: Scope) -> V:
    """Put the assignment in front of a value's trail, and the conditions under which it is done behind."""
    if not isinstance(target, ast.Name):
        return value
    trail = run.trail(Step(f"assigned to {target.id}", scope.span(node)), value, *reversed(scope.conditions))
    return Unknown(value.reason, trail) if isinstance(value, Unknown) else Known(value.value, trail)


def assign(run: Run, node: ast.Assign, scope: Scope) -> None:
    """``a = b = value``."""
    value = evaluate(run, node.value, scope)
    for target in node.targets:
        assigning.assign(run, target, _named(run, value, node, target, scope), scope)


def annotated(run: Run, node: ast.AnnAssign, scope: Scope) -> None:
    """``a: int = value``."""
    if scope.kind == "class" and isinstance(node.target, ast.Name):
        _note_annotation(run, node, scope)
    if node.value is not None:
        value = evaluate(run, node.value, scope)
        assigning.assign(run, node.target, _named(run, value, node, node.target, scope), scope)


def _note_annotation(run: Run, node: ast.AnnAssign, scope: Scope) -> None:
    annotations = scope.names.names.get("__annotations__")
    if not (isinstance(annotations, Known) and isinstance(annotations.value, DictObject)):
        annotations = Known(run.new_dict())
        scope.names.names["__annotations__"] = annotations
    assert isinstance(node.target, ast.Name)
    text = scope.span(node.annotation).text
    annotations.value.entries[node.target.id] = (Known(node.target.id), Known(text))


def augmented(run: Run, node: ast.AugAssign, scope: Scope) -> None:
    """``a += value``."""
    if isinstance(node.target, ast.Name):
        current = lookup(run, node.target.id, scope, node.target)
    else:
        current = evaluate(run, node.target, scope)
    value = evaluate(run, node.value, scope)
    sign = sign_of(node.op)
    payload = current.value if isinstance(current, Known) else None
    span = scope.span(node)
    if sign == "+" and isinstance(payload, ListObject):
        # In place: whoever else holds this list sees it grow.
        extend = members.attribute(run, current, "extend", span, scope)
        registry.call_known(run, extend, [value], span)
        result: V = current
    elif sign == "|" and isinstance(payload, DictObject):
        registry.call_known(run, members.attribute(run, current, "update", span, scope), [value], span)
        result = current
    else:
        special = own_operators.operator_method(run, current, value, sign, span, scope)
        result = special if special is not None else arithmetic.binary(run, sign, current, value, span)
    assigning.assign(run, node.target, _named(run, result, node, node.target, scope), scope)


def delete(run: Run, node: ast.Delete, scope: Scope) -> None:
    """``del a, b[c]``."""
    for target in node.targets:
        if isinstance(target, ast.Name):
            names = scope.outer.get(target.id, scope.names)
            if target.id not in names.names and names.complete:
                raise run.throw("NameError", f"name '{target.id}' is not defined", scope.span(target))
            run.journal.touch(names)
            names.names.pop(target.id, None)
        elif isinstance(target, ast.Subscript):
            _delete_item(run, target, scope)
        elif isinstance(target, ast.Attribute):
            owner = evaluate(run, target.value, scope)
            if isinstance(owner, Known) and isinstance(owner.value, InstanceObject):
                run.journal.touch(owner.value.namespace)
                owner.value.namespace.names.pop(target.attr, None)


def _delete_item(run: Run, target: ast.Subscript, scope: Scope) -> None:
    container = evaluate(run, target.value, scope)
    payload = container.value if isinstance(container, Known) else None
    span = scope.span(target)
    if isinstance(target.slice, ast.Slice):
        calls.spoil(run, container, Unknown("a part of it is deleted in a way that is not followed"))
    elif isinstance(payload, DictObject | ListObject):
        pop = members.attribute(run, container, "pop", span, scope)
        registry.call_known(run, pop, [evaluate(run, target.slice, scope)], span)
    elif isinstance(payload, External):
        registry.delete_item(run, payload, evaluate(run, target.slice, scope), span)
    elif isinstance(payload, NativeObject):
        calls.spoil(run, container, Unknown("a part of it is deleted"))
