"""Routes of a URLconf, and which of them a path may take.

Matching follows django.urls.resolvers of Django 5.2: ``RoutePattern``, ``RegexPattern`` and
``LocalePrefixPattern``, each of which takes its part of the path and leaves the rest to what it includes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Literal

from confguard.source import Problem, Span

CONVERTERS = {
    "int": "[0-9]+",
    "str": "[^/]+",
    "slug": "[-a-zA-Z0-9_]+",
    "uuid": "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
    "path": ".+",
}
"""The expressions of Django's own path converters (django.urls.converters)."""

_CONVERTED = re.compile(r"<(?:(?P<converter>[^>:]+):)?(?P<name>[^>]+)>")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-zA-Z0-9]{2,8})*/")
_MAX_PATH = 300
"""Longer paths are not matched."""
_REPEATED_GROUP = re.compile(r"\)(?:[*+]|\{\d*,)")
_OPEN = re.compile(r"[*+](?![?+]?\))|\{\d*,\}")
_MAX_REPEATS = 12
_MAX_WAYS = 400

Kind = Literal["view", "admin", "router", "include", "unknown"]


@dataclass(frozen=True, slots=True)
class Part:
    """What one ``path``, ``re_path`` or ``i18n_patterns`` adds to a route; ``text`` is None if not known.

    Of a language the text is ``"optional"`` where the default language has no prefix, else ``""``.
    """

    kind: Literal["path", "regex", "language"]
    text: str | None

    @property
    def shown(self) -> str:
        """The text as Django shows it; ``<?>`` for what is not known."""
        if self.kind == "language":
            return "<language>/"
        return "<?>" if self.text is None else self.text


@dataclass(frozen=True, slots=True)
class Route:
    """One route, flattened: its parts from the root on.

    ``view`` is the dotted name of a function or class, None if not known. Other kinds than ``view`` are
    prefixes with routes of their own that are not followed: the admin, a view set of a router (``name`` is
    its basename, ``target`` its prefix), a URLconf of a library (``target`` is its dotted name), or something
    not known.
    """

    parts: tuple[Part, ...]
    kind: Kind
    view: str | None
    name: str | None
    namespaces: tuple[str, ...]
    span: Span
    certain: bool = True
    """False: it is there only if a condition holds that is not known."""
    target: str = ""
    through: tuple[Span, ...] = ()
    """The includes that lead to it, the outermost first."""

    @property
    def text(self) -> str:
        """The whole route as Django shows it."""
        return "".join(part.shown for part in self.parts)

    @property
    def is_prefix(self) -> bool:
        """Whether more than one path may lie here."""
        return self.kind != "view"

    @property
    def head(self) -> str:
        """The part of a path that all its paths surely begin with, without a leading slash."""
        found = ""
        for part in self.parts:
            literal, whole = _literal(part)
            found += literal
            if not whole:
                break
        return found

    def matches(self, path: str) -> bool | None:
        """Say whether a path (with or without its leading slash) takes this route; None: not known."""
        path = path.removeprefix("/")
        if len(path) > _MAX_PATH:
            return None
        ways: list[tuple[str, bool]] = [(path, True)]
        for index, part in enumerate(self.parts):
            last = index == len(self.parts) - 1 and not self.is_prefix
            taken = [(rest, sure and also) for way, sure in ways for rest, also in _taken(part, way, last)]
            ways = list(dict.fromkeys(taken))[:_MAX_WAYS]
        if self.kind == "router" and self.target:
            ways = [(rest, sure) for rest, sure in ways if not rest or rest[0] in "/."]
        if self.kind == "unknown" or not any(sure for _, sure in ways):
            return None if ways else False
        return True


@dataclass(frozen=True, slots=True)
class URLconf:
    """The routes of an application in the order in which Django tries them.

    ``complete`` is False where there may be more of them. ``reason`` says why nothing is known at all.
    """

    module: str
    path: str
    routes: tuple[Route, ...] = ()
    complete: bool = False
    handlers: Mapping[str, str] = field(default_factory=dict)
    """``handler404`` and the like: dotted names of views."""
    problems: tuple[Problem, ...] = ()
    reason: str = ""

    def match(self, path: str) -> tuple[Route, ...]:
        """Return the routes that a path may take, in order, up to the first that it surely takes.

        A prefix whose own routes are not known does not end the list: it may not have the path.
        """
        found = []
        for route in self.routes:
            verdict = route.matches(path)
            if verdict is False:
                continue
            found.append(route)
            if verdict and route.certain and not route.is_prefix:
                break
        return tuple(found)

    def routed(self, path: str) -> bool | None:
        """Say whether some view answers at a path; None: not known."""
        candidates = self.match(path)
        if any(one.certain and not one.is_prefix and one.matches(path) for one in candidates):
            return True
        return None if candidates or not self.complete else False

    def under(self, prefix: str) -> tuple[Route, ...]:
        """Return the routes all of whose paths begin with a prefix."""
        prefix = prefix.removeprefix("/")
        return tuple(route for route in self.routes if route.head.startswith(prefix))

    def of_kind(self, kind: Kind) -> tuple[Route, ...]:
        """Return the routes of a kind: ``admin`` for the sites of the admin."""
        return tuple(route for route in self.routes if route.kind == kind)

    def included(self, *names: str) -> tuple[Route, ...]:
        """Return the prefixes at which libraries' URLconfs are included, by dotted name."""
        return tuple(route for route in self.routes if route.kind == "include" and route.target in names)


def _taken(part: Part, path: str, last: bool) -> list[tuple[str, bool]]:
    """Return what a part may leave of a path, each with whether it surely does."""
    if part.kind == "language":
        match = _LANGUAGE.match(path)
        found = [(path[match.end() :], False)] if match else []
        return [*found, (path, True)] if part.text else found
    if part.text is None:
        return [(path[start:], False) for start in range(len(path) + 1)]
    if part.kind == "path" and "<" not in part.text:
        if last:
            return [("", True)] if path == part.text else []
        return [(path[len(part.text) :], True)] if path.startswith(part.text) else []
    compiled = _compiled(part.kind, part.text, last)
    if compiled is None:
        return [(path[start:], False) for start in range(len(path) + 1)]
    expression, sure = compiled
    match = expression.search(path)
    return [(path[match.end() :], sure)] if match else []


@cache
def _compiled(kind: str, text: str, last: bool) -> tuple[re.Pattern[str], bool] | None:
    """Return the expression of a part, and whether it is Django's own; None if it is not to be tried."""
    sure = True
    if kind == "path":
        out, start = ["^"], 0
        for match in _CONVERTED.finditer(text):
            out.append(re.escape(text[start : match.start()]))
            own = CONVERTERS.get(match["converter"] or "str")
            sure = sure and own is not None
            out.append(f"(?:{own or '.+'})")
            start = match.end()
        text = "".join([*out, re.escape(text[start:]), r"\Z" if last else ""])
    elif _REPEATED_GROUP.search(text) or len(_OPEN.findall(text)) > _MAX_REPEATS or len(text) > 2_000:
        return None  # may take longer than anybody waits
    elif last and text.endswith("$") and not text.endswith(r"\$"):
        text = rf"\A(?:{text})\Z"  # Django matches it in full
    try:
        return re.compile(text), sure
    except (re.error, OverflowError, RecursionError):
        return None


def _literal(part: Part) -> tuple[str, bool]:
    """Return the text that a part surely begins with, and whether that is all of it."""
    if part.kind == "language" or part.text is None:
        return "", False
    if part.kind == "path":
        head, mark, _ = part.text.partition("<")
        return head, not mark
    text = part.text
    if not text.startswith("^"):
        return "", not text
    out: list[str] = []
    index = 1
    while index < len(text):
        char = text[index]
        following = text[index + 1 : index + 2]
        if char == "\\" and following and not following.isalnum():
            char, index = following, index + 1
        elif char == "$" and index == len(text) - 1:
            return "".join(out), True
        elif char in "\\.[]()*+?{}|^$":
            break
        if "|" in text or text[index + 1 : index + 2] in ("?", "*", "{"):
            break
        out.append(char)
        index += 1
    return "".join(out), index >= len(text)
