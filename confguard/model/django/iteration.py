"""Walking over values, and making sets of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from confguard.model.django.machine import MAX_ITEMS, Run
from confguard.model.django.objects import (
    ClassObject,
    DictObject,
    External,
    InstanceObject,
    ListObject,
    NativeObject,
    Text,
    TupleObject,
    V,
)
from confguard.model.django.operations import NotPlain, hashable
from confguard.model.value import Known, Trail, Unknown
from confguard.source import Span


@dataclass(frozen=True, slots=True)
class Walk:
    """What a walk meets: the items, whether these are all, and whether their order is known."""

    items: list[V]
    complete: bool = True
    ordered: bool = True


def iterate(run: Run, value: V, span: Span) -> Walk:
    """Return the items that a loop over a value meets; raises TypeError as Python does."""
    if isinstance(value, Unknown):
        run.may_raise("TypeError", span)
        return Walk([], False)
    payload: Any = value.value
    if isinstance(payload, ListObject | TupleObject):
        return Walk(list(payload.items), payload.complete)
    if isinstance(payload, DictObject):
        keys = [key for key, _ in payload.entries.values()]
        if payload.maybe or not payload.complete:
            return Walk([], False, False)
        return Walk(keys, True, payload.kind == "dict" or len(keys) < 2)
    if isinstance(payload, str):
        if len(payload) > MAX_ITEMS:
            return Walk([], False)
        return Walk([Known(letter, value.trail) for letter in payload])
    if isinstance(payload, bytes | range):
        if len(payload) > MAX_ITEMS:
            return Walk([], False)
        return Walk([Known(number, value.trail) for number in payload])
    if isinstance(payload, tuple):  # a named tuple of Python's library
        return Walk([Known(part, value.trail) for part in payload])
    if isinstance(payload, Text | External | InstanceObject | ClassObject):
        if isinstance(payload, ClassObject):
            members = enum_members(payload)
            if members is not None:
                return Walk(members)
        return Walk([], False)
    if isinstance(payload, NativeObject):
        walk = getattr(payload, "walk", None)
        return walk(run, span) if walk is not None else Walk([], False)
    raise run.throw("TypeError", f"'{type(payload).__name__}' object is not iterable", span, value.trail)


def enum_members(cls: ClassObject) -> list[V] | None:
    """Return the members of an enumeration class, or None if it is none."""
    found: list[V] = [
        value
        for value in cls.namespace.names.values()
        if isinstance(value, Known) and isinstance(value.value, InstanceObject) and value.value.cls is cls
    ]
    return found or None


def make_set(run: Run, items: list[V], complete: bool, span: Span, trail: Trail, kind: str = "set") -> V:
    """Return a set of items."""
    made = run.new_dict(kind=kind)
    made.complete = complete
    for item in items:
        try:
            made.entries.setdefault(hashable(run, item, span), (item, item))
        except NotPlain:
            made.complete = False
    return Known(made, trail)
