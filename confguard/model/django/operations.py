"""Truth, equality, order, arithmetic and text of values, exact where they are known and bounded in size."""

from __future__ import annotations

import operator
from collections.abc import Callable
from pathlib import PurePath
from typing import Any

from confguard.model.django.machine import MAX_TEXT, Run
from confguard.model.django.objects import (
    BoundMethod,
    ClassObject,
    DictObject,
    ExceptionObject,
    External,
    FunctionObject,
    InstanceObject,
    ListObject,
    ModuleObject,
    Native,
    NativeObject,
    Text,
    TupleObject,
    V,
)
from confguard.model.value import Known, Step, Unknown
from confguard.source import Span

MAX_BITS = 20_000
"""Size of the largest whole number that is computed."""

ROOT_MARK = "\ue000"
"""Stands in a path for the folder where the project lies, while it is not known which that is."""

OBJECTS = (
    FunctionObject,
    ClassObject,
    InstanceObject,
    ModuleObject,
    BoundMethod,
    Native,
    NativeObject,
    ExceptionObject,
)


MAX_PARTS = 100_000
"""Parts of one value that are turned into plain data."""


class NotPlain(Exception):
    """A value has unknown parts or is no plain data."""

    def __init__(self, unknown: Unknown) -> None:
        super().__init__()
        self.unknown = unknown


def plain(value: V) -> Any:
    """Return a value as plain Python data; raises NotPlain if a part of it is not known."""
    return _plain(value, [MAX_PARTS])


def _plain(value: V, left: list[int]) -> Any:
    """``left``: how many parts may still be taken; a small value that holds itself many times is huge."""
    left[0] -= 1
    if left[0] < 0:
        raise NotPlain(Unknown("has more parts than are followed", value.trail))
    if isinstance(value, Unknown):
        raise NotPlain(value)
    payload = value.value
    if isinstance(payload, ListObject | TupleObject):
        if not payload.complete:
            raise NotPlain(Unknown("not all of its items are known", value.trail))
        items = [_plain(item, left) for item in payload.items]
        return items if isinstance(payload, ListObject) else tuple(items)
    if isinstance(payload, DictObject):
        if not payload.complete or payload.maybe:
            raise NotPlain(Unknown("not all of its entries are known", value.trail))
        if payload.kind == "dict":
            return {_plain(key, left): _plain(item, left) for key, item in payload.entries.values()}
        return {_plain(key, left) for key, _ in payload.entries.values()}
    if isinstance(payload, Text):
        raise NotPlain(next(part for part in payload.parts if isinstance(part, Unknown)))
    if isinstance(payload, OBJECTS):
        raise NotPlain(Unknown("is an object of the program", value.trail))
    if isinstance(payload, External):
        raise NotPlain(Unknown(f"comes from {payload.path}", value.trail))
    return payload


def hashable(run: Run, value: V, span: Span) -> Any:
    """Return what a value is as a key; raises NotPlain if unknown, Raised if it cannot be one."""
    if isinstance(value, Unknown):
        raise NotPlain(value)
    payload = value.value
    if isinstance(payload, TupleObject):
        return tuple(hashable(run, item, span) for item in payload.items)
    if isinstance(payload, ListObject) or (isinstance(payload, DictObject) and payload.kind != "frozenset"):
        kind = "list" if isinstance(payload, ListObject) else payload.kind
        raise run.throw("TypeError", f"unhashable type: '{kind}'", span, value.trail)
    if isinstance(payload, DictObject):
        return frozenset(payload.entries)
    if isinstance(payload, Text):
        raise NotPlain(Unknown("is only partly known", value.trail))
    return payload


def marked(payload: Any) -> bool:
    """Say whether a text or path holds the unknown place of the project."""
    if isinstance(payload, str):
        return ROOT_MARK in payload
    return isinstance(payload, PurePath) and ROOT_MARK in str(payload)


_NO = frozenset({"false", "0", "no", "off", "n", "f", "none", "null", "disabled"})


def asked(run: Run, value: V, span: Span) -> bool | None:
    """Return the truth of a value that a condition asks for; a text that says no is noted, for it is true."""
    if isinstance(value, Known) and isinstance(value.value, str) and value.value.strip().lower() in _NO:
        run.truths.append((span, value))
    return truth(value)


def truth(value: V) -> bool | None:
    """Say whether a value is true; None if that is not known."""
    if isinstance(value, Unknown):
        return None
    payload = value.value
    if isinstance(payload, ListObject | TupleObject):
        return bool(payload.items) or (False if payload.complete else None)
    if isinstance(payload, DictObject):
        if any(key not in payload.maybe for key in payload.entries):
            return True
        return False if payload.complete and not payload.entries else None
    if isinstance(payload, Text):
        return True if any(isinstance(part, str) and part for part in payload.parts) else None
    if isinstance(payload, InstanceObject):
        return None if _defines(payload.cls, ("__bool__", "__len__")) else True
    if isinstance(payload, NativeObject):
        return getattr(payload, "truth", True)
    if isinstance(payload, External):
        return True if "." not in payload.path else None
    if isinstance(payload, OBJECTS):
        return True
    return bool(payload)


def _defines(cls: ClassObject, names: tuple[str, ...]) -> bool:
    if any(name in cls.namespace.names for name in names):
        return True
    for base in cls.bases:
        if not isinstance(base, Known) or not isinstance(base.value, ClassObject):
            return not (isinstance(base, Known) and base.value == External("builtins.object"))
        if _defines(base.value, names):
            return True
    return False


_ORDER: dict[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def ordered(run: Run, sign: str, left: V, right: V, span: Span) -> bool | None:
    """Compare by order; None if that is not known; raises TypeError as Python does."""
    payload = left.value if isinstance(left, Known) else None
    if isinstance(payload, NativeObject) and hasattr(payload, "ordered"):
        verdict: bool | None = payload.ordered(sign, right)
        return verdict
    try:
        a, b = plain(left), plain(right)
    except NotPlain:
        return None
    if marked(a) or marked(b):
        return None
    try:
        return bool(_ORDER[sign](a, b))
    except TypeError as error:
        raise run.throw("TypeError", str(error), span, left.trail + right.trail) from None


def parts_of(value: V) -> tuple[str | Unknown, ...]:
    """Return the known and unknown parts of a text."""
    if isinstance(value, Unknown):
        return (value,)
    if isinstance(value.value, Text):
        return value.value.parts
    return (str(value.value),)


def make_text(parts: list[str | Unknown], trail: tuple[Step, ...]) -> V:
    """Return a text made of parts: a plain one if all are known."""
    merged: list[str | Unknown] = []
    for part in parts:
        if isinstance(part, str) and merged and isinstance(merged[-1], str):
            merged[-1] += part
        elif part != "":
            merged.append(part)
    if sum(len(part) for part in merged if isinstance(part, str)) > MAX_TEXT:
        return Unknown("is too large to be computed", trail)
    if all(isinstance(part, str) for part in merged):
        return Known("".join(part for part in merged if isinstance(part, str)), trail)
    return Known(Text(tuple(merged)), trail)
