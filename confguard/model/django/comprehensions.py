"""Comprehensions and generators."""

from __future__ import annotations

import ast
from typing import Any

from confguard.model.django import assigning, iteration, members, operations
from confguard.model.django.machine import MAX_ITEMS, Frame, Run
from confguard.model.django.objects import (
    LimitReached,
    ListObject,
    Namespace,
    Scope,
    V,
)
from confguard.model.value import Known, Step, Unknown


def yield_(run: Run, node: ast.Yield | ast.YieldFrom, scope: Scope) -> V:
    """``yield a`` and ``yield from b``: a generator is run to its end at once."""
    from confguard.model.django.expressions import evaluate

    value = evaluate(run, node.value, scope) if node.value is not None else Known(None)
    current: Scope | None = scope
    while current is not None and current.kind != "function":
        current = current.parent
    kept = current.names.names.get(".yielded") if current is not None else None
    made = kept.value if isinstance(kept, Known) else None
    if not isinstance(made, ListObject):
        return Unknown("is yielded outside of a function")
    run.journal.touch(made)
    if isinstance(node, ast.YieldFrom):
        walk = iteration.iterate(run, value, scope.span(node))
        made.items.extend(walk.items if made.complete else ())
        made.complete = made.complete and walk.complete
    elif made.complete:
        made.items.append(value)
    return Known(None)


def comprehension(run: Run, node: Any, scope: Scope) -> V:
    """``[a for b in c if d]`` and its kin."""
    from confguard.model.django.expressions import evaluate

    inner = Scope(
        scope.module,
        Namespace(run.journal.serial),
        scope,
        "comprehension",
        owner=scope.owner,
        receiver=scope.receiver,
    )
    out: list[tuple[V, V]] = []
    state = {"complete": True, "ordered": True}
    trail = [Step("collected", scope.span(node))]

    def add() -> None:
        if isinstance(node, ast.DictComp):
            key = evaluate(run, node.key, inner)
            out.append((key, evaluate(run, node.value, inner)))
        else:
            value = evaluate(run, node.elt, inner)
            out.append((value, value))
        if len(out) > MAX_ITEMS:
            raise LimitReached

    def turn(index: int) -> None:
        if index == len(node.generators):
            add()
            return
        part = node.generators[index]
        source = evaluate(run, part.iter, scope if index == 0 else inner)
        found = iteration.iterate(run, source, scope.span(part.iter))
        if index == 0:
            trail.extend(source.trail[:12])
        state["complete"] = state["complete"] and found.complete
        state["ordered"] = state["ordered"] and found.ordered
        for item in found.items:
            assigning.assign(run, part.target, item, inner)
            verdict = _tests(run, part.ifs, inner)
            if verdict is None:
                state["complete"] = False
                if not isinstance(node, ast.DictComp):
                    state["ordered"] = False
            elif verdict:
                turn(index + 1)

    run.within(Frame("comprehension"), lambda: turn(0), Unknown("cannot be known"))
    return _collection(run, node, out, state, tuple(trail), scope)


def _tests(run: Run, tests: list[ast.expr], scope: Scope) -> bool | None:
    from confguard.model.django.expressions import evaluate

    for test in tests:
        verdict = operations.truth(evaluate(run, test, scope))
        if not verdict:
            return verdict
    return True


def _collection(
    run: Run, node: Any, out: list[tuple[V, V]], state: dict[str, bool], trail: Any, scope: Scope
) -> V:
    span = scope.span(node)
    if isinstance(node, ast.DictComp):
        made = run.new_dict()
        for key, value in out:
            members.put(run, made, key, value, span)
        made.complete = made.complete and state["complete"]
        return Known(made, trail)
    items = [value for value, _ in out]
    if isinstance(node, ast.SetComp):
        return iteration.make_set(run, items, state["complete"], span, trail)
    if not state["ordered"] and len(items) > 1:
        return Unknown("has an order that is not known", trail)
    if not state["complete"] and not state["ordered"]:
        items = []
    return Known(run.new_list(items, state["complete"]), trail)
