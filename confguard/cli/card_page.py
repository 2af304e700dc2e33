"""A card as a terminal shows it: its examples cut down to the first of each kind, unless all are wanted."""

from __future__ import annotations

import re
from collections.abc import Iterator

from confguard.cards import Card

_FENCE = re.compile(r"^(`{3,})")
_EXAMPLES = ("## Bad", "## Good")


def body(card: Card, everything: bool = False) -> str:
    """Return the text of a card; without ``everything`` only the first bad and the first good example."""
    text = card.body.rstrip("\n")
    if everything:
        return text
    lines = list(_first_examples(text))
    left = sum(line.startswith("### ") for line in _unfenced(text.split("\n"))) - sum(
        line.startswith("### ") for line in _unfenced(lines)
    )
    more = f"\n\n{left} more example{'s' if left > 1 else ''}: `confguard rule {card.name} --all`"
    return "\n".join(lines).rstrip("\n") + (more if left else "")


def _first_examples(text: str) -> Iterator[str]:
    """Yield the lines of a card without the examples after the first of each section."""
    fence, section, seen = "", "", 0
    for line in text.split("\n"):
        outside = not fence
        fence = _after(fence, line)
        if outside and line.startswith("## "):
            section, seen = line.strip(), 0
        elif outside and line.startswith("### "):
            seen += 1
        if section not in _EXAMPLES or seen <= 1:
            yield line


def _unfenced(lines: list[str]) -> Iterator[str]:
    fence = ""
    for line in lines:
        if not fence:
            yield line
        fence = _after(fence, line)


def _after(fence: str, line: str) -> str:
    """Return the fence that is open after a line."""
    if fence:
        return "" if line.rstrip() == fence else fence
    opened = _FENCE.match(line)
    return opened[1] if opened else ""
