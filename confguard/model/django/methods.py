"""Methods of Python's own types: text, bytes, numbers, lists, tuples, dicts, sets, dates."""

from __future__ import annotations

import datetime
import decimal
import re
from collections.abc import Callable
from typing import Any

from confguard.model.django.dict_methods import DICT, SET
from confguard.model.django.list_methods import LIST, TUPLE
from confguard.model.django.machine import Run
from confguard.model.django.objects import Call, DictObject, ListObject, Member, Native, Text, TupleObject, V
from confguard.model.django.text_methods import TEXT, applied, call_text, partial_text, unfollowed
from confguard.model.value import Known, Step, Unknown
from confguard.source import Span

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


def find(run: Run, value: V, name: str, span: Span) -> V | None:
    """Return an attribute or bound method of a value of one of Python's types; None if it has none such."""
    assert isinstance(value, Known)
    payload = value.value
    if isinstance(payload, ListObject):
        return _native(LIST, name, value)
    if isinstance(payload, DictObject):
        return _native(DICT if payload.kind == "dict" else SET, name, value)
    if isinstance(payload, TupleObject):
        if name in payload.names:
            return payload.items[payload.names.index(name)]
        return _native(TUPLE, name, value)
    if isinstance(payload, Member) and name in ("value", "name"):
        return Known(payload.name if name == "name" else str(payload), value.trail)
    if isinstance(payload, str | bytes):
        if name not in TEXT and hasattr(payload, name) and not name.startswith("_"):
            return Known(Native(name, lambda run, call: unfollowed(run, name, value, call)), value.trail)
        if name in TEXT and hasattr(payload, name):
            return Known(Native(name, lambda run, call: call_text(run, name, value, call)), value.trail)
        return None
    if isinstance(payload, Text):
        return (
            Known(Native(name, lambda run, call: partial_text(run, name, value, call)), value.trail)
            if name in TEXT
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
    return lambda run, call: applied(run, function, value, call)


def _of_url(run: Run, value: V, payload: Any, name: str, span: Span) -> V | None:
    if name == "_replace":
        return Known(Native(name, lambda run, call: applied(run, payload._replace, value, call)), value.trail)
    if name == "geturl":
        return Known(Native(name, lambda run, call: applied(run, payload.geturl, value, call)), value.trail)
    try:
        return Known(getattr(payload, name), run.trail(Step(f"its {name}", span), value))
    except ValueError as error:
        raise run.throw("ValueError", str(error), span, value.trail) from None


def _native(table: dict[str, Callable[[Run, V, Call], V]], name: str, value: V) -> V | None:
    method = table.get(name)
    if method is None:
        return None

    def apply(run: Run, call: Call) -> V:
        if call.complete or name not in _CHANGING:
            return method(run, value, call)
        from confguard.model.django import calls  # they stand on this module

        unknown = Unknown("is changed with arguments that are not known", call.trail)
        calls.spoil(run, value, unknown)
        return unknown

    return Known(Native(name, apply), value.trail)


_CHANGING = frozenset(
    {
        *("append", "extend", "insert", "remove", "pop", "clear", "sort", "reverse"),
        *("update", "setdefault", "popitem", "move_to_end"),
        *("add", "discard", "difference_update", "intersection_update", "symmetric_difference_update"),
    }
)
"""Methods that change the list, dict or set that they are called on."""


Native_absent: V = Known(object())
