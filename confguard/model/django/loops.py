"""``for`` and ``while``, of which the number of turns may be unknown."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from confguard.model.django import assigning, iteration, operations
from confguard.model.django.expressions import evaluate
from confguard.model.django.machine import MAX_ITEMS, Frame, Outcome, Run
from confguard.model.django.objects import (
    Broke,
    Continued,
    DictObject,
    LimitReached,
    ListObject,
    Namespace,
    Scope,
)
from confguard.model.value import Unknown

_MAX_TURNS = 2_000


_MAX_DOUBTFUL_TURNS = 16
"""Turns that are followed one by one of a loop that may have ended before each of them."""


def loop(run: Run, node: ast.For, scope: Scope) -> None:
    """``for``."""
    from confguard.model.django.statements import block

    source = evaluate(run, node.iter, scope)
    walk = iteration.iterate(run, source, scope.span(node.iter))
    unknown = Unknown("depends on how often a loop runs", source.trail)
    known = walk.complete and (walk.ordered or len(walk.items) < 2)
    if len(walk.items) > MAX_ITEMS:
        raise LimitReached

    def turns() -> None:
        for item in walk.items if walk.ordered or walk.complete else ():
            assigning.assign(run, node.target, item, scope)
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
    from confguard.model.django.statements import block

    def once() -> None:
        if isinstance(node, ast.For):
            assigning.assign(run, node.target, unknown, scope)
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
    from confguard.model.django.statements import block, condition_unknown

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
