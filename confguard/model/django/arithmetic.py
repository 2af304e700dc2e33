"""Operators between values: numbers, texts and containers."""

from __future__ import annotations

import datetime
import decimal
import operator
import re
from collections.abc import Callable
from pathlib import PurePath
from typing import Any

from confguard.model.django.machine import MAX_ITEMS, MAX_TEXT, Run
from confguard.model.django.objects import (
    DictObject,
    External,
    InstanceObject,
    ListObject,
    NativeObject,
    Text,
    TupleObject,
    V,
)
from confguard.model.django.operations import MAX_BITS, NotPlain, parts_of, plain
from confguard.model.value import Known, Step, Unknown
from confguard.source import Span

_ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
    "**": operator.pow,
    "<<": operator.lshift,
    ">>": operator.rshift,
    "|": operator.or_,
    "&": operator.and_,
    "^": operator.xor,
}


_PLAIN = (
    str,
    bytes,
    int,
    float,
    complex,
    bool,
    type(None),
    datetime.timedelta,
    datetime.datetime,
    PurePath,
    decimal.Decimal,
)


_WIDTH = re.compile(r"%(?:\(.*\))?[#0\- +]*(?:\*|\d{4,}|\d*\.(?:\*|\d{4,}))", re.DOTALL)
"""A conversion with a large width or precision; the name of its key may hold parentheses."""


def too_big(sign: str, a: Any, b: Any) -> bool:
    """Say whether a result would be larger than is computed."""
    if sign == "**" and isinstance(a, int) and isinstance(b, int):
        return abs(b) * max(a.bit_length(), 1) > MAX_BITS
    if sign == "<<" and isinstance(b, int):
        return b > MAX_BITS
    if sign == "*":
        for text, count in ((a, b), (b, a)):
            if isinstance(text, str | bytes) and isinstance(count, int):
                return len(text) * count > MAX_TEXT
        if isinstance(a, int) and isinstance(b, int):
            return a.bit_length() + b.bit_length() > MAX_BITS
    if sign == "%" and isinstance(a, str | bytes):
        pattern = a if isinstance(a, str) else a.decode("latin-1")
        return len(pattern) > MAX_ITEMS or _WIDTH.search(pattern) is not None
    if sign == "+" and isinstance(a, str | bytes) and isinstance(b, str | bytes):
        return len(a) + len(b) > MAX_TEXT
    return False


def binary(run: Run, sign: str, left: V, right: V, span: Span) -> V:
    """Compute ``left sign right``."""
    trail = run.trail(Step(f"computed with {sign}", span), left, right)
    containers = _containers(run, sign, left, right, trail, span)
    if containers is not None:
        return containers
    if sign == "+" and (joined := _concatenated(left, right, trail)) is not None:
        return joined
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        run.may_raise("TypeError", span)
        return Unknown(_reason(left, right), trail)
    a, b = left.value, right.value
    if sign == "%" and isinstance(a, str):
        try:
            b = plain(right)
        except NotPlain as error:
            return Unknown(error.unknown.reason, trail)
    elif sign == "/" and isinstance(a, PurePath) and isinstance(b, Text):
        return Known(Text((f"{a}/", *b.parts)), trail)
    elif not isinstance(a, _PLAIN) or not isinstance(b, _PLAIN):
        return Unknown("is computed with objects that are not followed", trail)
    if too_big(sign, a, b):
        return Unknown("is too large to be computed", trail)
    try:
        return Known(_ARITHMETIC[sign](a, b), trail)
    except (TypeError, ValueError, ZeroDivisionError, OverflowError, KeyError, MemoryError) as error:
        raise run.throw(type(error).__name__, str(error), span, trail) from None


def _reason(left: V, right: V) -> str:
    return next((side.reason for side in (left, right) if isinstance(side, Unknown)), "is not known")


def _concatenated(left: V, right: V, trail: tuple[Step, ...]) -> V | None:
    """Join texts of which only one may be known."""
    partial = [isinstance(side, Known) and isinstance(side.value, Text) for side in (left, right)]
    strings = [isinstance(side, Known) and isinstance(side.value, str) for side in (left, right)]
    if all(strings) or not (any(partial) or any(strings)):
        return None
    if not all(
        p or s or isinstance(side, Unknown)
        for p, s, side in zip(partial, strings, (left, right), strict=True)
    ):
        return None
    return Known(Text((*parts_of(left), *parts_of(right))), trail)


def _containers(run: Run, sign: str, left: V, right: V, trail: tuple[Step, ...], span: Span) -> V | None:
    """Compute with lists, tuples, dicts and sets; None if neither side is one."""
    a = left.value if isinstance(left, Known) else None
    b = right.value if isinstance(right, Known) else None
    sequence = (ListObject, TupleObject)
    if sign == "+" and (isinstance(a, sequence) or isinstance(b, sequence)):
        return _joined_sequences(run, left, right, a, b, trail, span)
    if sign == "*":
        for thing, count in ((a, b), (b, a)):
            if isinstance(thing, sequence) and isinstance(count, int):
                if len(thing.items) * count > MAX_ITEMS:
                    return Unknown("is too large to be computed", trail)
                items = list(thing.items) * count
                made = (
                    run.new_list(items, thing.complete)
                    if isinstance(thing, ListObject)
                    else TupleObject(tuple(items))
                )
                return Known(made, trail)
    if isinstance(a, DictObject) and isinstance(b, DictObject):
        return _combined(run, sign, a, b, trail)
    return None


def _joined_sequences(run: Run, left: V, right: V, a: Any, b: Any, trail: tuple[Step, ...], span: Span) -> V:
    kind = ListObject if isinstance(a if isinstance(left, Known) else b, ListObject) else TupleObject
    for side, payload in ((left, a), (right, b)):
        if isinstance(side, Known) and not isinstance(payload, kind):
            name = "list" if kind is ListObject else "tuple"
            if isinstance(payload, External | NativeObject | InstanceObject):
                return Unknown("is computed with objects that are not followed", trail)
            message = f"can only concatenate {name} to {name}"
            raise run.throw("TypeError", message, span, trail)
    if isinstance(left, Unknown) and kind is ListObject and isinstance(right, Known):
        return Unknown(left.reason, trail)
    items = [*(a.items if a is not None else ()), *(b.items if b is not None else ())]
    complete = a is not None and a.complete and b is not None and b.complete
    if a is None or not a.complete:
        # What follows an unknown number of items has no known place, but is surely among them: order is lost.
        items = [*(a.items if a is not None else ())]
        complete = False
    made = run.new_list(items, complete) if kind is ListObject else TupleObject(tuple(items), complete)
    return Known(made, trail)


def _combined(run: Run, sign: str, a: DictObject, b: DictObject, trail: tuple[Step, ...]) -> V:
    if not (a.complete and b.complete) or a.maybe or b.maybe:
        return Unknown("not all of its entries are known", trail)
    made = run.new_dict(kind=a.kind)
    if sign == "|":
        made.entries = {**a.entries, **b.entries}
    elif a.kind == "dict":
        return Unknown("is computed in a way that is not followed", trail)
    elif sign == "&":
        made.entries = {key: pair for key, pair in a.entries.items() if key in b.entries}
    elif sign == "-":
        made.entries = {key: pair for key, pair in a.entries.items() if key not in b.entries}
    elif sign == "^":
        made.entries = {
            key: pair
            for key, pair in {**a.entries, **b.entries}.items()
            if (key in a.entries) != (key in b.entries)
        }
    else:
        return Unknown("is computed in a way that is not followed", trail)
    return Known(made, trail)
