"""Running statements."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from confguard.model.django import calls, classes, imports, iteration, members, operations, patterns
from confguard.model.django.expressions import evaluate, lookup, sign_of
from confguard.model.django.library import registry
from confguard.model.django.machine import MAX_ITEMS, Fail, Frame, Outcome, Pending, Run
from confguard.model.django.objects import (
    Broke,
    ClassObject,
    Continued,
    DictObject,
    ExceptionObject,
    External,
    FunctionObject,
    InstanceObject,
    LimitReached,
    ListObject,
    Namespace,
    NativeObject,
    Raised,
    Returned,
    Scope,
    TupleObject,
    V,
)
from confguard.model.value import Known, Step, Unknown
from confguard.source import Problem

_MAX_FAILURES = 100
_MAX_TURNS = 2_000
_MAX_DOUBTFUL_TURNS = 16
"""Turns that are followed one by one of a loop that may have ended before each of them."""
_STATEMENT_SHARE = 0.5
"""Part of all steps that one statement of a module may use up."""


def block(run: Run, body: list[ast.stmt], scope: Scope) -> None:
    """Run statements one after the other."""
    if scope.kind == "module":
        for node in body:
            _recovering(run, node, scope)
        return
    for node in body:
        statement(run, node, scope)


def _recovering(run: Run, node: ast.stmt, scope: Scope) -> None:
    """Run a statement of a module; where it fails, note that and go on as if it were mended.

    A module that raises has no settings at all, but what they would be once that one place is mended is
    still worth knowing: what the failed statement would have set is unknown.
    """
    layers, depth, waiting = len(run.journal.layers), len(run.frames), run.depth
    limit = run.limit
    run.limit = min(limit, run.steps + int((limit - run.steps) * _STATEMENT_SHARE) + 1)
    try:
        statement(run, node, scope)
    except Raised as signal:
        if run.caught(signal.error) or run.doubtful:
            raise
        place = signal.error.span or scope.span(node)
        if len(run.failures) < _MAX_FAILURES:
            run.failures.append(Fail(place, signal.error, signal.trail))
        forget(run, node, scope, Unknown("is made by a statement that raises", signal.trail))
    except (LimitReached, RecursionError, MemoryError):
        run.abandon(layers, depth)
        run.depth = waiting
        place = scope.span(node).first_line()
        run.problems.append(Problem(place, "does more than is followed: what it sets is not known"))
        forget(
            run, node, scope, Unknown("is made by a statement that does more than is followed"), mutated=True
        )
    except (Returned, Broke, Continued):
        raise
    except Exception as error:
        # A model of a library that stumbles must not take the whole check down with it.
        run.abandon(layers, depth)
        run.depth = waiting
        run.problems.append(
            Problem(scope.span(node).first_line(), f"could not be followed ({type(error).__name__})")
        )
        forget(run, node, scope, Unknown("is made by a statement that could not be followed"), mutated=True)
    finally:
        run.limit = limit


def forget(run: Run, node: ast.stmt, scope: Scope, unknown: Unknown, mutated: bool = False) -> None:
    """Make unknown whatever a statement may set or change."""
    run.journal.touch(scope.names)
    for part in ast.walk(node):
        if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
            scope.names.names[part.id] = unknown
        elif mutated and isinstance(part, ast.Name):
            found = scope.names.names.get(part.id)
            if found is not None:
                calls.spoil(run, found, unknown)
        elif isinstance(part, ast.FunctionDef | ast.ClassDef):
            scope.names.names.setdefault(part.name, unknown)
        elif isinstance(part, ast.alias):
            bound = part.asname or part.name.partition(".")[0]
            if bound == "*":
                scope.names.complete = False
            else:
                scope.names.names.setdefault(bound, unknown)


def statement(run: Run, node: ast.stmt, scope: Scope) -> None:
    """Run one statement; raises the signal by which it leaves."""
    run.tick()
    kind = _KINDS.get(type(node))
    if kind is None:
        forget(
            run,
            node,
            scope,
            Unknown("is made in a way that is not followed", (Step("here", scope.span(node)),)),
        )
        return
    kind(run, node, scope)


def expression(run: Run, node: ast.Expr, scope: Scope) -> None:
    """An expression on its own."""
    if not isinstance(node.value, ast.Constant):
        evaluate(run, node.value, scope)


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
        calls.assign(run, target, _named(run, value, node, target, scope), scope)


def annotated(run: Run, node: ast.AnnAssign, scope: Scope) -> None:
    """``a: int = value``."""
    if scope.kind == "class" and isinstance(node.target, ast.Name):
        _note_annotation(run, node, scope)
    if node.value is not None:
        value = evaluate(run, node.value, scope)
        calls.assign(run, node.target, _named(run, value, node, node.target, scope), scope)


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
        special = calls.operator_method(run, current, value, sign, span, scope)
        result = special if special is not None else operations.binary(run, sign, current, value, span)
    calls.assign(run, node.target, _named(run, result, node, node.target, scope), scope)


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


def condition_unknown(condition: V) -> Unknown:
    """Return what a value becomes that depends on a condition which is not known."""
    if isinstance(condition, Unknown):
        return Unknown(condition.reason, condition.trail)
    return Unknown("depends on something that is not known", condition.trail)


def branch(run: Run, node: ast.If, scope: Scope) -> None:
    """``if``."""
    condition = evaluate(run, node.test, scope)
    verdict = operations.asked(run, condition, scope.span(node.test))

    def way(body: list[ast.stmt]) -> Callable[[], None]:
        def go() -> None:
            scope.conditions.append(condition)
            try:
                block(run, body, scope)
            finally:
                scope.conditions.pop()

        return go

    if verdict is None:
        run.fork(way(node.body), way(node.orelse), condition_unknown(condition))
    else:
        way(node.body if verdict else node.orelse)()


def loop(run: Run, node: ast.For, scope: Scope) -> None:
    """``for``."""
    source = evaluate(run, node.iter, scope)
    walk = iteration.iterate(run, source, scope.span(node.iter))
    unknown = Unknown("depends on how often a loop runs", source.trail)
    known = walk.complete and (walk.ordered or len(walk.items) < 2)
    if len(walk.items) > MAX_ITEMS:
        raise LimitReached

    def turns() -> None:
        for item in walk.items if walk.ordered or walk.complete else ():
            calls.assign(run, node.target, item, scope)
            outcome = run.within(Frame("turn"), lambda: block(run, node.body, scope), unknown)
            if outcome is not None and not isinstance(outcome, Continued):
                raise outcome
        if not walk.complete:
            _unknown_turns(run, node, scope, unknown)
        block(run, node.orelse, scope)

    def whole() -> None:
        if known:
            turns()
        else:
            _unordered(run, turns, unknown) if walk.complete else turns()

    outcome = run.within(Frame("loop"), whole, unknown)
    if outcome is not None and not isinstance(outcome, Broke):
        raise outcome


def _unordered(run: Run, turns: Callable[[], None], unknown: Unknown) -> None:
    """Run a loop over a set: what it changes may depend on an order that is not known."""
    run.journal.open()
    layers = len(run.journal.layers)
    try:
        turns()
    finally:
        changed = list(run.journal.layers[layers - 1]) if len(run.journal.layers) >= layers else []
        if len(run.journal.layers) == layers:
            before = run.journal.keep()
            for thing in changed:
                _blur(run, thing, before[thing], unknown)


def _unknown_turns(run: Run, node: ast.For | ast.While, scope: Scope, unknown: Unknown) -> None:
    """Run a loop's body as often as may be: never, or some times."""

    def once() -> None:
        if isinstance(node, ast.For):
            calls.assign(run, node.target, unknown, scope)
        run.journal.open()
        layers = len(run.journal.layers)
        outcome: Outcome = None
        try:
            outcome = run.within(Frame("turn"), lambda: block(run, node.body, scope), unknown)
        finally:
            if len(run.journal.layers) == layers:
                before = run.journal.keep()
                for thing, state in before.items():
                    _blur(run, thing, state, unknown)
        if outcome is not None and not isinstance(outcome, Continued):
            raise outcome

    run.fork(once, lambda: None, unknown)


def _blur(run: Run, thing: Any, before: Any, unknown: Unknown) -> None:
    """Make unknown what a body changed, because it may run again."""
    now = thing.snapshot()
    run.journal.touch(thing)
    if isinstance(thing, Namespace):
        names = {
            name: value if before[0].get(name) is value else Unknown(unknown.reason, unknown.trail)
            for name, value in now[0].items()
        }
        thing.restore((names, now[1]))
    elif isinstance(thing, ListObject):
        prefix = []
        for old, new in zip(before[0], now[0], strict=False):
            if old is not new:
                break
            prefix.append(new)
        thing.restore((prefix, False))
    elif isinstance(thing, DictObject):
        entries = {
            key: pair if before[0].get(key) is pair else (pair[0], Unknown(unknown.reason, unknown.trail))
            for key, pair in now[0].items()
        }
        thing.restore((entries, False, now[2] | frozenset(set(now[0]) - set(before[0]))))
    else:
        thing.restore({key: value if before.get(key) is value else unknown for key, value in now.items()})


def repeat(run: Run, node: ast.While, scope: Scope) -> None:
    """``while``."""

    def turns() -> None:
        waiting = len(run.waiting)
        for _ in range(_MAX_TURNS):
            if len(run.waiting) - waiting > _MAX_DOUBTFUL_TURNS:
                _unknown_turns(run, node, scope, Unknown("depends on how often a loop runs"))
                return
            condition = evaluate(run, node.test, scope)
            verdict = operations.truth(condition)
            if verdict is None:
                _unknown_turns(run, node, scope, condition_unknown(condition))
                return
            if not verdict:
                block(run, node.orelse, scope)
                return
            outcome = run.within(
                Frame("turn"), lambda: block(run, node.body, scope), condition_unknown(condition)
            )
            if outcome is not None and not isinstance(outcome, Continued):
                raise outcome
        raise LimitReached

    outcome = run.within(Frame("loop"), turns, Unknown("depends on how often a loop runs"))
    if outcome is not None and not isinstance(outcome, Broke):
        raise outcome


def attempt(run: Run, node: ast.Try, scope: Scope) -> None:
    """``try``."""
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

    def go(pending: Pending) -> Callable[[], None]:
        return lambda: _after(run, node, handlers, pending, scope)

    if not others:
        go(main)()
        return
    merged = others[0]
    for other in others[1:]:
        changes = run.journal.joined(merged.changes, other.changes, doubt)
        merged = Pending(merged.outcome, changes)
    run.fork(go(main), go(merged), doubt)


def _after(
    run: Run, node: ast.Try, handlers: tuple[tuple[str, ...], ...], pending: Pending, scope: Scope
) -> None:
    """Go on behind the body of a try: with its else, with a handler, or out of it."""
    run.journal.apply(pending.changes)
    outcome = pending.outcome
    if outcome is None:
        block(run, node.orelse, scope)
        return
    if not isinstance(outcome, Raised):
        raise outcome
    for names, handler in zip(handlers, node.handlers, strict=True):
        if not Frame("try", (names,)).catches(outcome.error):
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
    inner = ast.Try(node.body, node.handlers, node.orelse, [])
    inner.start, inner.end = node.start, node.end  # type: ignore[attr-defined]
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
            calls.assign(run, item.optional_vars, entered, scope)
    if not suppressed:
        try:
            block(run, node.body, scope)
        finally:
            for payload in reversed(entered_objects):
                payload.leave(run)
        return
    handler = ast.ExceptHandler(None, None, [])
    fake = ast.Try(node.body, [handler], [], [])
    fake.start, fake.end = node.start, node.end  # type: ignore[attr-defined]
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


def return_(run: Run, node: ast.Return, scope: Scope) -> None:
    """``return``."""
    value = evaluate(run, node.value, scope) if node.value is not None else Known(None)
    if scope.conditions and value.trail is not None:
        step = Step("returned here", scope.span(node))
        trail = run.trail(step, value, *reversed(scope.conditions))
        value = Unknown(value.reason, trail) if isinstance(value, Unknown) else Known(value.value, trail)
    raise Returned(value)


def pass_(run: Run, node: ast.stmt, scope: Scope) -> None:
    """Do nothing."""


def break_(run: Run, node: ast.stmt, scope: Scope) -> None:
    """``break``."""
    raise Broke


def continue_(run: Run, node: ast.stmt, scope: Scope) -> None:
    """``continue``."""
    raise Continued


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
        value = registry.decorate(run, function, value, scope.span(decorator))
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
    result = registry.finish_class(run, made, result, scope.span(node).first_line())
    for decorator in reversed(node.decorator_list):
        result = registry.decorate(run, evaluate(run, decorator, scope), result, scope.span(decorator))
    run.journal.touch(scope.names)
    scope.names.names[node.name] = result


def match(run: Run, node: ast.Match, scope: Scope) -> None:
    """``match``."""
    subject = evaluate(run, node.subject, scope)

    def from_case(index: int) -> None:
        if index == len(node.cases):
            return
        case = node.cases[index]
        verdict = patterns.matched(run, case.pattern, subject, scope)
        if verdict and case.guard is not None:
            verdict = operations.truth(evaluate(run, case.guard, scope))
        if verdict is None:
            run.fork(
                lambda: block(run, case.body, scope), lambda: from_case(index + 1), condition_unknown(subject)
            )
        elif verdict:
            block(run, case.body, scope)
        else:
            from_case(index + 1)

    from_case(0)


_KINDS: dict[type, Callable[..., None]] = {
    ast.Expr: expression,
    ast.Assign: assign,
    ast.AnnAssign: annotated,
    ast.AugAssign: augmented,
    ast.Delete: delete,
    ast.If: branch,
    ast.For: loop,
    ast.While: repeat,
    ast.Try: attempt,
    ast.With: with_,
    ast.Raise: raise_,
    ast.Assert: assert_,
    ast.Return: return_,
    ast.Pass: pass_,
    ast.Break: break_,
    ast.Continue: continue_,
    ast.Global: global_,
    ast.Nonlocal: nonlocal_,
    ast.FunctionDef: define,
    ast.AsyncFunctionDef: async_define,
    ast.ClassDef: class_,
    ast.Match: match,
    ast.Import: lambda run, node, scope: imports.import_(run, node, scope),
    ast.ImportFrom: lambda run, node, scope: imports.import_from(run, node, scope),
}
