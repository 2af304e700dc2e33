"""Running statements."""

from __future__ import annotations

import ast
from collections.abc import Callable
from functools import cache

from confguard.model.django import calls, imports, installed_modules, operations, patterns
from confguard.model.django.expressions import evaluate
from confguard.model.django.machine import Fail, Run
from confguard.model.django.objects import (
    Broke,
    Continued,
    LimitReached,
    Raised,
    Returned,
    Scope,
    V,
)
from confguard.model.value import Known, Step, Unknown
from confguard.source import Problem

_MAX_FAILURES = 100
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
        place = run.place_of(signal.error.span or scope.span(node))
        if installed_modules.is_gap(run, signal, scope.source.path):
            scope.names.complete = False
        elif len(run.failures) < _MAX_FAILURES:
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
    kind = _kinds().get(type(node))
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


@cache
def _kinds() -> dict[type, Callable[..., None]]:
    """Return what runs each kind of node; made late, for those modules need this one."""
    from confguard.model.django.assignments import annotated, assign, augmented, delete
    from confguard.model.django.definitions import async_define, class_, define, global_, nonlocal_
    from confguard.model.django.exceptions import assert_, attempt, raise_, with_
    from confguard.model.django.loops import loop, repeat

    return {
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
