"""Python's built-in functions over iterables."""

from __future__ import annotations

from typing import Any

from confguard.model.django import arithmetic, iteration, members, operations
from confguard.model.django.library import registry
from confguard.model.django.machine import Run
from confguard.model.django.objects import (
    Call,
    DictObject,
    ListObject,
    NativeObject,
    TupleObject,
    V,
)
from confguard.model.django.operations import NotPlain, plain
from confguard.model.value import Known, Unknown

ERRORS = (TypeError, ValueError, OverflowError, ZeroDivisionError)


def _sequence(kind: str) -> registry.Function:
    def apply(run: Run, call: Call) -> V:
        if not call.args:
            return Known(run.new_list([]) if kind == "list" else TupleObject(()), call.trail)
        walk = iteration.iterate(run, call.args[0], call.span)
        trail = run.trail(call.step(f"{kind}()"), call.args[0])
        if not walk.ordered and len(walk.items) > 1:
            return Unknown("has an order that is not known", trail)
        if isinstance(call.args[0], Unknown) or (not walk.complete and not walk.ordered):
            return Unknown(
                call.args[0].reason if isinstance(call.args[0], Unknown) else "is only partly known", trail
            )
        made = (
            run.new_list(walk.items, walk.complete)
            if kind == "list"
            else TupleObject(tuple(walk.items), walk.complete)
        )
        return Known(made, trail)

    return apply


def _set(kind: str) -> registry.Function:
    def apply(run: Run, call: Call) -> V:
        trail = run.trail(call.step(f"{kind}()"), *call.args)
        if not call.args:
            return Known(run.new_dict(kind=kind), trail)
        walk = iteration.iterate(run, call.args[0], call.span)
        return iteration.make_set(run, walk.items, walk.complete, call.span, trail, kind)

    return apply


def _dict(run: Run, call: Call) -> V:
    made = run.new_dict()
    for arg in call.args[:1]:
        if isinstance(arg, Known) and isinstance(
            arg.value, ListObject | TupleObject | DictObject | NativeObject
        ):
            members.update(run, made, arg, call.span)
        else:
            members.update(run, made, arg, call.span)
    if not call.complete:
        members.spoil(made, Unknown("may be replaced by arguments that are not known", call.trail))
    for key, value in call.keywords.items():
        members.put(run, made, Known(key, call.trail), value, call.span)
    made.complete = made.complete and call.complete
    return Known(made, run.trail(call.step("dict()"), *call.args))


def _range(run: Run, call: Call) -> V:
    try:
        return Known(range(*(plain(arg) for arg in call.args)), call.trail)
    except NotPlain as error:
        return Unknown(error.unknown.reason, call.trail)
    except ERRORS as error:
        raise run.throw(type(error).__name__, str(error), call.span) from None


def _sorted(run: Run, call: Call) -> V:
    walk = iteration.iterate(run, call.args[0], call.span)
    trail = run.trail(call.step("sorted()"), call.args[0])
    key, reverse = call.keywords.get("key", Known(None)), call.keywords.get("reverse", Known(False))
    if not walk.complete:
        return Unknown("not all of its items are known", trail)
    pairs = []
    for item in walk.items:
        made = (
            item
            if isinstance(key, Known) and key.value is None
            else registry.call_known(run, key, [item], call.span)
        )
        try:
            pairs.append((plain(made), item))
        except NotPlain as error:
            return Unknown(error.unknown.reason, trail)
    if not walk.ordered and isinstance(key, Known) and key.value is not None:
        return Unknown("has an order that is not known", trail)
    try:
        pairs.sort(key=lambda pair: pair[0], reverse=bool(plain(reverse)))
    except NotPlain as error:
        return Unknown(error.unknown.reason, trail)
    except TypeError as error:
        raise run.throw("TypeError", str(error), call.span, trail) from None
    return Known(run.new_list([item for _, item in pairs]), trail)


def _extreme(function: Any) -> registry.Function:
    def apply(run: Run, call: Call) -> V:
        trail = run.trail(call.step(f"{function.__name__}()"), *call.args)
        items = call.args
        if len(call.args) == 1:
            walk = iteration.iterate(run, call.args[0], call.span)
            if not walk.complete:
                return Unknown("not all of its items are known", trail)
            items = walk.items
        if "key" in call.keywords:
            return Unknown("is computed in a way that is not followed", trail)
        if not items and "default" in call.keywords:
            return call.keywords["default"]
        try:
            values = [plain(item) for item in items]
            return items[values.index(function(values))]
        except NotPlain as error:
            return Unknown(error.unknown.reason, trail)
        except ERRORS as error:
            raise run.throw(type(error).__name__, str(error), call.span, trail) from None

    return apply


def _any_all(wanted: bool) -> registry.Function:
    def apply(run: Run, call: Call) -> V:
        walk = iteration.iterate(run, call.args[0], call.span)
        trail = run.trail(call.step("any()" if wanted else "all()"), call.args[0], *walk.items[:6])
        verdicts = [operations.truth(item) for item in walk.items]
        if wanted in verdicts:
            return Known(wanted, trail)
        if None in verdicts or not walk.complete:
            return Unknown("not all of its items are known", trail)
        return Known(not wanted, trail)

    return apply


def _sum(run: Run, call: Call) -> V:
    walk = iteration.iterate(run, call.args[0], call.span)
    total: V = call.get(1, "start", Known(0)) or Known(0)
    if not walk.complete or not walk.ordered:
        return Unknown("not all of its items are known", call.trail)
    for item in walk.items:
        total = arithmetic.binary(run, "+", total, item, call.span)
    return total


def _enumerate(run: Run, call: Call) -> V:
    walk = iteration.iterate(run, call.args[0], call.span)
    start = call.get(1, "start", Known(0))
    if not walk.ordered or not isinstance(start, Known) or not isinstance(start.value, int):
        return Unknown("has an order that is not known", call.trail)
    pairs = [Known(TupleObject((Known(start.value + index), item))) for index, item in enumerate(walk.items)]
    return Known(run.new_list(pairs, walk.complete), call.trail)


def _zip(run: Run, call: Call) -> V:
    walks = [iteration.iterate(run, arg, call.span) for arg in call.args]
    if not all(walk.ordered and walk.complete for walk in walks):
        return Unknown("not all of its items are known", call.trail)
    rows = [Known(TupleObject(tuple(row))) for row in zip(*(walk.items for walk in walks), strict=False)]
    return Known(run.new_list(rows), call.trail)


def _map(run: Run, call: Call) -> V:
    walks = [iteration.iterate(run, arg, call.span) for arg in call.args[1:]]
    trail = run.trail(call.step("map()"), *call.args[1:])
    ordered = all(walk.ordered for walk in walks)
    items = [
        registry.call_known(run, call.args[0], list(row), call.span)
        for row in zip(*(walk.items for walk in walks), strict=False)
    ]
    complete = all(walk.complete for walk in walks)
    if not ordered and len(items) > 1:
        return iteration.make_set(run, items, complete, call.span, trail)
    return Known(run.new_list(items, complete), trail)


def _filter(run: Run, call: Call) -> V:
    function, source = call.args[0], call.args[1]
    walk = iteration.iterate(run, source, call.span)
    trail = run.trail(call.step("filter()"), source)
    kept: list[V] = []
    for item in walk.items:
        plainly = isinstance(function, Known) and function.value is None
        verdict = operations.truth(item if plainly else registry.call_known(run, function, [item], call.span))
        if verdict is None:
            return Unknown("not all of its items are known", trail)
        if verdict:
            kept.append(item)
    if not walk.ordered and len(kept) > 1:
        return Unknown("has an order that is not known", trail)
    return Known(run.new_list(kept, walk.complete), trail)


def _reversed(run: Run, call: Call) -> V:
    walk = iteration.iterate(run, call.args[0], call.span)
    if not walk.complete or not walk.ordered:
        return Unknown("not all of its items are known", call.trail)
    return Known(run.new_list(walk.items[::-1]), run.trail(call.step("reversed()"), call.args[0]))


def _next(run: Run, call: Call) -> V:
    walk = iteration.iterate(run, call.args[0], call.span)
    if walk.items and walk.ordered:
        return walk.items[0]
    if walk.complete and not walk.items:
        if len(call.args) > 1:
            return call.args[1]
        raise run.throw("StopIteration", "", call.span)
    return Unknown("not all of its items are known", call.trail)


def _from_keys(run: Run, call: Call) -> V:
    walk = iteration.iterate(run, call.args[0], call.span)
    made = run.new_dict()
    value = call.args[1] if len(call.args) > 1 else Known(None, call.trail)
    for item in walk.items:
        members.put(run, made, item, value, call.span)
    made.complete = made.complete and walk.complete
    return Known(made, run.trail(call.step("dict.fromkeys()"), *call.args))


FUNCTIONS: dict[str, registry.Function] = {
    "builtins.dict.fromkeys": _from_keys,
    "builtins.list": _sequence("list"),
    "builtins.tuple": _sequence("tuple"),
    "builtins.set": _set("set"),
    "builtins.frozenset": _set("frozenset"),
    "builtins.dict": _dict,
    "builtins.range": _range,
    "builtins.sorted": _sorted,
    "builtins.min": _extreme(min),
    "builtins.max": _extreme(max),
    "builtins.any": _any_all(True),
    "builtins.all": _any_all(False),
    "builtins.sum": _sum,
    "builtins.enumerate": _enumerate,
    "builtins.zip": _zip,
    "builtins.map": _map,
    "builtins.filter": _filter,
    "builtins.reversed": _reversed,
    "builtins.iter": lambda run, call: call.args[0],
    "builtins.next": _next,
}
