"""Calling functions and classes."""

from __future__ import annotations

import ast
import builtins
from typing import Any

from confguard.model.django import classes, installed_modules, members, partial_calls, written
from confguard.model.django.arguments import bind_arguments
from confguard.model.django.errors import ANY
from confguard.model.django.library import classes_made, registry
from confguard.model.django.machine import MAX_DEPTH, Frame, Run
from confguard.model.django.objects import (
    BoundMethod,
    Call,
    ClassObject,
    DictObject,
    ExceptionObject,
    External,
    FunctionObject,
    InstanceObject,
    LimitReached,
    ListObject,
    Namespace,
    Native,
    NativeObject,
    Raised,
    Returned,
    Scope,
    V,
)
from confguard.model.value import Known, Step, Unknown

BUILTIN_NAMES = frozenset(dir(builtins))
MAX_DOUBTFUL_RECURSION = 2
"""Calls of a function within itself that are followed where it is not known whether they happen."""

YIELDED = ".yielded"
"""The name under which a generator's scope keeps what it yields."""
_DOUBT = Unknown("depends on a condition that is not known")


def call(run: Run, function: V, arguments: Call) -> V:
    """Return what a call gives; raises Raised where the program would raise."""
    if isinstance(function, Unknown):
        return unknown_call(run, arguments, function)
    payload = function.value
    if isinstance(payload, FunctionObject):
        return call_function(run, payload, arguments, None)
    if isinstance(payload, BoundMethod):
        bound = Call(
            [payload.receiver, *arguments.args],
            arguments.keywords,
            arguments.span,
            arguments.complete,
            arguments.scope,
        )
        return call_function(run, payload.function, bound, payload.receiver)
    if isinstance(payload, Native):
        native = payload
        return partial_calls.followed(run, "", arguments, lambda run, call: _native(run, native, call))
    if isinstance(payload, External):
        external = payload
        return partial_calls.followed(
            run, payload.path, arguments, lambda run, call: registry.call(run, external, call, function)
        )
    if isinstance(payload, NativeObject):
        return partial_calls.followed(run, "", arguments, payload.call)
    if isinstance(payload, ClassObject):
        return instantiate(run, payload, arguments)
    if isinstance(payload, InstanceObject):
        method = classes.instance_attribute(run, function, payload, "__call__", arguments.span)
        if method is not None:
            return call(run, method, arguments)
    if isinstance(payload, ExceptionObject):
        return Unknown("is an exception", arguments.trail)
    kind = type(payload).__name__
    raise run.throw("TypeError", f"'{kind}' object is not callable", arguments.span, function.trail)


def _native(run: Run, native: Native, arguments: Call) -> V:
    try:
        return native.function(run, arguments)
    except IndexError:
        message = f"{native.name}() is missing an argument"
        if arguments.complete:
            raise run.throw("TypeError", message, arguments.span) from None
        return Unknown("is called with arguments that are not known", arguments.trail)


def unknown_call(run: Run, arguments: Call, function: Unknown, own: bool = False) -> V:
    """Return what a function that is not followed gives; what it was given may have changed.

    A function of the repository (``own``) may raise or exit. Those of libraries are taken to accept what is
    written in the call, but not what comes from the environment, which another one may hold.
    """
    given = (*arguments.args, *arguments.keywords.values())
    written.note_handed_over(run, given)
    doubt = own or function.reason.startswith(classes_made.DECORATED) or run.is_from_environment(given)
    run.may_raise(ANY, arguments.span, doubt, function.trail)
    for value in (*arguments.args, *arguments.keywords.values()):
        spoil(run, value, function)
    return Unknown(function.reason, run.trail(arguments.step("called here"), function))


def spoil(run: Run, value: V, unknown: Unknown) -> None:
    """A function that is not followed may have changed what it was given."""
    payload = value.value if isinstance(value, Known) else None
    if isinstance(payload, ListObject):
        run.journal.touch(payload)
        payload.items, payload.complete = [], False
    elif isinstance(payload, DictObject):
        run.journal.touch(payload)
        members.spoil(payload, unknown)
    elif isinstance(payload, NativeObject) and hasattr(payload, "spoil"):
        payload.spoil(run, unknown)


def make_function(run: Run, name: str, node: Any, scope: Scope) -> FunctionObject:
    """Return a function as its definition makes it: its defaults are evaluated now."""
    args: ast.arguments = node.args
    from confguard.model.django.expressions import evaluate  # a call is one: they stand on this module

    defaults = tuple(evaluate(run, default, scope) for default in args.defaults)
    only = tuple(evaluate(run, default, scope) if default else None for default in args.kw_defaults)
    return FunctionObject(name, node, scope, defaults, only)


def call_function(run: Run, function: FunctionObject, arguments: Call, receiver: V | None) -> V:
    """Run a function of the repository."""
    from confguard.model.django.expressions import evaluate
    from confguard.model.django.statements import block

    node = function.node
    generator = not isinstance(node, ast.Lambda) and _is_generator(node)
    if isinstance(node, ast.AsyncFunctionDef) or (generator and not _is_short(node)):
        reason = "is made by a generator, which is not followed"
        return unknown_call(run, arguments, Unknown(reason), own=True)
    if run.depth >= MAX_DEPTH:
        reason = "is made by calls that nest too deep to be followed"
        return unknown_call(run, arguments, Unknown(reason), own=True)
    if run.doubtful and run.active.get(node, 0) >= MAX_DOUBTFUL_RECURSION:
        reason = "is made by calls of itself under conditions that are not known"
        return unknown_call(run, arguments, Unknown(reason), own=True)
    names = Namespace(run.journal.serial)
    scope = Scope(
        function.scope.module, names, function.scope, "function", owner=function.owner, receiver=receiver
    )
    if not bind_arguments(run, function, arguments, names):
        reason = "is called with arguments that are not known"
        return unknown_call(run, arguments, Unknown(reason), own=True)
    yielded = run.new_list([])
    if generator:
        names.names[YIELDED] = Known(yielded)
    if isinstance(node, ast.Lambda):
        run.depth += 1
        try:
            return evaluate(run, node.body, scope)
        finally:
            run.depth -= 1
    run.depth += 1
    run.active[node] = run.active.get(node, 0) + 1
    try:
        with installed_modules.through_door(run, function.scope.source.path, arguments.span):
            outcome = run.within(Frame("function"), lambda: block(run, node.body, scope), _DOUBT)
    except LimitReached:
        if not installed_modules.is_door(run, function.scope.source.path, arguments.span):
            raise
        return unknown_call(run, arguments, Unknown("is made by a package that does too much"), own=True)
    finally:
        run.depth -= 1
        run.active[node] -= 1
    if generator and (outcome is None or isinstance(outcome, Returned)):
        return Known(yielded, (Step(f"yielded by {function.name}", arguments.span),))
    if outcome is None:
        return Known(None, (Step(f"returned by {function.name}", arguments.span),))
    if isinstance(outcome, Returned):
        value = outcome.value
        trail = run.trail(Step(f"returned by {function.name}", arguments.span), value)
        return Unknown(value.reason, trail) if isinstance(value, Unknown) else Known(value.value, trail)
    if isinstance(outcome, Raised) and installed_modules.is_gap(run, outcome, function.scope.source.path):
        reason = f"is made by {function.name}() of an installed package, which could not be followed"
        return unknown_call(run, arguments, Unknown(reason), own=True)
    if isinstance(outcome, Raised):
        raise installed_modules.at_door(run, outcome, function.scope.source.path, arguments.span)
    raise outcome


def _is_short(node: ast.FunctionDef | ast.Lambda) -> bool:
    """Say whether a generator can be run at once: it surely ends, and nothing is sent to it."""
    return not any(isinstance(part, ast.While | ast.Await) for part in ast.walk(node))


def _is_generator(node: ast.FunctionDef) -> bool:
    known: bool | None = getattr(node, "generator", None)
    if known is None:
        pending: list[ast.AST] = list(node.body)
        known = False
        while pending and not known:
            part = pending.pop()
            if isinstance(part, ast.Yield | ast.YieldFrom | ast.Await):
                known = True
            if not isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
                pending.extend(ast.iter_child_nodes(part))
        node.generator = known  # type: ignore[attr-defined]
    return known


def instantiate(run: Run, cls: ClassObject, arguments: Call) -> V:
    """Make an instance of a class of the repository."""
    special = classes_made.instantiate(run, cls, arguments)
    if special is not None:
        return special
    order = classes.resolution_order(cls)
    if any(isinstance(place, External) and _is_exception(place.path) for place in order):
        return Known(ExceptionObject(cls, tuple(arguments.args), arguments.span), arguments.trail)
    instance = InstanceObject(cls, Namespace(run.journal.serial))
    value = Known(instance, run.trail(Step(f"made from {cls.name}", arguments.span)))
    for place in order:
        if isinstance(place, Unknown) or (
            isinstance(place, External) and not registry.knows_class(place.path)
        ):
            instance.namespace.complete = False
    if isinstance(classes.find(cls, "__new__"), Known) and instance.namespace.complete:
        return unknown_call(run, arguments, Unknown("is made by __new__, which is not followed"), own=True)
    start = classes.find(cls, "__init__")
    if isinstance(start, Known) and isinstance(start.value, FunctionObject):
        bound = Call(
            [value, *arguments.args], arguments.keywords, arguments.span, arguments.complete, arguments.scope
        )
        call_function(run, start.value, bound, value)
    elif isinstance(start, Unknown):
        instance.namespace.complete = False
        unknown_call(run, arguments, start)
    elif (
        not classes_made.dataclass_fields(run, cls, instance, arguments)
        and (arguments.args or arguments.keywords)
        and instance.namespace.complete
    ):
        raise run.throw("TypeError", f"{cls.name}() takes no arguments", arguments.span)
    return value


def _is_exception(path: str) -> bool:
    found = getattr(builtins, path.removeprefix("builtins."), None)
    return (isinstance(found, type) and issubclass(found, BaseException)) or path.endswith(
        ("Error", "Exception", "ImproperlyConfigured")
    )
