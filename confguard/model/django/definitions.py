"""Statements that define functions and classes, and say where names live."""

from __future__ import annotations

import ast

from confguard.model.django import calls
from confguard.model.django.expressions import evaluate
from confguard.model.django.library import classes_made
from confguard.model.django.machine import Run
from confguard.model.django.objects import (
    ClassObject,
    FunctionObject,
    Namespace,
    Scope,
    V,
)
from confguard.model.value import Known, Step, Unknown


def global_(run: Run, node: ast.Global, scope: Scope) -> None:
    """``global``."""
    for name in node.names:
        scope.outer[name] = scope.module.namespace


def nonlocal_(run: Run, node: ast.Nonlocal, scope: Scope) -> None:
    """``nonlocal``."""
    for name in node.names:
        current = scope.parent
        while current is not None and (current.kind != "function" or name not in current.names.names):
            current = current.parent
        if current is not None:
            scope.outer[name] = current.names


def define(run: Run, node: ast.FunctionDef, scope: Scope) -> None:
    """``def``."""
    made = calls.make_function(run, node.name, node, scope)
    value: V = Known(made, (Step(f"defined as {node.name}", scope.span(node).first_line()),))
    kinds = {
        "staticmethod": "static",
        "classmethod": "class",
        "property": "property",
        "cached_property": "property",
    }
    for decorator in reversed(node.decorator_list):
        word = (
            decorator.id
            if isinstance(decorator, ast.Name)
            else decorator.attr
            if isinstance(decorator, ast.Attribute)
            else ""
        )
        if word in kinds and isinstance(value, Known) and isinstance(value.value, FunctionObject):
            old = value.value
            value = Known(
                FunctionObject(
                    old.name, old.node, old.scope, old.defaults, old.keyword_defaults, old.owner, kinds[word]
                ),
                value.trail,
            )
            continue
        function = evaluate(run, decorator, scope)
        value = classes_made.decorate(run, function, value, scope.span(decorator))
    run.journal.touch(scope.names)
    scope.names.names[node.name] = value


def async_define(run: Run, node: ast.AsyncFunctionDef, scope: Scope) -> None:
    """``async def``."""
    run.journal.touch(scope.names)
    unknown = Unknown(
        "is an asynchronous function, which is not followed",
        (Step("defined here", scope.span(node).first_line()),),
    )
    scope.names.names[node.name] = unknown


def class_(run: Run, node: ast.ClassDef, scope: Scope) -> None:
    """``class``."""
    from confguard.model.django.statements import block

    bases: list[V] = []
    for base in node.bases:
        bases.append(evaluate(run, base.value if isinstance(base, ast.Starred) else base, scope))
    keywords = tuple((item.arg or "", evaluate(run, item.value, scope)) for item in node.keywords)
    inner = Scope(scope.module, Namespace(run.journal.serial), scope, "class")
    block(run, node.body, inner)
    made = ClassObject(node.name, tuple(bases), inner.names, scope.module, keywords, node)
    for name, value in list(inner.names.names.items()):
        if isinstance(value, Known) and isinstance(value.value, FunctionObject) and value.value.owner is None:
            old = value.value
            owned = FunctionObject(
                old.name, old.node, old.scope, old.defaults, old.keyword_defaults, made, old.kind
            )
            inner.names.names[name] = Known(owned, value.trail)
    result: V = Known(made, (Step(f"defined as {node.name}", scope.span(node).first_line()),))
    result = classes_made.finish_class(run, made, result, scope.span(node).first_line())
    for decorator in reversed(node.decorator_list):
        result = classes_made.decorate(run, evaluate(run, decorator, scope), result, scope.span(decorator))
    run.journal.touch(scope.names)
    scope.names.names[node.name] = result
