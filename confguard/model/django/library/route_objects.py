"""What Django's routes are made of: patterns, what they include, and where they are noted."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from confguard.model.django.machine import Run
from confguard.model.django.objects import (
    Call,
    Native,
    NativeObject,
    V,
)
from confguard.model.value import Known, Unknown
from confguard.source import Span

HOOK = "urlconf"
"""The name under which a run keeps its notes while a URLconf is evaluated."""


@dataclass(slots=True)
class Notes:
    """What is remembered while a URLconf is evaluated."""

    patterns: list[Pattern] = field(default_factory=list)
    """Every pattern that was made, in order."""
    wanted: set[str] = field(default_factory=set)
    """The files of modules that are evaluated whatever they look like: somebody includes them by name."""


class Pattern(NativeObject):
    """A ``path()`` or ``re_path()``: ``kind`` is path, regex or language."""

    __slots__ = ("kind", "module", "name", "route", "span", "used", "view")

    def __init__(self, kind: str, route: V, view: V, name: V | None, call: Call) -> None:
        self.kind, self.route, self.view, self.name, self.span = kind, route, view, name, call.span
        self.module = call.scope.module.name if call.scope is not None else ""
        self.used = False
        """It stands in a list that something includes, so that it is no pattern of its module itself."""


class Perhaps(NativeObject):
    """A pattern that is there only if a condition holds which is not known."""

    __slots__ = ("pattern",)

    def __init__(self, pattern: Pattern) -> None:
        self.pattern = pattern


def pattern_of(value: V) -> Pattern | None:
    """Return the pattern that an item of a list is, be it certain or not; None for all else."""
    payload = value.value if isinstance(value, Known) else None
    if isinstance(payload, Perhaps):
        return payload.pattern
    return payload if isinstance(payload, Pattern) else None


def merged(left: list[V], right: list[V]) -> list[V] | None:
    """Join two lists of patterns: what stands in one of them only is there perhaps. None for other lists."""
    firsts, seconds = [pattern_of(item) for item in left], [pattern_of(item) for item in right]
    if None in firsts or None in seconds or not (firsts or seconds):
        return None
    shared = {id(one) for one in firsts} & {id(one) for one in seconds}
    out: list[V] = []
    position = 0
    for item, pattern in zip(left, firsts, strict=True):
        if id(pattern) not in shared:
            out.append(_doubted(item))
            continue
        while position < len(right) and seconds[position] is not pattern:
            if id(seconds[position]) not in shared:
                out.append(_doubted(right[position]))
            position += 1
        same = right[position] if position < len(right) else item
        position += 1
        out.append(_doubted(item) if isinstance(same, Known) and isinstance(same.value, Perhaps) else item)
    out.extend(
        _doubted(item)
        for item, one in list(zip(right, seconds, strict=True))[position:]
        if id(one) not in shared
    )
    return out


def _doubted(item: V) -> V:
    pattern = pattern_of(item)
    return Known(Perhaps(pattern), item.trail) if pattern is not None else item


class Included(NativeObject):
    """What ``include()`` gives: ``content`` is a module, a list of patterns, or a library's URLconf."""

    __slots__ = ("app_name", "content", "namespace")

    def __init__(self, content: V, app_name: V | None, namespace: V | None) -> None:
        self.content, self.app_name, self.namespace = content, app_name, namespace


class Mount(NativeObject):
    """Something with routes of its own that are not followed: an admin site, an API of django-ninja."""

    __slots__ = ("kind", "name", "namespace")

    def __init__(self, kind: Literal["admin", "include"], name: str, namespace: str | None = None) -> None:
        self.kind, self.name, self.namespace = kind, name, namespace


class Site(NativeObject):
    """An object whose ``urls`` are such routes."""

    __slots__ = ("mount",)

    def __init__(self, mount: Mount) -> None:
        self.mount = mount

    def attribute(self, run: Run, name: str, span: Span) -> V | None:
        """Return an attribute, or None if there is no such one."""
        if name == "urls":
            return Known(self.mount)
        return Known(Native(name, lambda run, call: Unknown("is registered with it", call.trail)))


class View(NativeObject):
    """A view by the dotted name of its function or class."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def attribute(self, run: Run, name: str, span: Span) -> V | None:
        """Return an attribute, or None if there is no such one."""
        return Unknown("is an attribute of a view")


class Registered(NativeObject):
    """A view set of a router, at ``prefix``."""

    __slots__ = ("prefix", "view")

    def __init__(self, view: V, prefix: V) -> None:
        self.view, self.prefix = view, prefix


def notes_of(run: Run) -> Notes:
    """Return the notes of the URLconf that is being evaluated."""
    found = run.hooks.get(HOOK)
    return found if isinstance(found, Notes) else Notes()
