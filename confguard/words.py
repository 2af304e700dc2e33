"""Numbers and lists in sentences for people."""

from __future__ import annotations

from collections.abc import Sequence


def joined(words: Sequence[str]) -> str:
    """Return ``a``, ``a and b``, ``a, b and c``; nothing for none."""
    return " and ".join((", ".join(words[:-1]), words[-1]) if len(words) > 1 else words)


def plural(count: int, noun: str, many: str = "") -> str:
    """Return ``1 file``, ``2 files``; ``many`` is the plural where it is not made with an s."""
    return f"{count} {noun}" if count == 1 else f"{count} {many or noun + 's'}"


def services_named(names: Sequence[str], one: str = "", several: str = "") -> str:
    """Return ``service web`` or ``services web and worker``, with the verb for one or for several behind."""
    noun, verb = ("service", one) if len(names) == 1 else ("services", several)
    return f"{noun} {joined(names)}" + (f" {verb}" if verb else "")
