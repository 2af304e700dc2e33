"""From the evaluator's objects to the values that rules see."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

from confguard.model.django.library.made import LibraryObject
from confguard.model.django.objects import (
    OBJECT_REASON,
    DictObject,
    External,
    ListObject,
    NativeObject,
    Text,
    TupleObject,
    V,
)
from confguard.model.django.operations import MAX_PARTS, OBJECTS, ROOT_MARK
from confguard.model.django.values import Entries, Items, Made, Partial
from confguard.model.value import Known, Unknown, Value

_MAX_DEPTH = 40
_AS_IT_IS = frozenset({bool, int, float, type(None)})
_NONCE = "csp.constants.NONCE"


def publish(value: V) -> Value[Any]:
    """Return a value as rules see it: no object of the evaluator is left in it."""
    return _publish(value, 0, [MAX_PARTS])


def _publish(value: V, depth: int, left: list[int]) -> Value[Any]:
    """``left``: how many parts may still be taken."""
    left[0] -= 1
    if isinstance(value, Unknown):
        return value
    payload = value.value
    if depth > _MAX_DEPTH or left[0] < 0:
        return Unknown("nests too deep" if left[0] >= 0 else "has too many parts", value.trail)
    # Nearly all values are plain: they are told by their exact type before objects of many classes are.
    exact = type(payload)
    if exact in _AS_IT_IS or (exact is str and ROOT_MARK not in payload and payload != _NONCE):
        return value
    if isinstance(payload, ListObject | TupleObject):
        kind = "list" if isinstance(payload, ListObject) else "tuple"
        return Known(
            Items(kind, tuple(_publish(item, depth + 1, left) for item in payload.items), payload.complete),
            value.trail,
        )
    if isinstance(payload, DictObject):
        return _dict(payload, value, depth, left)
    if isinstance(payload, Text):
        parts: list[str | Unknown] = []
        for part in payload.parts:
            parts.extend(_split(part) if isinstance(part, str) else [part])
        return Known(Partial(tuple(parts)), value.trail)
    if isinstance(payload, str | PurePosixPath) and ROOT_MARK in str(payload):
        return Known(Partial(tuple(_split(str(payload)))), value.trail)
    if isinstance(payload, str) and payload == _NONCE:
        return Known(Made(payload, (), ()), value.trail)
    if isinstance(payload, External):
        return Unknown(f"is {payload.path}", value.trail)
    if isinstance(payload, LibraryObject):
        args = tuple(_publish(item, depth + 1, left) for item in payload.args)
        keywords = tuple((key, _publish(item, depth + 1, left)) for key, item in payload.keywords.items())
        return Known(Made(payload.name, args, keywords), value.trail)
    if isinstance(payload, NativeObject) and hasattr(payload, "published"):
        return _publish(payload.published(), depth + 1, left)
    if isinstance(payload, OBJECTS):
        return Unknown(OBJECT_REASON, value.trail)
    return value


def _dict(payload: DictObject, value: Known[Any], depth: int, left: list[int]) -> Value[Any]:
    if payload.kind != "dict":
        items = tuple(
            _publish(key, depth + 1, left)
            for hashed, (key, _) in payload.entries.items()
            if hashed not in payload.maybe
        )
        return Known(Items("set", items, payload.complete and not payload.maybe), value.trail)
    pairs = []
    complete = payload.complete
    for key, item in payload.entries.values():
        name = _publish(key, depth + 1, left)
        if isinstance(name, Unknown):
            complete = False
            continue
        pairs.append((name, _publish(item, depth + 1, left)))
    return Known(Entries(tuple(pairs), complete, payload.maybe), value.trail)


def _split(text: str) -> list[str | Unknown]:
    """Return a text with the unknown place of the project in it as parts."""
    head, mark, tail = text.partition(f"/{ROOT_MARK}")
    if not mark:
        return [text] if text else []
    unknown = Unknown("the folder in which the project lies is not known")
    return [*([head] if head else []), unknown, *_split(tail)]
