"""What is wrong with the options that a plan gives to a probe: names, types, patterns, words."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from confguard.model.roles import ServiceRole

_TYPES: tuple[tuple[str, type, str], ...] = (
    ("tuple[str", list, "a list of texts"),
    ("Mapping[str", dict, "a table of texts"),
    ("str", str, "a text"),
    ("bool", bool, "true or false"),
)
_PATTERNS = frozenset(["pattern", "files", "among", "ignore", "named", "needs", "runs", "topics"])
"""Options that are regular expressions, or hold some."""
_WORDS: Mapping[str, frozenset[str]] = {
    "roles": frozenset(role.value for role in ServiceRole),
    "things": frozenset(
        ["compose", "nginx", "django", "dockerfile", "workflows", "documents", "makefile", "env"]
    ),
}
"""Options that are of these words."""


def problem(look: Callable[..., Any], options: Mapping[str, Any]) -> str:
    """Return what is wrong with options for a look, or nothing."""
    signature = inspect.signature(look)
    try:
        signature.bind(None, **options)
    except TypeError as error:
        return str(error)
    for name, value in options.items():
        wrong = _wrong(name, str(signature.parameters[name].annotation), value)
        if wrong:
            return f"{name.replace('_', '-')} {wrong}"
    return ""


def _wrong(name: str, annotation: str, value: Any) -> str:
    for start, kind, words in _TYPES:
        if annotation.startswith(start):
            if not isinstance(value, kind) or not all(isinstance(text, str) for text in _texts(value)):
                return f"has to be {words}"
            break
    for text in _texts(value):
        if not isinstance(text, str):
            continue
        if name in _WORDS and text not in _WORDS[name]:
            return f"has no {text!r}: there are {', '.join(sorted(_WORDS[name]))}"
        try:
            re.compile(text if name in _PATTERNS else "")
        except re.error as error:
            return f"holds no pattern: {error}"
    return ""


def _texts(value: Any) -> Iterator[Any]:
    if isinstance(value, list):
        yield from value
    elif isinstance(value, dict):
        yield from value.values()
    elif isinstance(value, str):
        yield value
