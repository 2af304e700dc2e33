"""``and``, ``or``, ``a if b else c`` and comparisons, of which the outcome may be unknown."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from confguard.model.django import equality, operations, own_operators
from confguard.model.django.machine import Run
from confguard.model.django.objects import (
    External,
    Scope,
    V,
)
from confguard.model.value import Known, Step, Unknown

_COMPARE: dict[type, str] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Is: "is",
    ast.IsNot: "is not",
    ast.In: "in",
    ast.NotIn: "not in",
}


def boolean(run: Run, node: ast.BoolOp, scope: Scope) -> V:
    """``a and b``, ``a or b``."""
    is_and = isinstance(node.op, ast.And)
    return _boolean(run, node.values, is_and, scope)


def _boolean(run: Run, nodes: list[ast.expr], is_and: bool, scope: Scope) -> V:
    from confguard.model.django.expressions import evaluate

    seen: list[V] = []
    for index, part in enumerate(nodes):
        value = evaluate(run, part, scope)
        if index == len(nodes) - 1:
            return _noted(run, value, seen)
        verdict = operations.truth(value)
        if verdict is None:
            rest = _forked(run, lambda i=index: _boolean(run, nodes[i + 1 :], is_and, scope), value)  # type: ignore[misc]
            return _either(run, is_and, value, rest)
        if verdict is not is_and:
            return _noted(run, value, seen)
        seen.append(value)
    raise AssertionError("a boolean operation has operands")


def _either(run: Run, is_and: bool, value: V, rest: V | None) -> V:
    """Return ``value and rest`` or ``value or rest`` where the truth of value is not known."""
    unknown = (
        value
        if isinstance(value, Unknown)
        else Unknown("depends on something that is not known", value.trail)
    )
    if rest is None:
        return unknown
    # Whatever the first is: "x and False" is false, "x or True" is true, but not which false thing.
    return (
        run.journal.join(value, rest, unknown)
        if isinstance(value, Known)
        else Unknown(unknown.reason, unknown.trail)
    )


def _noted(run: Run, value: V, seen: list[V]) -> V:
    """Return a value with the conditions that chose it in its trail."""
    if not seen:
        return value
    trail = run.trail(value.trail[0], None) if value.trail else ()
    rest = (*value.trail[1:], *(step for other in seen for step in other.trail))
    whole = (*trail, *rest)[:24]
    return Unknown(value.reason, whole) if isinstance(value, Unknown) else Known(value.value, whole)


def _forked(run: Run, way: Callable[[], V], condition: V) -> V | None:
    """Evaluate what may not be reached, join its effects with nothing having happened; None if it left."""
    out: list[V] = []
    unknown = _condition_unknown(condition)
    run.fork(lambda: out.append(way()), lambda: None, unknown)
    return out[0] if out else None


def _condition_unknown(condition: V) -> Unknown:
    if isinstance(condition, Unknown):
        return Unknown(condition.reason, condition.trail)
    return Unknown("depends on something that is not known", condition.trail)


def conditional(run: Run, node: ast.IfExp, scope: Scope) -> V:
    """``a if b else c``."""
    from confguard.model.django.expressions import evaluate

    condition = evaluate(run, node.test, scope)
    verdict = operations.asked(run, condition, scope.span(node.test))
    if verdict is not None:
        scope.conditions.append(condition)
        try:
            value = evaluate(run, node.body if verdict else node.orelse, scope)
        finally:
            scope.conditions.pop()
        return _noted(run, value, [condition])
    values: list[V] = []
    unknown = _condition_unknown(condition)
    run.fork(
        lambda: values.append(evaluate(run, node.body, scope)),
        lambda: values.append(evaluate(run, node.orelse, scope)),
        unknown,
    )
    if len(values) == 2:
        return run.journal.join(values[0], values[1], unknown)
    return values[0] if values else unknown


def compare(run: Run, node: ast.Compare, scope: Scope) -> V:
    """``a < b``, ``a in b`` and the like."""
    from confguard.model.django.expressions import evaluate

    left = evaluate(run, node.left, scope)
    result: V = Known(True)
    for op, right_node in zip(node.ops, node.comparators, strict=True):
        right = evaluate(run, right_node, scope)
        verdict = _verdict(run, _COMPARE[type(op)], left, right, scope.span(node), scope)
        trail = run.trail(Step(f"compared with {_COMPARE[type(op)]}", scope.span(node)), left, right)
        if verdict is None:
            run.may_raise("TypeError", scope.span(node))
            unknown = next((side for side in (left, right) if isinstance(side, Unknown)), None)
            return Unknown(unknown.reason if unknown else "compares with something that is not known", trail)
        result = Known(verdict, trail)
        if not verdict:
            return result
        left = right
    return result


def _verdict(run: Run, sign: str, left: V, right: V, span: Any, scope: Scope) -> bool | None:
    if sign in ("in", "not in"):
        found = own_operators.contains_method(run, left, right, span, scope)
        if found is None:
            found = equality.contains(run, left, right, span)
        return found if found is None or sign == "in" else not found
    if sign in ("==", "!="):
        same = equality.equal(left, right)
        return same if same is None or sign == "==" else not same
    if sign in ("is", "is not"):
        same = _identical(left, right)
        return same if same is None or sign == "is" else not same
    return operations.ordered(run, sign, left, right, span)


def _identical(left: V, right: V) -> bool | None:
    for one, other in ((left, right), (right, left)):
        if isinstance(one, Known) and (
            one.value is None or one.value is True or one.value is False or one.value is ...
        ):
            if isinstance(other, Unknown):
                return None
            if isinstance(other.value, External):
                return None
            return other.value is one.value
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        return None
    if isinstance(left.value, External) or isinstance(right.value, External):
        return True if left.value == right.value else None
    if left.value is right.value:
        return True
    # An object that the evaluator itself holds once is no other.
    return False if getattr(left.value, "single", False) or getattr(right.value, "single", False) else None
