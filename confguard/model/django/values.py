"""The shapes of settings that rules see: containers and texts of which some parts may be unknown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from confguard.model.value import Known, Unknown, Value


@dataclass(frozen=True, slots=True)
class Items:
    """A list, tuple or set: each item with its own trail.

    ``complete`` is False if others, which are not known, may follow (or be among them, for a set).
    """

    kind: str
    """``"list"``, ``"tuple"`` or ``"set"``."""
    values: tuple[Value[Any], ...]
    complete: bool = True

    def __iter__(self) -> Iterator[Value[Any]]:
        return iter(self.values)

    def __len__(self) -> int:
        return len(self.values)


@dataclass(frozen=True, slots=True)
class Entries:
    """A dict: keys and values with their own trails; ``maybe`` are keys that may be absent."""

    pairs: tuple[tuple[Known[Any], Value[Any]], ...]
    complete: bool = True
    maybe: frozenset[Any] = frozenset()

    def get(self, key: object) -> Value[Any] | None:
        """Return an entry; None if it is surely not there; Unknown if that is not known."""
        for name, value in self.pairs:
            if name.value == key:
                return value
        return None if self.complete else Unknown("not all of its entries are known")

    def __iter__(self) -> Iterator[tuple[Known[Any], Value[Any]]]:
        return iter(self.pairs)


@dataclass(frozen=True, slots=True)
class Partial:
    """A text of which only some parts are known."""

    parts: tuple[str | Unknown, ...]

    @property
    def prefix(self) -> str:
        """The known beginning."""
        return self.parts[0] if self.parts and isinstance(self.parts[0], str) else ""


@dataclass(frozen=True, slots=True)
class Made:
    """An object of a library, by the call that makes it: ``crontab(hour=7)``, ``reverse_lazy("login")``."""

    name: str
    """The dotted name of the class or function."""
    args: tuple[Value[Any], ...]
    keywords: tuple[tuple[str, Value[Any]], ...]


def plain(value: Value[Any] | None) -> Any:
    """Return a value as plain Python data ; raises ValueError if a part of it is unknown."""
    if not isinstance(value, Known):
        raise ValueError(value.reason if isinstance(value, Unknown) else "is not there")
    payload = value.value
    if isinstance(payload, Items):
        if not payload.complete:
            raise ValueError("not all of its items are known")
        items = [plain(item) for item in payload.values]
        return items if payload.kind == "list" else tuple(items) if payload.kind == "tuple" else set(items)
    if isinstance(payload, Entries):
        if not payload.complete or payload.maybe:
            raise ValueError("not all of its entries are known")
        return {plain(key): plain(item) for key, item in payload.pairs}
    if isinstance(payload, Partial):
        raise ValueError("is only partly known")
    if isinstance(payload, Made):
        raise ValueError(f"is an object of {payload.name.partition('.')[0]}")
    return payload


def is_plain(value: Value[Any] | None) -> bool:
    """Say whether a value is known with all its parts."""
    try:
        plain(value)
    except (ValueError, TypeError):
        return False
    return True


def elements(value: Value[Any] | None) -> tuple[Value[Any], ...]:
    """Return the items of a list, tuple or set as far as they are known; nothing for other values."""
    if isinstance(value, Known) and isinstance(value.value, Items):
        return value.value.values
    return ()


def entry(value: Value[Any] | None, *keys: object) -> Value[Any] | None:
    """Return what lies under keys of nested dicts; None where it is surely absent."""
    current = value
    for key in keys:
        if current is None or isinstance(current, Unknown):
            return current
        payload = current.value
        if isinstance(payload, Entries):
            current = payload.get(key)
        elif isinstance(payload, Items) and isinstance(key, int) and payload.kind != "set":
            if 0 <= key < len(payload.values):
                current = payload.values[key]
            else:
                return None if payload.complete else Unknown("not all of its items are known", current.trail)
        else:
            return None
    return current
