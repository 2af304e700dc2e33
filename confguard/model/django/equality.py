"""Whether values are equal, and whether one is in another: yes, no, or not known."""

from __future__ import annotations

from typing import Any

from confguard.model.django.machine import Run
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
from confguard.model.django.operations import OBJECTS, NotPlain, hashable, marked, plain
from confguard.model.value import Known, Unknown
from confguard.source import Span


def equal(left: V, right: V) -> bool | None:
    """Say whether two values are equal; None if that is not known."""
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        return None
    a, b = left.value, right.value
    if a is b and isinstance(a, ListObject | TupleObject | DictObject):
        return True
    for kind in (ListObject, TupleObject):
        if isinstance(a, kind) and isinstance(b, kind):
            return _equal_items(a, b)
    if isinstance(a, DictObject) and isinstance(b, DictObject):
        return _equal_entries(a, b)
    if isinstance(a, Text) or isinstance(b, Text):
        return _equal_text(a, b)
    if isinstance(a, External) or isinstance(b, External):
        return True if a == b else None
    if isinstance(a, OBJECTS) or isinstance(b, OBJECTS):
        if a is b:
            return True
        member = _equal_member(a, b)
        if member is not None:
            return member
        return (
            None
            if isinstance(a, InstanceObject | NativeObject) or isinstance(b, InstanceObject | NativeObject)
            else False
        )
    if isinstance(a, ListObject | TupleObject | DictObject) or isinstance(
        b, ListObject | TupleObject | DictObject
    ):
        return False
    if marked(a) or marked(b):
        return True if a == b and type(a) is type(b) else None
    return bool(a == b)


def _equal_member(a: Any, b: Any) -> bool | None:
    """Compare a member of an enumeration; None for all else."""
    if not isinstance(a, InstanceObject):
        return _equal_member(b, a) if isinstance(b, InstanceObject) else None
    held = a.namespace.names.get("_value_")
    if held is None or _overrides(a.cls, "__eq__"):
        return None
    if isinstance(b, InstanceObject):
        other = b.namespace.names.get("_value_")
        return equal(held, other) if other is not None and a.cls is b.cls else None
    if _stands_on(a.cls, ("enum.StrEnum", "enum.IntEnum", "builtins.str", "builtins.int")):
        return equal(held, Known(b))
    return False if isinstance(b, str | int | float | None) and _stands_on(a.cls, ("enum.Enum",)) else None


def _overrides(cls: ClassObject, name: str) -> bool:
    """Say whether a class of the repository, or one below it, defines a method itself."""
    if name in cls.namespace.names:
        return True
    bases = [base.value for base in cls.bases if isinstance(base, Known)]
    return any(isinstance(base, ClassObject) and _overrides(base, name) for base in bases)


def _stands_on(cls: ClassObject, names: tuple[str, ...]) -> bool:
    for base in cls.bases:
        payload = base.value if isinstance(base, Known) else None
        if isinstance(payload, External) and payload.path in names:
            return True
        if isinstance(payload, ClassObject) and _stands_on(payload, names):
            return True
    return False


def _equal_items(a: Any, b: Any) -> bool | None:
    verdicts = [equal(x, y) for x, y in zip(a.items, b.items, strict=False)]
    if False in verdicts:
        return False
    if a.complete and b.complete:
        return False if len(a.items) != len(b.items) else None if None in verdicts else True
    return None


def _equal_entries(a: DictObject, b: DictObject) -> bool | None:
    if not (a.complete and b.complete) or a.maybe or b.maybe:
        return None
    if (a.kind == "dict") != (b.kind == "dict") or a.entries.keys() != b.entries.keys():
        return False
    verdicts = [equal(item[1], b.entries[key][1]) for key, item in a.entries.items()]
    return False if False in verdicts else None if None in verdicts else True


def _equal_text(a: Any, b: Any) -> bool | None:
    text, other = (a, b) if isinstance(a, Text) else (b, a)
    if not isinstance(other, str | Text):
        return False
    if isinstance(other, str):
        first, last = text.parts[0], text.parts[-1]
        if isinstance(first, str) and not other.startswith(first):
            return False
        if isinstance(last, str) and not other.endswith(last):
            return False
    return None


def contains(run: Run, item: V, container: V, span: Span) -> bool | None:
    """Say whether ``item in container``; None if that is not known."""
    if isinstance(container, Unknown):
        return None
    payload = container.value
    if isinstance(payload, ListObject | TupleObject):
        verdicts = [equal(item, other) for other in payload.items]
        if True in verdicts:
            return True
        return None if None in verdicts or not payload.complete else False
    if isinstance(payload, DictObject):
        try:
            key = hashable(run, item, span)
        except NotPlain:
            return False if payload.complete and not payload.entries else None
        if key in payload.entries:
            return None if key in payload.maybe else True
        unknown_keys = any(isinstance(name, Unknown) for name, _ in payload.entries.values())
        return False if payload.complete and not unknown_keys else None
    if isinstance(item, Unknown):
        return None
    if isinstance(payload, Text):
        needle = item.value
        found = isinstance(needle, str) and any(
            isinstance(part, str) and needle in part for part in payload.parts
        )
        return True if found else None
    if isinstance(payload, str | bytes | range):
        if marked(payload) or marked(item.value):
            return None
        try:
            return plain(item) in payload
        except NotPlain:
            return None
        except TypeError as error:
            raise run.throw("TypeError", str(error), span, item.trail) from None
    return None
