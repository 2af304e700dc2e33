"""JSON data as YAML that people read: block style, keys sorted, quotes only where YAML needs them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

_PLAIN = re.compile(r"[A-Za-z/][\w./@+-]*(?:[ :=][\w./@+-]+)*")
_WORDS = frozenset(("true", "false", "null", "yes", "no", "on", "off", "y", "n"))


def yaml_text(data: dict[str, Any]) -> str:
    """Return a mapping as YAML; any YAML 1.1 or 1.2 parser reads the same data from it."""
    return "\n".join(_lines(data, 0) if data else ("{}",)) + "\n"


def _lines(value: dict[str, Any], indent: int) -> Iterator[str]:
    for key in sorted(value):
        yield from _entry(f"{' ' * indent}{_scalar(key)}:", value[key], indent)


def _entry(head: str, value: Any, indent: int) -> Iterator[str]:
    if isinstance(value, dict) and value:
        yield head
        yield from _lines(value, indent + 2)
    elif isinstance(value, list) and value:
        yield head
        for item in value:
            yield from _item(item, indent + 2)
    else:
        yield f"{head} {_scalar(value)}"


def _item(value: Any, indent: int) -> Iterator[str]:
    dash = f"{' ' * indent}- "
    if isinstance(value, dict) and value:
        first, *rest = _lines(value, indent + 2)
        yield dash + first.lstrip(" ")
        yield from rest
    elif isinstance(value, list) and value:
        yield dash.rstrip()
        for item in value:
            yield from _item(item, indent + 2)
    else:
        yield f"{dash}{_scalar(value)}"


def _scalar(value: Any) -> str:
    if isinstance(value, str) and _PLAIN.fullmatch(value) and value.lower() not in _WORDS:
        return value
    if isinstance(value, float):  # YAML 1.1 takes 1e-05 for a text
        number = repr(value)
        return number if "." in number else number.replace("e", ".0e")
    # A JSON text is a YAML text too, but for what YAML does not print.
    return "".join(map(_printable, json.dumps(value, ensure_ascii=False)))


def _printable(char: str) -> str:
    if char.isprintable():
        return char
    return f"\\u{ord(char):04x}" if ord(char) < 0x10000 else f"\\U{ord(char):08x}"
