"""Patterns that are looked for in every source of a project, most of which surely do not hold them."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Screened:
    """A pattern, and words of which each of its matches holds one, written just so.

    A plain word is found a hundred times faster than an alternative of a pattern, so texts without any of
    the words cost next to nothing. The answer is always the pattern's own.
    """

    pattern: re.Pattern[str]
    words: tuple[str, ...]

    def search(self, text: str) -> re.Match[str] | None:
        """Return the first match in a text."""
        for word in self.words:
            if word in text:
                return self.pattern.search(text)
        return None

    def is_in(self, text: str) -> bool:
        """Say whether a text holds a match."""
        return self.search(text) is not None
