"""Values of settings as text for people and as JSON for programs: secrets are shapes unless revealed."""

from __future__ import annotations

import datetime
import json
import re
from pathlib import PurePath
from typing import Any

from confguard.model.django import Entries, Items, Made, Partial
from confguard.model.secret_shape import shape_of
from confguard.model.value import Known, Step, Unknown, Value
from confguard.reporters.secret_values import is_secret_name
from confguard.reporters.secrets import mask_prose
from confguard.reporters.text import clean, visible
from confguard.show.page import place_of


def terms(name: str, value: Value[Any] | None, reveal: bool) -> Any:
    """Return a value in JSON's terms.

    Paths are texts, times are seconds, sets are lists; what is unknown in a container is
    ``{"unknown": reason}``; a secret text is ``{"secret": shape, "length": n}``.
    """
    if not isinstance(value, Known):
        return {"unknown": mask_prose(value.reason) if isinstance(value, Unknown) else "is not there"}
    payload = value.value
    if isinstance(payload, Items):
        items = [terms(name, item, reveal) for item in payload.values]
        return items if payload.complete else [*items, {"unknown": "others may follow"}]
    if isinstance(payload, Entries):
        made: dict[str, Any] = {}
        for key, item in payload.pairs:
            shown = key.value if isinstance(key.value, str) else repr(key.value)
            inner = shown if isinstance(key.value, str) else name
            made[shown] = terms(_inner(name, inner), item, reveal)
        return made
    if isinstance(payload, Partial):
        parts = [part if isinstance(part, str) else "{?}" for part in payload.parts]
        return {"partial": _text(name, "".join(parts), reveal)}
    if isinstance(payload, Made):
        args = [terms(name, item, reveal) for item in payload.args]
        keywords = {key: terms(_inner(name, key), item, reveal) for key, item in payload.keywords}
        return {"object": payload.name, "args": args, "keywords": keywords}
    return _scalar(name, payload, reveal)


def _inner(name: str, key: str) -> str:
    """Return the name that decides about an entry: its own, or that of the dict if that is a secret's."""
    return name if is_secret_name(name) and not is_secret_name(key) else key


def _scalar(name: str, payload: Any, reveal: bool) -> Any:
    if payload is None or isinstance(payload, bool | int | float):
        return (
            payload if payload == payload and payload not in (float("inf"), float("-inf")) else repr(payload)
        )
    if isinstance(payload, str):
        return _text(name, payload, reveal)
    if isinstance(payload, PurePath):
        return str(payload)
    if isinstance(payload, datetime.timedelta):
        return payload.total_seconds()
    if isinstance(payload, re.Pattern):
        return payload.pattern if isinstance(payload.pattern, str) else repr(payload.pattern)
    if isinstance(payload, tuple):
        return [_scalar(name, part, reveal) for part in payload]
    if isinstance(payload, bytes):
        return _text(name, payload.decode("latin-1"), reveal)
    return _text(name, str(payload), reveal)


def _text(name: str, text: str, reveal: bool) -> Any:
    if reveal:
        return text
    if is_secret_name(name) and text:
        return {"secret": shape_of(text).value, "length": len(text)}
    return mask_prose(text)


def shown(name: str, value: Value[Any] | None, reveal: bool) -> str:
    """Return a value on one line, safe to print."""
    if not isinstance(value, Known):
        return f"? ({clean(value.reason)})" if isinstance(value, Unknown) else "not set"
    return visible(_words(terms(name, value, reveal)))


def _words(found: Any) -> str:
    if isinstance(found, dict):
        if set(found) == {"unknown"}:
            return f"? ({found['unknown']})"
        if set(found) == {"secret", "length"}:
            return f"<{found['secret']}, {found['length']} characters>"
        if set(found) == {"partial"}:
            return _words(found["partial"])
        return "{" + ", ".join(f"{json.dumps(key)}: {_words(item)}" for key, item in found.items()) + "}"
    if isinstance(found, list):
        return "[" + ", ".join(map(_words, found)) + "]"
    return json.dumps(found, ensure_ascii=False)


def trail_terms(trail: tuple[Step, ...]) -> list[dict[str, Any]]:
    """Return the steps of a value, newest first."""
    return [
        {"text": clean(step.text), "place": place_of(step.span) or None, "origin": step.origin.value}
        for step in trail
    ]
