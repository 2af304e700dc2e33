"""Methods of dicts and sets."""

from __future__ import annotations

from collections.abc import Callable

from confguard.model.django import arithmetic, equality, iteration, members, operations
from confguard.model.django.list_methods import clear, copy
from confguard.model.django.machine import Run
from confguard.model.django.objects import Call, DictObject, TupleObject, V
from confguard.model.django.operations import NotPlain
from confguard.model.value import Known, Unknown
from confguard.source import Span


def _dict(value: V) -> DictObject:
    assert isinstance(value, Known)
    payload: DictObject = value.value
    return payload


def _get(run: Run, value: V, call: Call) -> V:
    target = _dict(value)
    default = call.get(1, "default", Known(None))
    assert default is not None
    try:
        key = operations.hashable(run, call.args[0], call.span)
    except NotPlain as error:
        return Unknown(error.unknown.reason, run.trail(call.step("get()"), value))
    pair = target.entries.get(key)
    if pair is not None and key not in target.maybe:
        return pair[1]
    if pair is None and target.complete:
        return default
    return Unknown("it is not known whether it is there", run.trail(call.step("get()"), value))


def _setdefault(run: Run, value: V, call: Call) -> V:
    from confguard.model.django.methods import Native_absent

    target = _dict(value)
    default = call.get(1, "default", Known(None))
    assert default is not None
    found = _get(run, value, Call([call.args[0], Native_absent], {}, call.span))
    if found is Native_absent:
        members.put(run, target, call.args[0], default, call.span)
        return default
    if isinstance(found, Unknown):
        run.journal.touch(target)
        try:
            key = operations.hashable(run, call.args[0], call.span)
        except NotPlain as error:
            members.spoil(target, error.unknown)
            return found
        if key not in target.entries or key in target.maybe:
            target.entries[key] = (call.args[0], found)
            target.maybe -= {key}
    return found


def _dict_pop(run: Run, value: V, call: Call) -> V:
    from confguard.model.django.methods import Native_absent

    target = _dict(value)
    found = _get(run, value, Call([call.args[0], Native_absent], {}, call.span))
    run.journal.touch(target)
    if found is Native_absent:
        if len(call.args) > 1:
            return call.args[1]
        raise run.throw("KeyError", str(operations.plain(call.args[0])), call.span, value.trail)
    try:
        key = operations.hashable(run, call.args[0], call.span)
    except NotPlain as error:
        members.spoil(target, error.unknown)
        return found
    if target.complete or key in target.entries:
        target.entries.pop(key, None)
        target.maybe -= {key}
    return found


def _dict_popitem(run: Run, value: V, call: Call) -> V:
    target = _dict(value)
    run.journal.touch(target)
    if not target.complete or target.maybe:
        members.spoil(target, Unknown("an entry is taken out of it"))
        return Unknown("not all of its entries are known", call.trail)
    if not target.entries:
        raise run.throw("KeyError", "popitem(): dictionary is empty", call.span, value.trail)
    return Known(TupleObject(target.entries.pop(list(target.entries)[-1])), call.trail)


def _dict_update(run: Run, value: V, call: Call) -> V:
    target = _dict(value)
    for arg in call.args:
        members.update(run, target, arg, call.span)
    for key, item in call.keywords.items():
        members.put(run, target, Known(key, call.trail), item, call.span)
    if not call.complete:
        run.journal.touch(target)
        members.spoil(target, Unknown("is updated with something that is not known"))
    return Known(None)


def _view(pick: Callable[[tuple[V, V]], V]) -> Callable[[Run, V, Call], V]:
    def view(run: Run, value: V, call: Call) -> V:
        target = _dict(value)
        complete = target.complete and not target.maybe
        # The order of what an incomplete dict holds is not known either.
        items = [pick(pair) for pair in target.entries.values()] if complete else []
        return Known(run.new_list(items, complete), value.trail)

    return view


def _union(run: Run, value: V, call: Call) -> V:
    made = copy(run, value, call)
    _set_update(run, made, call)
    return made


def _set_update(run: Run, value: V, call: Call) -> V:
    target = _dict(value)
    run.journal.touch(target)
    for arg in call.args:
        walk = iteration.iterate(run, arg, call.span)
        target.complete = target.complete and walk.complete
        for item in walk.items:
            _put_item(run, target, item, call.span)
    return Known(None)


def _put_item(run: Run, target: DictObject, item: V, span: Span) -> None:
    try:
        key = operations.hashable(run, item, span)
    except NotPlain:
        target.complete = False
        return
    target.entries.setdefault(key, (item, item))
    target.maybe -= {key}


def _set_add(run: Run, value: V, call: Call) -> V:
    target = _dict(value)
    run.journal.touch(target)
    _put_item(run, target, call.args[0], call.span)
    return Known(None)


def _discard(run: Run, value: V, call: Call) -> V:
    target = _dict(value)
    run.journal.touch(target)
    try:
        key = operations.hashable(run, call.args[0], call.span)
    except NotPlain:
        target.maybe = frozenset(target.entries)
        return Known(None)
    if key in target.entries:
        del target.entries[key]
        target.maybe -= {key}
    elif not target.complete:
        return Known(None)
    return Known(None)


def _set_remove(run: Run, value: V, call: Call) -> V:
    verdict = equality.contains(run, call.args[0], value, call.span)
    if verdict is False:
        raise run.throw("KeyError", "", call.span, value.trail)
    if verdict is None:
        run.may_raise("KeyError", call.span)
    return _discard(run, value, call)


def _set_operator(sign: str) -> Callable[[Run, V, Call], V]:
    def apply(run: Run, value: V, call: Call) -> V:
        result = value
        for arg in call.args:
            walk = iteration.iterate(run, arg, call.span)
            other = iteration.make_set(
                run, walk.items, walk.complete, call.span, arg.trail, _dict(value).kind
            )
            result = arithmetic.binary(run, sign, result, other, call.span)
        return result

    return apply


def _subset(reverse: bool) -> Callable[[Run, V, Call], V]:
    def apply(run: Run, value: V, call: Call) -> V:
        inner, outer = (call.args[0], value) if reverse else (value, call.args[0])
        walk = iteration.iterate(run, inner, call.span)
        verdicts = [equality.contains(run, item, outer, call.span) for item in walk.items]
        trail = run.trail(call.step("compared"), value, call.args[0])
        if False in verdicts:
            return Known(False, trail)
        if None in verdicts or not walk.complete:
            return Unknown("not all of its items are known", trail)
        return Known(True, trail)

    return apply


DICT: dict[str, Callable[[Run, V, Call], V]] = {
    "get": _get,
    "setdefault": _setdefault,
    "pop": _dict_pop,
    "popitem": _dict_popitem,
    "update": _dict_update,
    "keys": _view(lambda pair: pair[0]),
    "values": _view(lambda pair: pair[1]),
    "items": _view(lambda pair: Known(TupleObject(pair))),
    "copy": copy,
    "clear": clear,
}


SET: dict[str, Callable[[Run, V, Call], V]] = {
    "add": _set_add,
    "update": _set_update,
    "union": _union,
    "discard": _discard,
    "remove": _set_remove,
    "copy": copy,
    "clear": clear,
    "intersection": _set_operator("&"),
    "difference": _set_operator("-"),
    "symmetric_difference": _set_operator("^"),
    "issubset": _subset(False),
    "issuperset": _subset(True),
}
