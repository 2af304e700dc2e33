"""What became of the variables that settings read: the contract between a module and its environment.

Whether a variable is cast, what its default is and whether it is required stands in ``EnvRead``; here is
which settings are made of it. ``Settings.truths`` tells where a text that says no is taken for true.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from confguard.model.django.defaults import django_default
from confguard.model.django.settings import EnvRead, Settings, TextTruth
from confguard.model.django.values import Entries, Items
from confguard.model.value import Known, Value
from confguard.source import Span

_FLAGS = frozenset(
    {
        "CORS_ALLOW_ALL_ORIGINS",
        "CORS_ALLOW_CREDENTIALS",
        "CORS_ORIGIN_ALLOW_ALL",
        "CSP_REPORT_ONLY",
        "CONN_HEALTH_CHECKS",
        "ATOMIC_REQUESTS",
    }
)
"""Settings of libraries, and keys of Django's dicts, that are asked for their truth."""
_NUMBERS = frozenset({"CONN_MAX_AGE", "EMAIL_PORT"})
_MAX_DEPTH = 8


@dataclass(frozen=True, slots=True)
class Became:
    """A setting, or a part of one, that is made of a variable."""

    setting: str
    keys: tuple[object, ...]
    """The keys and positions that lead to the part; empty for the setting itself."""
    value: Value[Any]
    read: EnvRead

    @property
    def expected(self) -> str | None:
        """What Django takes it for: ``"bool"``, ``"int"``, ``"list"``, ``"str"``; None where that is free."""
        return expected(self.setting) if not self.keys else _of_key(self.keys[-1])


def expected(setting: str) -> str | None:
    """Return what Django or a well-known library takes a setting for; None where that is free."""
    if setting in _FLAGS:
        return "bool"
    default = django_default(setting)
    value = default.value if isinstance(default, Known) else None
    for kind in (bool, int, str):
        if type(value) is kind:
            return kind.__name__
    return "list" if isinstance(value, list | tuple) else None


def _of_key(key: object) -> str | None:
    return "bool" if key in _FLAGS else "int" if key in _NUMBERS else None


def became(settings: Settings) -> tuple[Became, ...]:
    """Return every setting, and every innermost part of one, that is made of a variable the module reads."""
    reads: dict[Span, list[EnvRead]] = {}
    for read in settings.reads:
        reads.setdefault(read.span, []).append(read)
    found = []
    for name, value in settings.values.items():
        for keys, part in _parts(value, ()):
            seen = set()
            for step in part.trail:
                for read in reads.get(step.span, ()) if step.span is not None else ():
                    if read.key not in seen and f" {read.key}" in step.text:
                        seen.add(read.key)
                        found.append(Became(name, keys, part, read))
    return tuple(found)


def _parts(value: Value[Any], keys: tuple[object, ...]) -> Iterator[tuple[tuple[object, ...], Value[Any]]]:
    """Yield the innermost parts of a value; a container without any is its own."""
    payload = value.value if isinstance(value, Known) else None
    if len(keys) < _MAX_DEPTH and isinstance(payload, Entries) and payload.pairs:
        for key, item in payload.pairs:
            yield from _parts(item, (*keys, key.value))
    elif len(keys) < _MAX_DEPTH and isinstance(payload, Items) and payload.values:
        for index, item in enumerate(payload.values):
            yield from _parts(item, (*keys, index))
    else:
        yield keys, value


__all__ = ["Became", "TextTruth", "became", "expected"]
