"""Plain YAML scalars to values, as go-yaml v3 (inside of docker compose) resolves them."""

from __future__ import annotations

import re
from datetime import date, time


class Timestamp(str):
    """A plain scalar that YAML takes for a time, written as Go marshals it; nothing in Compose may be one."""

    __slots__ = ()


ScalarValue = str | int | float | bool | None

_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_TIMESTAMP = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})"
    r"(?:(?:([Tt])| )(\d{1,2}):(\d{1,2}):(\d{1,2})(?:[.,](\d{1,9}))?(?(4)(Z|[-+]\d\d:\d\d)))?"
)
_KEYWORDS: dict[str, ScalarValue] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), float("inf")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), float("-inf")),
}


def resolve_plain(text: str) -> ScalarValue:
    """Return the value of a plain scalar as go-yaml v3.0 resolves it (``resolve.go``).

    YAML 1.2 core with go-yaml's additions: ``_`` in numbers, ``0777`` and ``0o777`` octal, ``0b1``. The
    words yes, no, on and off are strings.
    """
    if text in _KEYWORDS:
        return _KEYWORDS[text]
    first = text[0]
    if first == ".":
        return float(text) if _FLOAT.fullmatch(text) else text
    if not (first in "+-" or first.isdigit()) or not text.isascii():
        return text
    plain = text.replace("_", "")
    number = _integer(plain)
    if number is not None:
        return number
    if _FLOAT.fullmatch(plain):
        return float(plain)
    return _timestamp(text) or text


def _timestamp(text: str) -> Timestamp | None:
    """Return what go-yaml's ``parseTimestamp`` makes of a text, or None."""
    match = _TIMESTAMP.fullmatch(text)
    if match is None:
        return None
    hour, minute, second = (int(match[group] or 0) for group in (5, 6, 7))
    try:
        day = date(int(match[1]), int(match[2]), int(match[3]))
        clock = time(hour, minute, second).isoformat()
    except ValueError:
        return None
    fraction = (match[8] or "").rstrip("0")
    zone = match[9] if match[9] and match[9][1:] != "00:00" else "Z"
    return Timestamp(f"{day.isoformat()}T{clock}{'.' if fraction else ''}{fraction}{zone}")


def _integer(text: str) -> int | None:
    """Return what Go's ``strconv.ParseInt(text, 0, 64)`` or ``ParseUint`` makes of it, or None."""
    sign = -1 if text.startswith("-") else 1
    digits = text[1:] if text[:1] in ("+", "-") else text
    lower = digits.lower()
    try:
        if not digits or not digits[0].isdigit():
            return None
        if lower.startswith("0x"):
            number = int(digits[2:], 16)
        elif lower.startswith("0o"):
            number = int(digits[2:], 8)
        elif lower.startswith("0b"):
            number = int(digits[2:], 2)
        elif len(digits) > 1 and digits[0] == "0":
            number = int(digits, 8)
        else:
            if len(digits) > 20:
                return None
            number = int(digits)
    except ValueError:
        return None
    number *= sign
    return number if -(2**63) <= number < 2**64 else None
