"""Methods of Python's own types: text, bytes, numbers, lists, tuples, dicts, sets, dates."""

from __future__ import annotations

import datetime
import decimal
import re
from collections.abc import Callable
from typing import Any

from confguard.model.django import iteration, members, operations
from confguard.model.django.library import registry
from confguard.model.django.machine import MAX_ITEMS, MAX_TEXT, Run
from confguard.model.django.objects import Call, DictObject, ListObject, Native, Text, TupleObject, V
from confguard.model.django.operations import NotPlain, plain
from confguard.model.value import Known, Step, Unknown
from confguard.source import Span

_TEXT = frozenset(
    [
        "capitalize",
        "casefold",
        "center",
        "count",
        "encode",
        "endswith",
        "expandtabs",
        "find",
        "index",
        "isalnum",
        "isalpha",
        "isascii",
        "isdecimal",
        "isdigit",
        "isidentifier",
        "islower",
        "isnumeric",
        "isprintable",
        "isspace",
        "istitle",
        "isupper",
        "ljust",
        "lower",
        "lstrip",
        "partition",
        "removeprefix",
        "removesuffix",
        "replace",
        "rfind",
        "rindex",
        "rjust",
        "rpartition",
        "rsplit",
        "rstrip",
        "split",
        "splitlines",
        "startswith",
        "strip",
        "swapcase",
        "title",
        "upper",
        "zfill",
        "decode",
        "hex",
        "join",
        "format",
        "format_map",
    ]
)
_SAFE_ATTRIBUTES = {
    int: frozenset(["bit_length", "real", "imag", "numerator", "denominator", "is_integer"]),
    float: frozenset(["is_integer", "real", "imag"]),
    datetime.timedelta: frozenset(["days", "seconds", "microseconds", "total_seconds"]),
    datetime.datetime: frozenset(
        ["year", "month", "day", "hour", "minute", "second", "isoformat", "date", "strftime", "timestamp"]
    ),
    datetime.date: frozenset(["year", "month", "day", "isoformat", "strftime"]),
    decimal.Decimal: frozenset(),
    re.Pattern: frozenset({"pattern", "flags", "groups"}),
    range: frozenset({"start", "stop", "step"}),
}
_ERRORS = (
    TypeError,
    ValueError,
    IndexError,
    KeyError,
    AttributeError,
    UnicodeError,
    LookupError,
    OverflowError,
)


def find(run: Run, value: V, name: str, span: Span) -> V | None:
    """Return an attribute or bound method of a value of one of Python's types; None if it has none such."""
    assert isinstance(value, Known)
    payload = value.value
    if isinstance(payload, ListObject):
        return _native(_LIST, name, value)
    if isinstance(payload, DictObject):
        return _native(_DICT if payload.kind == "dict" else _SET, name, value)
    if isinstance(payload, TupleObject):
        if name in payload.names:
            return payload.items[payload.names.index(name)]
        return _native(_TUPLE, name, value)
    if isinstance(payload, str | bytes):
        if name not in _TEXT and hasattr(payload, name) and not name.startswith("_"):
            return Known(Native(name, lambda run, call: _unfollowed(run, name, value, call)), value.trail)
        if name in _TEXT and hasattr(payload, name):
            return Known(Native(name, lambda run, call: _text(run, name, value, call)), value.trail)
        return None
    if isinstance(payload, Text):
        return (
            Known(Native(name, lambda run, call: _partial(run, name, value, call)), value.trail)
            if name in _TEXT
            else None
        )
    return _attribute(run, value, payload, name, span)


def _attribute(run: Run, value: V, payload: Any, name: str, span: Span) -> V | None:
    if isinstance(payload, tuple) and name in getattr(payload, "_fields", ()):  # a result of urllib.parse
        return run.wrap(getattr(payload, name), run.trail(Step(f"its {name}", span), value))
    if isinstance(payload, tuple) and name in (
        "hostname",
        "port",
        "username",
        "password",
        "geturl",
        "_replace",
    ):
        return _of_url(run, value, payload, name, span)
    for kind, names in _SAFE_ATTRIBUTES.items():
        if isinstance(payload, kind):
            if name not in names:
                if hasattr(payload, name):
                    return Unknown(f"is made by {name}, which is not followed", value.trail)
                return None
            found = getattr(payload, name)
            if callable(found):
                return Known(Native(name, _applying(found, value)), value.trail)
            return Known(found, value.trail)
    return None if payload is None or not hasattr(payload, name) else Unknown("is not followed", value.trail)


def _applying(function: Callable[..., Any], value: V) -> Callable[[Run, Call], V]:
    return lambda run, call: _applied(run, function, value, call)


def _of_url(run: Run, value: V, payload: Any, name: str, span: Span) -> V | None:
    if name == "_replace":
        return Known(
            Native(name, lambda run, call: _applied(run, payload._replace, value, call)), value.trail
        )
    if name == "geturl":
        return Known(Native(name, lambda run, call: _applied(run, payload.geturl, value, call)), value.trail)
    try:
        return Known(getattr(payload, name), run.trail(Step(f"its {name}", span), value))
    except ValueError as error:
        raise run.throw("ValueError", str(error), span, value.trail) from None


def _native(table: dict[str, Callable[[Run, V, Call], V]], name: str, value: V) -> V | None:
    method = table.get(name)
    if method is None:
        return None
    return Known(Native(name, lambda run, call: method(run, value, call)), value.trail)


def _applied(run: Run, function: Callable[..., Any], value: V, call: Call) -> V:
    trail = run.trail(call.step("called here"), value, *call.args)
    try:
        args = [plain(arg) for arg in call.args]
        keywords = {key: plain(arg) for key, arg in call.keywords.items()}
    except NotPlain as error:
        run.may_raise("ValueError", call.span)
        return Unknown(error.unknown.reason, trail)
    if not call.complete:
        return Unknown("is called with arguments that are not known", trail)
    try:
        return run.wrap(function(*args, **keywords), trail)
    except _ERRORS as error:
        raise run.throw(type(error).__name__, str(error), call.span, trail) from None


def _unfollowed(run: Run, name: str, value: V, call: Call) -> V:
    """A method that is not modelled: its result is unknown, and what it was called on may have changed."""
    from confguard.model.django import calls

    calls.spoil(run, value, Unknown(f"is changed by {name}(), which is not followed"))
    return calls.unknown_call(run, call, Unknown(f"comes from {name}(), which is not followed"))


def _text(run: Run, name: str, value: V, call: Call) -> V:
    assert isinstance(value, Known)
    text = value.value
    if name == "join":
        return _join(run, value, call)
    if name in ("format", "format_map") and isinstance(text, str):
        return _format(run, name, value, call)
    trail = run.trail(call.step(f"{name}()"), value, *call.args)
    if operations.marked(text):
        return _marked(run, name, value, call, trail)
    try:
        args = [plain(arg) for arg in call.args]
        keywords = {key: plain(arg) for key, arg in call.keywords.items()}
    except NotPlain as error:
        run.may_raise("TypeError", call.span)
        return Unknown(error.unknown.reason, trail)
    if not call.complete or _too_long(name, text, args):
        return Unknown("is too large to be computed", trail)
    try:
        return run.wrap(getattr(text, name)(*args, **keywords), trail)
    except _ERRORS as error:
        raise run.throw(type(error).__name__, str(error), call.span, trail) from None


def _too_long(name: str, text: Any, args: list[Any]) -> bool:
    if name in ("center", "ljust", "rjust", "zfill", "expandtabs"):
        return any(isinstance(arg, int) and arg > MAX_TEXT for arg in args)
    if name == "replace" and len(args) >= 2 and isinstance(args[1], str | bytes):
        return (len(text) + 1) * max(len(args[1]), 1) > MAX_TEXT * 4
    return name in ("split", "rsplit", "splitlines") and len(text) > MAX_TEXT


def _marked(run: Run, name: str, value: V, call: Call, trail: Any) -> V:
    """A text with the unknown place of the project in it: only what does not depend on that place."""
    assert isinstance(value, Known)
    if name in ("rstrip", "removesuffix", "encode", "endswith"):
        try:
            args = [plain(arg) for arg in call.args]
        except NotPlain as error:
            return Unknown(error.unknown.reason, trail)
        tail = value.value.rpartition(operations.ROOT_MARK)[2]
        if name == "rstrip" or (args and isinstance(args[0], str) and len(args[0]) < len(tail)):
            result = getattr(value.value, name)(*args)
            return Known(result, trail)
    return Unknown("depends on where the project lies", trail)


def _join(run: Run, value: V, call: Call) -> V:
    assert isinstance(value, Known)
    argument = call.get(0, "iterable", Known(None))
    assert argument is not None
    walk = iteration.iterate(run, argument, call.span)
    trail = run.trail(call.step("joined"), argument, value)
    if not walk.ordered and len(walk.items) > 1:
        return Unknown("has an order that is not known", trail)
    parts: list[str | Unknown] = []
    for index, item in enumerate(walk.items):
        if index:
            parts.append(value.value)
        if isinstance(item, Known) and not isinstance(item.value, str | Text | bytes):
            if isinstance(item.value, int | float | type(None) | ListObject | DictObject | TupleObject):
                message = f"sequence item {index}: expected str instance, {type(item.value).__name__} found"
                raise run.throw("TypeError", message, call.span, trail)
            return Unknown("is joined from objects that are not followed", trail)
        if isinstance(value.value, bytes) or (isinstance(item, Known) and isinstance(item.value, bytes)):
            return _applied(run, value.value.join, value, call)
        parts.extend(operations.parts_of(item))
    if not walk.complete:
        parts.append(Unknown("not all of its parts are known", trail))
    return operations.make_text(parts, trail)


_FIELD = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")


def _format(run: Run, name: str, value: V, call: Call) -> V:
    assert isinstance(value, Known)
    trail = run.trail(call.step("format()"), value, *call.args, *call.keywords.values())
    parts: list[str | Unknown] = []
    if name == "format_map":
        mapping = call.args[0].value if isinstance(call.args[0], Known) else None
        if not isinstance(mapping, DictObject) or not mapping.complete or mapping.maybe:
            return Unknown("is formatted with what is not known", trail)
        named = {key: item for key, (_, item) in mapping.entries.items() if isinstance(key, str)}
        call = Call([], named, call.span)
    position = counter = 0
    for match in _FIELD.finditer(value.value):
        parts.append(value.value[position : match.start()])
        position = match.end()
        if match[0] in ("{{", "}}"):
            parts.append(match[0][0])
            continue
        if match[1] is None:
            raise run.throw("ValueError", "Single '}' encountered in format string", call.span, trail)
        field, _, spec = match[1].partition(":")
        field, _, conversion = field.partition("!")
        if field == "":
            field, counter = str(counter), counter + 1
        if field.isdigit():
            argument = call.args[int(field)] if int(field) < len(call.args) else None
        else:
            argument = call.keywords.get(field)
            if argument is None and re.search(r"[.\[]", field):
                return Unknown("is formatted in a way that is not followed", trail)
        if argument is None:
            if not call.complete:
                return Unknown("is called with arguments that are not known", trail)
            kind = "IndexError" if field.isdigit() else "KeyError"
            raise run.throw(kind, field, call.span, trail)
        code = ord(conversion) if conversion else -1
        parts.extend(members.formatted(run, argument, code, Known(spec), call.span))
    parts.append(value.value[position:])
    return operations.make_text(parts, trail)


def _partial(run: Run, name: str, value: V, call: Call) -> V:
    """A method of a text of which only parts are known."""
    assert isinstance(value, Known)
    text: Text = value.value
    trail = run.trail(call.step(f"{name}()"), value, *call.args)
    unknown = next(part for part in text.parts if isinstance(part, Unknown))
    try:
        args = [plain(arg) for arg in call.args]
    except NotPlain as error:
        return Unknown(error.unknown.reason, trail)
    first, last = text.parts[0], text.parts[-1]
    if name == "startswith" and isinstance(first, str) and isinstance(args[0], str):
        if first.startswith(args[0]):
            return Known(True, trail)
        if not args[0].startswith(first):
            return Known(False, trail)
    if name == "endswith" and isinstance(last, str) and isinstance(args[0], str):
        if last.endswith(args[0]):
            return Known(True, trail)
        if not args[0].endswith(last):
            return Known(False, trail)
    run.may_raise("ValueError", call.span)
    return Unknown(unknown.reason, trail)


# Lists.


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
        verdict = operations.equal(item, call.args[0])
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
        verdict = operations.equal(item, call.args[0])
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
    verdicts = [operations.equal(item, call.args[0]) for item in value.value.items]
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


def _clear(run: Run, value: V, call: Call) -> V:
    assert isinstance(value, Known)
    run.journal.touch(value.value)
    if isinstance(value.value, ListObject):
        value.value.items = []
    else:
        value.value.entries, value.value.maybe = {}, frozenset()
    value.value.complete = True
    return Known(None)


def _copy(run: Run, value: V, call: Call) -> V:
    assert isinstance(value, Known)
    payload = value.value
    if isinstance(payload, ListObject):
        return Known(run.new_list(payload.items, payload.complete), value.trail)
    made = run.new_dict(kind=payload.kind)
    made.restore(payload.snapshot())
    return Known(made, value.trail)


_LIST: dict[str, Callable[[Run, V, Call], V]] = {
    "append": _append,
    "extend": _extend,
    "insert": _insert,
    "remove": _remove,
    "pop": _pop,
    "index": _index,
    "count": _count,
    "reverse": _reverse,
    "sort": _sort,
    "clear": _clear,
    "copy": _copy,
}
_TUPLE: dict[str, Callable[[Run, V, Call], V]] = {"index": _index, "count": _count}


# Dicts and sets.


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


Native_absent: V = Known(object())


def _dict_pop(run: Run, value: V, call: Call) -> V:
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
    made = _copy(run, value, call)
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
    verdict = operations.contains(run, call.args[0], value, call.span)
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
            result = operations.binary(run, sign, result, other, call.span)
        return result

    return apply


def _subset(reverse: bool) -> Callable[[Run, V, Call], V]:
    def apply(run: Run, value: V, call: Call) -> V:
        inner, outer = (call.args[0], value) if reverse else (value, call.args[0])
        walk = iteration.iterate(run, inner, call.span)
        verdicts = [operations.contains(run, item, outer, call.span) for item in walk.items]
        trail = run.trail(call.step("compared"), value, call.args[0])
        if False in verdicts:
            return Known(False, trail)
        if None in verdicts or not walk.complete:
            return Unknown("not all of its items are known", trail)
        return Known(True, trail)

    return apply


_DICT: dict[str, Callable[[Run, V, Call], V]] = {
    "get": _get,
    "setdefault": _setdefault,
    "pop": _dict_pop,
    "popitem": _dict_popitem,
    "update": _dict_update,
    "keys": _view(lambda pair: pair[0]),
    "values": _view(lambda pair: pair[1]),
    "items": _view(lambda pair: Known(TupleObject(pair))),
    "copy": _copy,
    "clear": _clear,
}
_SET: dict[str, Callable[[Run, V, Call], V]] = {
    "add": _set_add,
    "update": _set_update,
    "union": _union,
    "discard": _discard,
    "remove": _set_remove,
    "copy": _copy,
    "clear": _clear,
    "intersection": _set_operator("&"),
    "difference": _set_operator("-"),
    "symmetric_difference": _set_operator("^"),
    "issubset": _subset(False),
    "issuperset": _subset(True),
}
