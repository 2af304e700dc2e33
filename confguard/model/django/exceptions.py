"""``try``, ``with``, ``raise`` and ``assert``."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from confguard.model.django import assigning, classes, operations
from confguard.model.django.errors import ANY
from confguard.model.django.expressions import evaluate
from confguard.model.django.library import registry
from confguard.model.django.machine import Frame, Pending, Run
from confguard.model.django.objects import (
    Broke,
    ClassObject,
    Continued,
    ExceptionObject,
    External,
    InstanceObject,
    NativeObject,
    Raised,
    Returned,
    Scope,
    TupleObject,
)
from confguard.model.value import Known, Step, Unknown
from confguard.parsers.python_nodes import end_of, placed, start_of


def attempt(run: Run, node: ast.Try, scope: Scope) -> None:
    """``try``."""
    from confguard.model.django.statements import block

    handlers = tuple(_clause(run, handler, scope) for handler in node.handlers)
    conditions = len(scope.conditions)
    if node.finalbody:
        _with_final(run, node, handlers, scope)
        return
    if not handlers:
        block(run, node.body, scope)
        block(run, node.orelse, scope)
        return
    main, others = run.collect(Frame("try", handlers), lambda: block(run, node.body, scope))
    del scope.conditions[conditions:]
    doubt = Unknown(
        "depends on whether an exception is raised", (Step("may raise", scope.span(node).first_line()),)
    )

    def go(pending: Pending, clause: int | None = None) -> Callable[[], None]:
        return lambda: _after(run, node, handlers, pending, scope, clause)

    def join(ways: list[Callable[[], None]]) -> None:
        if len(ways) == 1:
            ways[0]()
        else:
            run.fork(ways[0], lambda: join(ways[1:]), doubt)

    merged = _by_clause(run, handlers, others, doubt)
    join([go(main), *(go(pending, clause) for clause, pending in merged.items())])


def _by_clause(
    run: Run, handlers: tuple[tuple[str, ...], ...], others: list[Pending], doubt: Unknown
) -> dict[int, Pending]:
    """Return the ways that lead to each except clause, joined."""
    found: dict[int, Pending] = {}
    for pending in others:
        signal = pending.outcome
        if not isinstance(signal, Raised):
            continue
        catching = [
            index for index, names in enumerate(handlers) if Frame("try", (names,)).catches(signal.error)
        ]
        # Of an exception that may be any, each clause may be the one.
        for index in catching if signal.error.cls == External(ANY) else catching[:1]:
            before = found.get(index)
            if before is not None:
                changes = run.journal.joined(before.changes, pending.changes, doubt)
                pending = Pending(before.outcome, changes)
            found[index] = pending
    return dict(sorted(found.items()))


def _after(
    run: Run,
    node: ast.Try,
    handlers: tuple[tuple[str, ...], ...],
    pending: Pending,
    scope: Scope,
    clause: int | None = None,
) -> None:
    """Go on behind the body of a try: with its else, with a handler (``clause``), or out of it."""
    from confguard.model.django.statements import block

    run.journal.apply(pending.changes)
    outcome = pending.outcome
    if outcome is None:
        block(run, node.orelse, scope)
        return
    if not isinstance(outcome, Raised):
        raise outcome
    for index, (names, handler) in enumerate(zip(handlers, node.handlers, strict=True)):
        if index != clause and (clause is not None or not Frame("try", (names,)).catches(outcome.error)):
            continue
        if handler.name:
            run.journal.touch(scope.names)
            scope.names.names[handler.name] = Known(outcome.error, outcome.trail)
        scope.handling.append(outcome)
        try:
            block(run, handler.body, scope)
        finally:
            scope.handling.pop()
        return
    raise outcome


def _with_final(run: Run, node: ast.Try, handlers: Any, scope: Scope) -> None:
    from confguard.model.django.statements import block

    inner = placed(ast.Try(node.body, node.handlers, node.orelse, []), start_of(node), end_of(node))
    try:
        if node.handlers:
            attempt(run, inner, scope)
        else:
            block(run, node.body, scope)
    except (Raised, Returned, Broke, Continued):
        block(run, node.finalbody, scope)
        raise
    block(run, node.finalbody, scope)


def _clause(run: Run, handler: ast.ExceptHandler, scope: Scope) -> tuple[str, ...]:
    """Return the names of the classes that an except clause catches."""
    if handler.type is None:
        return ("*",)
    nodes = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    names: list[str] = []
    for part in nodes:
        try:
            value = evaluate(run, part, scope)
        except Raised:
            names.append("*")
            continue
        payload = value.value if isinstance(value, Known) else None
        if isinstance(payload, External):
            names.append(payload.path.removeprefix("builtins."))
        elif isinstance(payload, ClassObject):
            names.append(f"{payload.module.name}.{payload.name}")
        elif isinstance(payload, TupleObject):
            names.extend(
                item.value.path.removeprefix("builtins.")
                for item in payload.items
                if isinstance(item, Known) and isinstance(item.value, External)
            )
        else:
            names.append("*")
    return tuple(names)


def with_(run: Run, node: ast.With, scope: Scope) -> None:
    """``with``."""
    from confguard.model.django.statements import block

    suppressed: tuple[str, ...] = ()
    entered_objects: list[Any] = []
    for item in node.items:
        value = evaluate(run, item.context_expr, scope)
        payload = value.value if isinstance(value, Known) else None
        if isinstance(payload, NativeObject) and hasattr(payload, "leave"):
            value = payload.enter(run)  # type: ignore[attr-defined]
            entered_objects.append(payload)
        if isinstance(payload, NativeObject) and hasattr(payload, "suppresses"):
            suppressed += payload.suppresses
        if item.optional_vars is not None:
            entered = value
            if isinstance(payload, InstanceObject):
                method = classes.instance_attribute(
                    run, value, payload, "__enter__", scope.span(item.context_expr)
                )
                entered = (
                    registry.call_known(run, method, [], scope.span(item.context_expr))
                    if method
                    else Unknown("is not followed")
                )
            assigning.assign(run, item.optional_vars, entered, scope)
    if not suppressed:
        try:
            block(run, node.body, scope)
        finally:
            for payload in reversed(entered_objects):
                payload.leave(run)
        return
    handler = ast.ExceptHandler(None, None, [])
    fake = placed(ast.Try(node.body, [handler], [], []), start_of(node), end_of(node))
    main, others = run.collect(Frame("try", (suppressed,)), lambda: block(run, node.body, scope))
    doubt = Unknown("depends on whether an exception is raised")
    ways = [lambda p=pending: _after(run, fake, (suppressed,), p, scope) for pending in (main, *others[:1])]
    if len(ways) == 1:
        ways[0]()
    else:
        run.fork(ways[0], ways[1], doubt)


def raise_(run: Run, node: ast.Raise, scope: Scope) -> None:
    """``raise``."""
    span = scope.span(node)
    if node.exc is None:
        current: Scope | None = scope
        while current is not None:
            if current.handling:
                raise current.handling[-1]
            current = current.parent
        raise run.throw("RuntimeError", "No active exception to reraise", span)
    value = evaluate(run, node.exc, scope)
    payload = value.value if isinstance(value, Known) else None
    conditions = [condition for layer in _enclosing(scope) for condition in layer.conditions]
    trail = run.trail(Step("raised here", span), *reversed(conditions), value)
    if isinstance(payload, ExceptionObject):
        error = ExceptionObject(payload.cls, payload.args, span, payload.variables)
    elif isinstance(payload, External | ClassObject):
        error = ExceptionObject(payload, (), span)
    else:
        error = ExceptionObject(External("builtins.Exception"), (Unknown("is not known"),), span)
    raise Raised(error, trail)


def _enclosing(scope: Scope) -> list[Scope]:
    return [scope]


def assert_(run: Run, node: ast.Assert, scope: Scope) -> None:
    """``assert``."""
    condition = evaluate(run, node.test, scope)
    verdict = operations.truth(condition)
    if verdict is False:
        message = evaluate(run, node.msg, scope) if node.msg is not None else None
        trail = run.trail(Step("asserted here", scope.span(node)), condition)
        args = (message,) if message is not None else ()
        raise Raised(ExceptionObject(External("builtins.AssertionError"), args, scope.span(node)), trail)
    if verdict is None:
        run.may_raise("AssertionError", scope.span(node))
