"""Changing nodes of a tree by the patterns of the paths that lead to them."""

from __future__ import annotations

from collections.abc import Callable

from confguard.model.compose.merge import MergeError
from confguard.model.compose.tree import Leaf, Map, Seq, State, Tree, advance

Errors = list[MergeError]
Transform = Callable[[Tree, Errors], Tree]
"""Returns what stands for a node; raises MergeError, or appends it to the list where a part is left out."""

_DROPPED = Leaf(None)


def apply(node: Tree, state: State[Transform], errors: Errors, settled: Tree | None) -> Tree:
    """Return a node with the transforms of a state applied to it and below it.

    What raises is left out, and its error appended. ``settled`` is an earlier result: what is taken over from
    it needs no second look.
    """
    transform = state.value
    if transform is not None:
        try:
            node = transform(node, errors)
        except MergeError as error:
            errors.append(error)
            return _DROPPED
    if isinstance(node, Map):
        return _apply_map(node, state, errors, settled if isinstance(settled, Map) else None)
    if isinstance(node, Seq):
        following = advance(state, "[]")
        if following is not None:
            items = [apply(item, following, errors, None) for item in node.items]
            if any(new is not old for new, old in zip(items, node.items, strict=True)):
                return Seq([item for item in items if item is not _DROPPED], node.source)
    return node


def _apply_map(node: Map, state: State[Transform], errors: Errors, settled: Map | None) -> Map:
    done = settled.entries if settled is not None else {}
    changed: dict[str, Tree] = {}
    dropped: list[str] = []
    for name, value in node.entries.items():
        following = state.exact.get(name, state.other)
        if following is None:
            continue
        earlier = done.get(name)
        if earlier is value:
            continue
        new = apply(value, following, errors, earlier)
        if new is _DROPPED:
            dropped.append(name)
        elif new is not value:
            changed[name] = new
    if dropped:
        node = node.without(*dropped)
    return node.with_entries(changed) if changed else node
