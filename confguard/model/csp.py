"""Content security policies as directives and sources, and how two of them differ.

Follows Content Security Policy Level 3: "parse a serialized CSP" (section 2.2.1: directives are separated
by ``;``, names compare without case, the first of two of one name counts), "get the effective directive's
fallback list" (6.8.3), and the matching of sources (6.7.2: schemes and hosts without case, a path of ``/``
means none).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

Policy = Mapping[str, tuple[str, ...]]

_FOR_REPORTS = frozenset({"report-uri", "report-to"})
_NOTHING = frozenset({"'none'"})
_SECRETS = ("'nonce-", "'sha256-", "'sha384-", "'sha512-")
_ADDRESS = re.compile(r"(?P<host>(?:[a-z][a-z0-9+.-]*://)?[^/]+)(?P<path>/.*)?\Z", re.IGNORECASE)
_FALLBACKS: Mapping[str, tuple[str, ...]] = {
    "child-src": ("default-src",),
    "connect-src": ("default-src",),
    "font-src": ("default-src",),
    "frame-src": ("child-src", "default-src"),
    "img-src": ("default-src",),
    "manifest-src": ("default-src",),
    "media-src": ("default-src",),
    "object-src": ("default-src",),
    "prefetch-src": ("default-src",),
    "script-src": ("default-src",),
    "script-src-attr": ("script-src", "default-src"),
    "script-src-elem": ("script-src", "default-src"),
    "style-src": ("default-src",),
    "style-src-attr": ("style-src", "default-src"),
    "style-src-elem": ("style-src", "default-src"),
    "worker-src": ("child-src", "script-src", "default-src"),
}
"""What stands in for a fetch directive that a policy does not have."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One directive that two policies do not say alike; ``only_left`` and ``only_right`` are sources."""

    directive: str
    only_left: tuple[str, ...]
    only_right: tuple[str, ...]
    missing_left: bool = False
    missing_right: bool = False


def parse_policy(text: str) -> Policy:
    """Return the directives of a policy with their sources, in their order."""
    directives: dict[str, tuple[str, ...]] = {}
    for part in text.split(";"):
        name, *sources = part.split()[:1000] or [""]
        if name and name.lower() not in directives:
            directives[name.lower()] = tuple(sources)
    return directives


def differences(left: str, right: str) -> tuple[Difference, ...]:
    """Return how two policies differ, directive by directive; where reports go does not count.

    ``'none'`` and no source at all mean the same, and the order of sources means nothing. A directive that
    only repeats what it would fall back to is no difference.
    """
    ours, theirs = parse_policy(left), parse_policy(right)
    found = []
    for name in dict.fromkeys((*ours, *theirs)):
        if name in _FOR_REPORTS:
            continue
        mine, other = _effective(ours, name), _effective(theirs, name)
        if mine == other and mine is not None:
            continue
        if name in ours and name in theirs and mine is not None and other is not None:
            found.append(Difference(name, tuple(sorted(mine - other)), tuple(sorted(other - mine))))
        else:
            sources = ours.get(name, theirs.get(name, ()))
            here, there = (sources, ()) if name in ours else ((), sources)
            found.append(Difference(name, here, there, name not in ours, name not in theirs))
    return tuple(found)


def forbids_all(text: str) -> bool:
    """Say whether a policy lets nothing be loaded, or puts what it is sent with into a sandbox.

    Such a policy is for files that are no pages of the site: uploads, answers of an API.
    """
    policy = parse_policy(text)
    if "sandbox" in policy:
        return True
    fetched = [name for name in policy if name in _FALLBACKS or name == "default-src"]
    return "default-src" in policy and all(_sources(policy[name]) == _NOTHING for name in fetched)


def lets_inline(text: str, kind: str) -> bool:
    """Say whether a policy has a nonce or ``'unsafe-inline'`` for a kind (``script-src``), or no rule."""
    sources = _effective(parse_policy(text), kind)
    return sources is None or any(one == "'unsafe-inline'" or one.startswith("'nonce-") for one in sources)


def lets_script(text: str, address: str) -> bool:
    """Say whether a policy may let a page load the script at an address of another host.

    ``'strict-dynamic'`` is taken to let it: that depends on who loads it.
    """
    sources = _effective(parse_policy(text), "script-src-elem")
    if sources is None or sources & {"*", "https:", "'strict-dynamic'"}:
        return True
    scheme, _, rest = address.partition("://")
    host, _, path = rest.partition("/")
    return any(_covers(one, scheme, host, f"/{path}") for one in sources if not one.startswith("'"))


def _covers(source: str, scheme: str, host: str, path: str) -> bool:
    """Say whether a source matches an address (6.7.2.8): a path that ends in a slash matches all below it."""
    named, _, rest = source.rpartition("://")
    wanted, _, below = rest.partition("/")
    wanted = wanted.removesuffix(":443")
    if named not in ("", scheme):
        return False
    if wanted != host and not (wanted.startswith("*.") and host.endswith(wanted[1:])):
        return False
    return not below or path == f"/{below}" or (below.endswith("/") and path.startswith(f"/{below}"))


def _effective(policy: Policy, name: str) -> frozenset[str] | None:
    """Return the sources of a directive, or of what stands in for it; None where nothing does."""
    for candidate in (name, *_FALLBACKS.get(name, ())):
        if candidate in policy:
            return _sources(policy[candidate])
    return None


def _sources(sources: tuple[str, ...]) -> frozenset[str]:
    found = frozenset(map(_normal, sources))
    return found - _NOTHING or _NOTHING  # beside another source 'none' means nothing (6.7.2.4)


def _normal(source: str) -> str:
    if source.startswith("'"):
        lowered = source.lower()
        return source if lowered.startswith(_SECRETS) else lowered
    match = _ADDRESS.match(source)
    if match is None:
        return source
    path = match["path"] or ""
    return match["host"].lower() + ("" if path == "/" else path)
