"""What an overlay changes of its base, attribute by attribute, and what it only seems to change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from confguard.model.compose.convert import Tagged
from confguard.model.compose.tree import Leaf, Map, Path, Seq, Tree, as_map, place, same, sprint
from confguard.source import Span

Reason = Literal["", "empty", "null", "same", "absent"]
Effect = Literal["replaced", "appended", "merged", "removed", "nothing"]

_KEY_VALUE = frozenset({"environment", "labels", "args", "annotations", "sysctls", "extra_hosts"})


@dataclass(frozen=True, slots=True)
class Override:
    """An attribute of a service that a later file writes although an earlier one has it.

    ``attribute`` is its path below the service (``("environment", "DEBUG")``). ``base`` is where the
    earlier value stands, ``overlay`` the later key. ``effect`` is what docker compose makes of it:
    ``nothing`` where the result is as without it, and ``reason`` then says why: ``empty`` (an empty list
    or mapping is merged, so nothing goes away), ``null``, ``same`` (the earlier files say it already),
    ``absent`` (``!reset`` of what is not there). ``forced``: ``!reset`` or ``!override`` is written.
    """

    service: str
    attribute: tuple[str, ...]
    base: Span | None
    overlay: Span | None
    effect: Effect
    reason: Reason = ""
    forced: bool = False


@dataclass(frozen=True, slots=True)
class Redeclared:
    """A resource that a file and a file which it includes both declare, and not alike.

    ``section`` is ``services``, ``volumes``...; ``span`` is its key in the file that includes. compose-go
    merges it over the included one from 2.10 on (docker compose 5.0), and refused it before (until 2.40).
    """

    section: str
    name: str
    span: Span


def compare(before: Map, overlay: Map, after: Map, tagged: Sequence[Tagged]) -> Iterator[Override]:
    """Yield what the services of an overlay do to those before it; ``after`` is the merged result."""
    old_services, new_services = as_map(before.get("services")), as_map(after.get("services"))
    forced: dict[str, set[Path]] = {}
    for tag in tagged:
        if tag.path[0] == "services" and len(tag.path) > 1:
            forced.setdefault(tag.path[1], set()).add(tag.path[2:])
    for name, written in as_map(overlay.get("services")).entries.items():
        old, new = old_services.get(name), new_services.get(name)
        if isinstance(written, Map) and isinstance(old, Map) and isinstance(new, Map):
            yield from _attributes(name, (), written, old, new, forced.get(name, set()))
    for tag in tagged:
        if tag.tag == "!reset" and len(tag.path) > 2 and tag.path[0] == "services":
            existing = _at(old_services, tag.path[1:])
            left = _at(new_services, tag.path[1:])
            gone = existing is not None and left is None
            effect: Effect = "removed" if gone else "nothing"
            reason: Reason = "" if gone else "absent"
            yield Override(tag.path[1], tag.path[2:], place(existing), tag.span, effect, reason, True)


def _at(node: Tree | None, path: Sequence[str]) -> Tree | None:
    for part in path:
        node = node.get(part) if isinstance(node, Map) else None
    return node


def _attributes(
    service: str, path: tuple[str, ...], written: Map, old: Map, new: Map, forced: set[tuple[str, ...]]
) -> Iterator[Override]:
    for name, value in written.entries.items():
        earlier = old.get(name)
        if earlier is None or name.startswith("x-"):
            continue
        span = written.key_span(name) or place(value)
        here = (*path, name)
        yield from _attribute(service, here, value, earlier, new.get(name), span, forced)


def _attribute(
    service: str,
    path: tuple[str, ...],
    written: Tree,
    earlier: Tree,
    later: Tree | None,
    span: Span | None,
    forced: set[tuple[str, ...]],
) -> Iterator[Override]:
    base = place(earlier)
    if path in forced:
        unchanged = _same(earlier, later)
        forced_effect: Effect = "nothing" if unchanged else "replaced"
        yield Override(service, path, base, span, forced_effect, "same" if unchanged else "", True)
        return
    if path[-1] in _KEY_VALUE and not _is_empty(written):
        yield from _key_values(service, path, written, earlier)
        return
    if _same(earlier, later):
        yield Override(service, path, base, span, "nothing", _why_nothing(written))
        return
    if isinstance(written, Map) and isinstance(earlier, Map) and isinstance(later, Map):
        yield Override(service, path, base, span, "merged")
        yield from _attributes(service, path, written, earlier, later, forced)
        return
    if isinstance(earlier, Seq) and isinstance(later, Seq):
        whole = len(later.items) >= len(earlier.items) and all(map(same, earlier.items, later.items))
        yield Override(service, path, base, span, "appended" if whole else "replaced")
        return
    yield Override(service, path, base, span, "replaced")


def _same(earlier: Tree, later: Tree | None) -> bool:
    if same(earlier, later):
        return True
    return isinstance(earlier, Map | Seq) and sorted(_pairs(earlier)) == sorted(_pairs(later)) != []


def _pairs(node: Tree | None) -> list[tuple[str, str]]:
    """Return ``KEY=value`` pairs of a flat mapping or a list of such texts, else nothing."""
    pairs: list[tuple[str, str]] = []
    if isinstance(node, Map):
        for name, value in node.entries.items():
            if not isinstance(value, Leaf):
                return []
            pairs.append((name, "" if value.value is None else f"={sprint(value.value)}"))
    elif isinstance(node, Seq):
        for item in node.items:
            if not isinstance(item, Leaf):
                return []
            key, separator, rest = sprint(item.value).partition("=")
            pairs.append((key, separator + rest))
    return pairs


def _is_empty(node: Tree) -> bool:
    if isinstance(node, Map):
        return not node.entries
    if isinstance(node, Seq):
        return not node.items
    return node.value is None or node.value == ""


def _why_nothing(written: Tree) -> Reason:
    if isinstance(written, Leaf) and written.value is None:
        return "null"
    if _is_empty(written):
        return "empty"
    return "same"


def _key_values(service: str, path: tuple[str, ...], written: Tree, earlier: Tree) -> Iterator[Override]:
    """Yield one override for each key that an earlier file sets too."""
    old = dict(_pairs(earlier))
    places, written_places = _places(earlier), _places(written)
    for name, value in _pairs(written):
        if name in old:
            effect: Effect = "nothing" if old[name] == value else "replaced"
            reason: Reason = "same" if effect == "nothing" else ""
            yield Override(service, (*path, name), places.get(name), written_places.get(name), effect, reason)


def _places(node: Tree) -> dict[str, Span | None]:
    if isinstance(node, Map):
        return {name: node.key_span(name) or place(value) for name, value in node.entries.items()}
    items = node.items if isinstance(node, Seq) else []
    return {sprint(item.value).partition("=")[0]: place(item) for item in items if isinstance(item, Leaf)}
