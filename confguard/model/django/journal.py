"""Taking back and joining what branches of the evaluated program changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from confguard.model.django.objects import (
    DictObject,
    ListObject,
    Mutable,
    Namespace,
    TupleObject,
    V,
)
from confguard.model.value import Known, Unknown

Changes = dict[Mutable, Any]
"""What was changed, with a state of it."""


class Journal:
    """Layers of changes: each remembers how the things looked when it was opened."""

    __slots__ = ("layers", "merge", "serial", "serials")

    def __init__(self) -> None:
        self.layers: list[Changes] = []
        self.serials: list[int] = []
        self.serial = 0
        self.merge: Callable[[list[V], list[V]], list[V] | None] | None = None
        """Joins lists of which each item says itself that it may not be there; None for other lists."""

    def open(self) -> None:
        """Begin to remember."""
        self.serial += 1
        self.layers.append({})
        self.serials.append(self.serial)

    def touch(self, thing: Mutable) -> None:
        """Say that a thing is about to change."""
        if self.layers and thing.born < self.serials[-1] and thing not in self.layers[-1]:
            self.layers[-1][thing] = thing.snapshot()

    def keep(self) -> Changes:
        """Close the newest layer and leave its changes in force; return the states before them."""
        saved, _ = self.layers.pop(), self.serials.pop()
        if self.layers:
            below, serial = self.layers[-1], self.serials[-1]
            for thing, state in saved.items():
                if thing.born < serial and thing not in below:
                    below[thing] = state
        return saved

    def rollback(self) -> Changes:
        """Close the newest layer and undo its changes; return the states that they had led to."""
        saved, _ = self.layers.pop(), self.serials.pop()
        reached = {thing: thing.snapshot() for thing in saved}
        for thing, state in saved.items():
            thing.restore(state)
        return reached

    def apply(self, changes: Changes) -> None:
        """Bring things into the states given."""
        for thing, state in changes.items():
            self.touch(thing)
            thing.restore(state)

    def joined(self, first: Changes, second: Changes, unknown: Unknown) -> Changes:
        """Return the changes that are common to two ways of running from how things are now."""
        out: Changes = {}
        for thing in {**first, **second}:
            now = thing.snapshot() if thing not in first or thing not in second else None
            one, other = first.get(thing, now), second.get(thing, now)
            if one is other and isinstance(thing, Namespace | DictObject):
                out[thing] = one  # ways that part late share what happened before: most of what they did
            else:
                out[thing] = self.join_states(thing, one, other, unknown)
        return out

    def join_states(self, thing: Mutable, one: Any, other: Any, unknown: Unknown) -> Any:
        """Return the state that holds whichever of two states is the true one."""
        if isinstance(thing, ListObject):
            return self._join_lists(one, other, unknown)
        if isinstance(thing, DictObject):
            return self._join_dicts(one, other, unknown)
        if not isinstance(thing, Namespace):  # the environment: a plain dict of names
            return {
                name: self.join(one[name], other[name], unknown)
                if one.get(name) is not None and other.get(name) is not None
                else unknown
                for name in {**one, **other}
            }
        # Values are never changed, so all the names that only one way sets share what is said of them:
        # ways that part around an import differ by all the names of the module.
        maybe = Unknown(f"is set only if a condition holds: {unknown.reason}", unknown.trail)
        names: dict[str, V] = {}
        for name in {**one[0], **other[0]}:
            left, right = one[0].get(name), other[0].get(name)
            if left is right and left is not None:
                names[name] = left
            elif left is None or right is None:
                names[name] = maybe
            else:
                names[name] = self.join(left, right, unknown)
        return names, one[1] and other[1]

    def _join_lists(self, one: Any, other: Any, unknown: Unknown) -> Any:
        (left, left_all), (right, right_all) = one, other
        merged = self.merge(left, right) if self.merge is not None else None
        if merged is not None:
            return merged, left_all and right_all
        if len(left) == len(right) and left_all == right_all:
            return [self.join(a, b, unknown) for a, b in zip(left, right, strict=True)], left_all
        prefix = []
        for a, b in zip(left, right, strict=False):
            if a is not b and not same(a, b):
                break
            prefix.append(a)
        return prefix, False

    def _join_dicts(self, one: Any, other: Any, unknown: Unknown) -> Any:
        entries: dict[Any, tuple[V, V]] = {}
        maybe = one[2] | other[2]
        for key in {**one[0], **other[0]}:
            left, right = one[0].get(key), other[0].get(key)
            if left is None or right is None:
                pair = left or right
                assert pair is not None
                entries[key] = (
                    pair[0],
                    Unknown(f"is there only if a condition holds: {unknown.reason}", unknown.trail),
                )
                maybe |= {key}
            else:
                entries[key] = (left[0], self.join(left[1], right[1], unknown))
        return entries, one[1] and other[1], maybe

    def join(self, left: V, right: V, unknown: Unknown) -> V:
        """Return the value that holds whichever of two values is the true one."""
        if left is right or same(left, right):
            return left
        if isinstance(left, Unknown):
            return left
        if isinstance(right, Unknown):
            return right
        a, b = left.value, right.value
        if a is b:
            return left
        if isinstance(a, TupleObject) and isinstance(b, TupleObject) and len(a.items) == len(b.items):
            items = tuple(self.join(x, y, unknown) for x, y in zip(a.items, b.items, strict=True))
            return Known(TupleObject(items, a.complete and b.complete), unknown.trail + left.trail)
        if isinstance(a, ListObject) and isinstance(b, ListObject):
            joined = ListObject(self.serial, *self._join_lists(a.snapshot(), b.snapshot(), unknown))
            return Known(joined, unknown.trail + left.trail)
        if isinstance(a, DictObject) and isinstance(b, DictObject) and a.kind == b.kind:
            merged = DictObject(self.serial, a.kind)
            merged.restore(self._join_dicts(a.snapshot(), b.snapshot(), unknown))
            return Known(merged, unknown.trail + left.trail)
        return unknown


def same(left: V, right: V) -> bool:
    """Say whether two values are surely equal and of the same type."""
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        return False
    a, b = left.value, right.value
    if a is b:
        return True
    if type(a) is not type(b):
        return False
    if isinstance(a, TupleObject):
        return a.complete and b.complete and len(a.items) == len(b.items) and all(map(same, a.items, b.items))
    if isinstance(a, ListObject):
        return a.complete and b.complete and len(a.items) == len(b.items) and all(map(same, a.items, b.items))
    if isinstance(a, DictObject):
        if not (a.complete and b.complete) or a.maybe or b.maybe or list(a.entries) != list(b.entries):
            return False
        return all(same(x[1], b.entries[key][1]) for key, x in a.entries.items())
    if isinstance(a, Mutable):
        return False
    try:
        return bool(a == b)
    except Exception:
        return False
