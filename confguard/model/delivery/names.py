"""Names of variables that are so much alike that one was most likely meant for the other."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

_GENERAL = frozenset({"DJANGO", "DJ", "APP", "PROJECT", "BACKEND", "API", "WEB", "ENV", "PROD", "PRODUCTION"})
"""First words that say where a variable belongs and not what it is."""

_SAME = {
    "PASS": "PASSWORD", "PWD": "PASSWORD", "PASSWD": "PASSWORD", "USERNAME": "USER", "HOSTNAME": "HOST",
    "DATABASE": "DB", "POSTGRES": "DB", "POSTGRESQL": "DB", "PG": "DB", "MAIL": "EMAIL", "URI": "URL",
    "ENVIRONMENT": "ENV", "DIRECTORY": "DIR", "FOLDER": "DIR", "ORIGIN": "ORIGINS", "HOST": "HOSTS",
}  # fmt: skip
_SHORTEST = 6
"""Shorter names differ in one letter without being meant for each other (characters)."""


def meant(name: str, candidates: Iterable[str], project: str = "") -> str | None:
    """Return the one candidate that a name was most likely meant to be; None for none or several.

    ``project`` is the name of the project's package: it may stand in front like a general word.
    """
    found = [one for one in candidates if one != name and alike(name, one, project)]
    return found[0] if len(set(found)) == 1 else None


@lru_cache(maxsize=8192)
def alike(one: str, other: str, project: str = "") -> bool:
    """Say whether two names in capitals are most likely two spellings of one."""
    if any(left == right for left, right in zip(_forms(one, project), _forms(other, project), strict=True)):
        return True
    return min(len(one), len(other)) >= _SHORTEST and _one_slip(one, other)


@lru_cache(maxsize=4096)
def _forms(name: str, project: str) -> tuple[object, ...]:
    """Return what is left of a name in each way in which two spellings of one come to the same."""
    words = name.split("_")
    general = len(words) > 1 and (words[0] in _GENERAL or (project and words[0] == project.upper()))
    return (
        name.replace("_", ""),
        words[1:] if general else words,
        sorted(words),
        [_stem(word) for word in words],
    )


def _stem(word: str) -> str:
    word = _SAME.get(word, word)
    return word[:-1] if len(word) > 3 and word.endswith("S") else word


def _one_slip(one: str, other: str) -> bool:
    """Say whether one letter is missing, wrong or two are swapped; figures are no slips."""
    if abs(len(one) - len(other)) > 1:
        return False
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    end = 0
    while end < min(len(one), len(other)) - start and one[-1 - end] == other[-1 - end]:
        end += 1
    left, right = one[start : len(one) - end], other[start : len(other) - end]
    if any(character.isdigit() for character in left + right):
        return False
    return (len(left) <= 1 and len(right) <= 1) or (len(left) == 2 and left == right[::-1])
