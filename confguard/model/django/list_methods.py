"""Methods of lists and tuples."""

from __future__ import annotations

from collections.abc import Callable

from confguard.model.django import equality, iteration
from confguard.model.django.library import registry
from confguard.model.django.machine import MAX_ITEMS, Run
from confguard.model.django.objects import Call, ListObject, V
from confguard.model.value import Known, Unknown


def _list(value: V) -> ListObject:
    assert isinstance(value, Known)
    payload: ListObject = value.value
    return payload


def _append(run: Run, value: V, call: Call) -> V:
    target = _list(value)
    run.journal.touch(target)
    if target.complete and len(target.items) < MAX_ITEMS:
        target.items.append(
            call.args[0] if call.args else Unknown("is called with arguments that are not known")
        )
    return Known(None)


def _extend(run: Run, value: V, call: Call) -> V:
    target = _list(value)
    walk = iteration.iterate(run, call.args[0], call.span)
    run.journal.touch(target)
    if target.complete:
        if walk.ordered or len(walk.items) < 2:
            target.items.extend(walk.items)
            target.complete = walk.complete and len(target.items) < MAX_ITEMS
        else:
            target.complete = False
    return Known(None)


def _insert(run: Run, value: V, call: Call) -> V:
    target = _list(value)
    run.journal.touch(target)
    index = call.args[0]
    if (
        isinstance(index, Known)
        and isinstance(index.value, int)
        and (target.complete or 0 <= index.value < len(target.items))
    ):
        target.items.insert(index.value, call.args[1])
    else:
        _forget(target)
    return Known(None)


def _forget(target: ListObject) -> None:
    target.items = []
    target.complete = False


def _remove(run: Run, value: V, call: Call) -> V:
    target = _list(value)
    run.journal.touch(target)
    for index, item in enumerate(target.items):
        verdict = equality.equal(item, call.args[0])
        if verdict is None:
            run.may_raise("ValueError", call.span)
            _forget(target)
            return Known(None)
        if verdict:
            del target.items[index]
            return Known(None)
    if target.complete:
        raise run.throw("ValueError", "list.remove(x): x not in list", call.span, value.trail)
    run.may_raise("ValueError", call.span)
    return Known(None)


def _pop(run: Run, value: V, call: Call) -> V:
    target = _list(value)
    run.journal.touch(target)
    index = call.args[0] if call.args else Known(-1)
    if isinstance(index, Known) and isinstance(index.value, int) and target.complete:
        try:
            return target.items.pop(index.value)
        except IndexError as error:
            raise run.throw("IndexError", str(error), call.span, value.trail) from None
    _forget(target)
    run.may_raise("IndexError", call.span)
    return Unknown("not all of its items are known", value.trail)


def _index(run: Run, value: V, call: Call) -> V:
    assert isinstance(value, Known)
    for index, item in enumerate(value.value.items):
        verdict = equality.equal(item, call.args[0])
        if verdict is None:
            break
        if verdict:
            return (
                Known(index, run.trail(call.step("index()"), item))
                if len(call.args) == 1
                else Unknown("is not followed")
            )
    else:
        if value.value.complete:
            message = (
                "list.index(x): x not in list"
                if isinstance(value.value, ListObject)
                else "tuple.index(x): x not in tuple"
            )
            raise run.throw("ValueError", message, call.span, value.trail)
    run.may_raise("ValueError", call.span)
    return Unknown("not all of its items are known", value.trail)


def _count(run: Run, value: V, call: Call) -> V:
    assert isinstance(value, Known)
    verdicts = [equality.equal(item, call.args[0]) for item in value.value.items]
    if None in verdicts or not value.value.complete:
        return Unknown("not all of its items are known", value.trail)
    return Known(verdicts.count(True), value.trail)


def _reverse(run: Run, value: V, call: Call) -> V:
    target = _list(value)
    run.journal.touch(target)
    if target.complete:
        target.items.reverse()
    else:
        _forget(target)
    return Known(None)


def _sort(run: Run, value: V, call: Call) -> V:
    target = _list(value)
    made = registry.call_known(run, registry.builtin("sorted"), [value], call.span, call.keywords)
    run.journal.touch(target)
    if isinstance(made, Known) and isinstance(made.value, ListObject):
        target.items, target.complete = made.value.items, made.value.complete
    else:
        _forget(target)
    return Known(None)


def clear(run: Run, value: V, call: Call) -> V:
    """Run ``clear()`` of a list, dict or set."""
    assert isinstance(value, Known)
    run.journal.touch(value.value)
    if isinstance(value.value, ListObject):
        value.value.items = []
    else:
        value.value.entries, value.value.maybe = {}, frozenset()
    value.value.complete = True
    return Known(None)


def copy(run: Run, value: V, call: Call) -> V:
    """Run ``copy()`` of a list, dict or set."""
    assert isinstance(value, Known)
    payload = value.value
    if isinstance(payload, ListObject):
        return Known(run.new_list(payload.items, payload.complete), value.trail)
    made = run.new_dict(kind=payload.kind)
    made.restore(payload.snapshot())
    return Known(made, value.trail)


LIST: dict[str, Callable[[Run, V, Call], V]] = {
    "append": _append,
    "extend": _extend,
    "insert": _insert,
    "remove": _remove,
    "pop": _pop,
    "index": _index,
    "count": _count,
    "reverse": _reverse,
    "sort": _sort,
    "clear": clear,
    "copy": copy,
}


TUPLE: dict[str, Callable[[Run, V, Call], V]] = {"index": _index, "count": _count}
