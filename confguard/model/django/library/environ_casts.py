"""The casts of django-environ."""

from __future__ import annotations

import re
from typing import Any

from confguard.model.django import operations
from confguard.model.django.library import registry
from confguard.model.django.machine import Run
from confguard.model.django.objects import (
    DictObject,
    External,
    ListObject,
    TupleObject,
    V,
)
from confguard.model.value import Known, Unknown
from confguard.source import Span

_TRUE = ("true", "on", "ok", "y", "yes", "1")


def builtin(name: str) -> V:
    """Return a built-in type as a value."""
    return Known(External(f"builtins.{name}"))


def parse_value(run: Run, value: V, cast: V | None, span: Span) -> V:
    """``Env.parse_value``."""
    if cast is None or (isinstance(cast, Known) and cast.value is None):
        return value
    if isinstance(cast, Unknown) or isinstance(value, Unknown):
        return Unknown(cast.reason if isinstance(cast, Unknown) else "is not known", value.trail)
    payload, text = cast.value, value.value
    path = payload.path if isinstance(payload, External) else ""
    if path == "builtins.bool":
        return _bool(run, value, span)
    if isinstance(text, str):
        if path == "builtins.list":
            return run.wrap([part for part in text.split(",") if part], value.trail)
        if path == "builtins.tuple":
            return run.wrap(
                tuple(part for part in text.strip("(").strip(")").split(",") if part), value.trail
            )
        if path == "builtins.dict":
            pairs = [part.split("=", 1) for part in text.split(",") if part]
            if any(len(pair) != 2 for pair in pairs):
                message = "dictionary update sequence element #0 has length 1; 2 is required"
                raise run.throw("ValueError", message, span, value.trail)
            return run.wrap(dict(pairs), value.trail)
        if path == "builtins.float":
            return _float(run, value, span)
        if isinstance(payload, ListObject | TupleObject):
            whole = text if isinstance(payload, ListObject) else text.strip("(").strip(")")
            items = [
                registry.call_known(run, payload.items[0], [Known(part, value.trail)], span)
                for part in whole.split(",")
                if part
            ]
            return Known(
                run.new_list(items) if isinstance(payload, ListObject) else TupleObject(tuple(items)),
                value.trail,
            )
        if isinstance(payload, DictObject):
            return _typed_dict(run, payload, value, span)
    elif isinstance(payload, ListObject | TupleObject | DictObject) or path in (
        "builtins.list",
        "builtins.tuple",
        "builtins.dict",
    ):
        message = f"'{type(text).__name__}' object has no attribute 'split'"
        raise run.throw("AttributeError", message, span, value.trail)
    return registry.call_known(run, cast, [value], span)


def _bool(run: Run, value: Known[Any], span: Span) -> V:
    try:
        return Known(int(value.value) != 0, value.trail)
    except ValueError:
        return Known(value.value.lower().strip() in _TRUE, value.trail)
    except TypeError as error:
        raise run.throw("TypeError", str(error), span, value.trail) from None


def _float(run: Run, value: Known[Any], span: Span) -> V:
    text = re.sub(r"[^\d,.-]", "", value.value)
    parts = re.split(r"[,.]", text)
    text = parts[0] if len(parts) == 1 else f"{''.join(parts[:-1])}.{parts[-1]}"
    try:
        return Known(float(text), value.trail)
    except ValueError as error:
        raise run.throw("ValueError", str(error), span, value.trail) from None


def _typed_dict(run: Run, spec: DictObject, value: Known[Any], span: Span) -> V:
    def part(name: str) -> V:
        pair = spec.entries.get(name)
        return pair[1] if pair is not None else builtin("str")

    made = run.new_dict()
    special = spec.entries.get("cast")
    for item in [found for found in value.value.split(";") if found]:
        pieces = item.split("=")
        if len(pieces) < 2:
            raise run.throw("IndexError", "list index out of range", span, value.trail)
        key = registry.call_known(run, part("key"), [Known(pieces[0], value.trail)], span)
        cast = part("value")
        if special is not None and isinstance(special[1], Known) and isinstance(special[1].value, DictObject):
            own = special[1].value.entries.get(pieces[0])
            cast = own[1] if own is not None else cast
        parsed = parse_value(run, Known(pieces[1], value.trail), cast, span)
        made.entries[operations.hashable(run, key, span)] = (key, parsed)
    return Known(made, value.trail)
