"""Content security policies as directives and sources, and how two of them differ.

Follows "parse a serialized CSP" of Content Security Policy Level 3 (section 2.2.1): directives are
separated by ``;``, names compare without case, the first of two directives of one name counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

_FOR_REPORTS = frozenset({"report-uri", "report-to"})
_KEYWORDS = ("'self'", "'none'", "'unsafe-inline'", "'unsafe-eval'", "'strict-dynamic'", "'report-sample'")


@dataclass(frozen=True, slots=True)
class Difference:
    """One directive that two policies do not say alike; ``only_left`` and ``only_right`` are sources."""

    directive: str
    only_left: tuple[str, ...]
    only_right: tuple[str, ...]
    missing_left: bool = False
    missing_right: bool = False


def parse_policy(text: str) -> Mapping[str, tuple[str, ...]]:
    """Return the directives of a policy with their sources, in their order."""
    directives: dict[str, tuple[str, ...]] = {}
    for part in text.split(";"):
        name, *sources = part.split()[:1000] or [""]
        if name and name.lower() not in directives:
            directives[name.lower()] = tuple(sources)
    return directives


def differences(left: str, right: str) -> tuple[Difference, ...]:
    """Return how two policies differ, directive by directive; where reports go does not count.

    ``'none'`` and no source at all mean the same, and the order of sources means nothing.
    """
    ours, theirs = parse_policy(left), parse_policy(right)
    found = []
    for name in dict.fromkeys((*ours, *theirs)):
        if name in _FOR_REPORTS:
            continue
        if name not in ours or name not in theirs:
            sources = ours.get(name, theirs.get(name, ()))
            here, there = (sources, ()) if name in ours else ((), sources)
            found.append(Difference(name, here, there, name not in ours, name not in theirs))
            continue
        mine, other = _sources(ours[name]), _sources(theirs[name])
        if mine != other:
            found.append(Difference(name, tuple(sorted(mine - other)), tuple(sorted(other - mine))))
    return tuple(found)


def _sources(sources: tuple[str, ...]) -> frozenset[str]:
    if not sources:
        return frozenset({"'none'"})
    # Keywords, schemes and hosts compare without case; nonces, hashes and paths do not.
    return frozenset(_normal(source) for source in sources)


def _normal(source: str) -> str:
    lowered = source.lower()
    if lowered in _KEYWORDS or ("/" not in source.replace("://", "") and not source.startswith("'")):
        return lowered
    return source
