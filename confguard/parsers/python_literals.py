"""The values of Python's string literals."""

from __future__ import annotations

import ast
import warnings

UNSUPPORTED = "<unsupported syntax>"
"""The name that stands for an expression or pattern of a kind that is not lowered."""


def literal(text: str) -> str | bytes:
    """Return the value of a string or bytes literal, without evaluating anything else."""
    if "\\" not in text:
        body = text
        quote = body[-1]
        start = body.find(quote)
        prefix = body[:start]
        size = 3 if body[start : start + 3] == quote * 3 and len(body) - start >= 6 else 1
        inner = body[start + size : -size].replace("\r\n", "\n").replace("\r", "\n")
        return inner.encode("latin-1") if "b" in prefix.lower() else inner
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # an unknown escape is a warning of the repository, not ours
        value = ast.literal_eval(text)
    assert isinstance(value, str | bytes)
    return value


def unescape(text: str) -> str:
    """Return the value of a text inside of an f-string that is not raw."""
    quote = (
        "'"
        if "'" not in text and "\n" not in text
        else '"""'
        if '"""' not in text and not text.endswith('"')
        else "'''"
    )
    value = literal(f"{quote}{text}{quote}")
    assert isinstance(value, str)
    return value
