"""Functions over functions and iterables: functools, itertools, operator, importlib."""

from __future__ import annotations

import itertools

from confguard.model.django import arithmetic, iteration, members
from confguard.model.django.library import registry
from confguard.model.django.machine import MAX_ITEMS, Run
from confguard.model.django.objects import Call, ModuleObject, Native, TupleObject, V
from confguard.model.value import Known, Unknown


def _reduce(run: Run, call: Call) -> V:
    walk = iteration.iterate(run, call.args[1], call.span)
    items = [call.args[2], *walk.items] if len(call.args) > 2 else walk.items
    if not walk.complete or not walk.ordered:
        return Unknown("not all of its items are known", call.trail)
    if not items:
        message = "reduce() of empty iterable with no initial value"
        raise run.throw("TypeError", message, call.span)
    value = items[0]
    for item in items[1:]:
        value = registry.call_known(run, call.args[0], [value, item], call.span)
    return value


def _chained(run: Run, call: Call, parts: list[V], complete: bool = True) -> V:
    items: list[V] = []
    for part in parts:
        walk = iteration.iterate(run, part, call.span)
        complete = complete and walk.complete and walk.ordered
        if not complete:
            return Known(run.new_list(items, False), call.trail)
        items.extend(walk.items)
        if len(items) > MAX_ITEMS:
            return Unknown("has more items than are followed", call.trail)
    return Known(run.new_list(items), run.trail(call.step("chained"), *parts))


def _chain(run: Run, call: Call) -> V:
    return _chained(run, call, call.args, call.complete)


def _from_iterable(run: Run, call: Call) -> V:
    walk = iteration.iterate(run, call.args[0], call.span)
    return _chained(run, call, walk.items, walk.complete and walk.ordered)


def _product(run: Run, call: Call) -> V:
    walks = [iteration.iterate(run, part, call.span) for part in call.args]
    size = 1
    for walk in walks:
        size *= max(len(walk.items), 1)
    if call.keywords or size > MAX_ITEMS or not all(walk.complete and walk.ordered for walk in walks):
        return Unknown("comes from itertools.product, which is not followed", call.trail)
    rows = [Known(TupleObject(row)) for row in itertools.product(*(walk.items for walk in walks))]
    return Known(run.new_list(rows), call.trail)


def _itemgetter(run: Run, call: Call) -> V:
    keys = call.args

    def get(run: Run, inner: Call) -> V:
        found = [members.item(run, inner.args[0], key, inner.span, inner.scope) for key in keys]
        return found[0] if len(found) == 1 else Known(TupleObject(tuple(found)), inner.trail)

    return Known(Native("itemgetter", get), call.trail)


def _operator(sign: str) -> registry.Function:
    return lambda run, call: arithmetic.binary(run, sign, call.args[0], call.args[1], call.span)


def _import_module(run: Run, call: Call) -> V:
    from confguard.model.django import imports

    name = call.args[0]
    if not isinstance(name, Known) or not isinstance(name.value, str) or name.value.startswith("."):
        return Unknown("imports a module whose name is not known", call.trail)
    module = imports.load(run, name.value, call.span)
    if isinstance(module, ModuleObject):
        return Known(module, call.trail)
    run.may_raise("ModuleNotFoundError", call.span)
    return Unknown(f"comes from the package {name.value.partition('.')[0]}", call.trail)


def _expandvars(run: Run, call: Call) -> V:
    value = call.args[0]
    if isinstance(value, Known) and isinstance(value.value, str) and "$" not in value.value:
        return value
    return Unknown("is put together from variables", run.trail(call.step("expandvars()"), value))


FUNCTIONS: dict[str, registry.Function] = {
    "functools.reduce": _reduce,
    "itertools.chain": _chain,
    "itertools.chain.from_iterable": _from_iterable,
    "itertools.product": _product,
    "operator.itemgetter": _itemgetter,
    "operator.add": _operator("+"),
    "operator.or_": _operator("|"),
    "importlib.import_module": _import_module,
    "os.path.expandvars": _expandvars,
}
