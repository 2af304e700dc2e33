"""``sys.version_info``: of Python's version it is only known how old it can be at most."""

from __future__ import annotations

from typing import Any

from confguard.model.django.machine import Run
from confguard.model.django.objects import Call, Native, NativeObject, V
from confguard.model.django.operations import NotPlain, plain
from confguard.model.value import Known, Trail, Unknown
from confguard.source import Span

_OLDEST = {
    "2.2": (3, 5),
    "3.0": (3, 6),
    "3.1": (3, 6),
    "3.2": (3, 6),
    "4.0": (3, 8),
    "4.1": (3, 8),
    "4.2": (3, 8),
    "5.0": (3, 10),
    "5.1": (3, 10),
    "5.2": (3, 10),
    "6.0": (3, 12),
}
"""The oldest Python that a version of Django runs on (docs.djangoproject.com, "What Python version ...")."""


class VersionInfo(NativeObject):
    """``sys.version_info`` of a Python that is at least ``oldest``."""

    __slots__ = ("oldest",)

    def __init__(self, oldest: tuple[int, int]) -> None:
        self.oldest = oldest

    def attribute(self, run: Run, name: str, span: Span) -> V | None:
        """Return an attribute, or None if there is no such one."""
        if name == "__getitem__":
            return Known(Native(name, self._item))
        return Known(3) if name == "major" else Unknown(f"is sys.version_info.{name} when it runs")

    def _item(self, run: Run, call: Call) -> V:
        key = call.args[0]
        first = isinstance(key, Known) and key.value == 0
        return Known(3) if first else Unknown("is a part of sys.version_info when it runs")

    def ordered(self, sign: str, other: V) -> bool | None:
        """Compare with a tuple of at most three numbers; what runs is longer than that."""
        try:
            limit: Any = plain(other)
        except NotPlain:
            return None
        if not isinstance(limit, tuple) or len(limit) > 3 or self.oldest < limit:
            return None
        return sign in (">=", ">")


def version_info(run: Run, trail: Trail) -> V:
    """Return ``sys.version_info`` as far as the version of Django tells it."""
    oldest = _OLDEST.get(run.version or "")
    if oldest is None:
        return Unknown("comes from sys.version_info when it runs", trail)
    return Known(VersionInfo(oldest), trail)
