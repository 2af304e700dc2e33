"""Merging of Compose files, each attribute by its own rule (compose-go 2.9, ``override/``)."""

from __future__ import annotations

from collections.abc import Callable

from confguard.model.compose.tree import (
    Joined,
    Leaf,
    LinkedPath,
    Map,
    Seq,
    Source,
    State,
    Tree,
    advance,
    advanced,
    dotted,
    parts,
    patterns,
    place,
    plain,
    sprint,
)
from confguard.model.value import Step, Trail
from confguard.source import Span

_SERVICE: LinkedPath = ((None, "services"), "x")


class MergeError(Exception):
    """Two values that docker compose refuses to merge."""

    def __init__(self, message: str, span: Span | None, trail: Trail = ()) -> None:
        super().__init__(message)
        self.message, self.span, self.trail = message, span, trail


Merger = Callable[[Tree, Tree, LinkedPath], Tree]


def merge(base: Map, over: Map) -> Map:
    """Return two files' trees merged; the second one wins. Raises MergeError."""
    return _mappings(base, over, None, _RULES)


def extend_service(base: Map, over: Map) -> Map:
    """Return a service merged over the one that it extends. Raises MergeError."""
    merged = _merge(base, over, _SERVICE, advanced(_RULES, parts(_SERVICE)))
    return merged if isinstance(merged, Map) else over


def override_resource(section: str, base: Tree, over: Tree) -> Tree:
    """Return a resource merged over one of the same name in an included file. Raises MergeError.

    compose-go 2.10, ``loader/include.go`` (``importResource``): until 2.9 it refused what differs.
    """
    path: LinkedPath = ((None, section), "x")
    return _merge(base, over, path, advanced(_RULES, parts(path)))


def _merge(base: Tree, over: Tree, path: LinkedPath, state: State[Merger] | None) -> Tree:
    if state is not None and state.value is not None:
        return state.value(base, over, path)
    if isinstance(over, Leaf) and over.value is None:
        return base
    if isinstance(base, Map):
        if not isinstance(over, Map):
            raise _clash(over, path)
        return _mappings(base, over, path, state)
    if isinstance(base, Seq):
        if not isinstance(over, Seq):
            raise _clash(over, path)
        return Seq(base.items + over.items, Joined(over, base))
    return over


def _clash(over: Tree, path: LinkedPath) -> MergeError:
    return MergeError(f"cannot override {dotted(path)}: it is of another kind", place(over))


def _mappings(base: Map, over: Map, path: LinkedPath, state: State[Merger] | None) -> Map:
    entries = dict(base.entries)
    keys = dict(base.keys)
    for name, value in over.entries.items():
        earlier = entries.get(name)
        keys[name] = over.keys.get(name, ()) + base.keys.get(name, ())
        if earlier is None:
            entries[name] = value
        else:
            entries[name] = _merge(earlier, value, (path, name), advance(state, name))
    return Map(entries, Joined(over, base), keys)


def _replace(base: Tree, over: Tree, path: LinkedPath) -> Tree:
    return over


def to_sequence(value: Tree) -> list[Tree]:
    """Return ``KEY=value`` items of a mapping, a list's items, or a string as a list of one."""
    if isinstance(value, Seq):
        return value.items
    if isinstance(value, Leaf):
        return [value] if isinstance(value.value, str) else []
    items: list[Tree] = []
    for name in sorted(value.entries):
        entry = value.entries[name]
        if isinstance(entry, Seq):
            for item in entry.items:
                shown = sprint(item.value) if isinstance(item, Leaf) else str(plain(item))
                items.append(Leaf(f"{name}={shown}", item.source))
        elif isinstance(entry, Leaf):
            if entry.value is None:
                items.append(Leaf(name, entry.source))
            else:
                items.append(Leaf(f"{name}={sprint(entry.value)}", entry.source))
    return items


def _joined(over: Tree, base: Tree) -> Source:
    if isinstance(over, Leaf) or isinstance(base, Leaf):
        return over.trail + base.trail
    return Joined(over, base)


def _append_as_sequence(base: Tree, over: Tree, path: LinkedPath) -> Tree:
    return Seq(to_sequence(base) + to_sequence(over), _joined(over, base))


def _extra_hosts(base: Tree, over: Tree, path: LinkedPath) -> Tree:
    items = to_sequence(base)
    present = {str(plain(item)) for item in items}
    return Seq(
        items + [item for item in to_sequence(over) if str(plain(item)) not in present],
        over.trail + base.trail,
    )


def _build(base: Tree, over: Tree, path: LinkedPath) -> Tree:
    def long_form(value: Tree) -> Map:
        if isinstance(value, Map):
            return value
        if isinstance(value, Leaf) and isinstance(value.value, str):
            span = place(value)
            return Map({"context": value}, value.source, {"context": (span,)} if span else {})
        return Map({}, value.source)

    return _mappings(long_form(base), long_form(over), path, advanced(_RULES, parts(path)))


def to_mapping(value: Tree, default: dict[str, Leaf] | None = None) -> Map:
    """Return a mapping as it is and a list of names as a mapping, each with the default as its value."""
    if isinstance(value, Map):
        return value
    entries: dict[str, Tree] = {}
    keys: dict[str, tuple[Span, ...]] = {}
    for item in value.items if isinstance(value, Seq) else ():
        if isinstance(item, Leaf) and isinstance(item.value, str):
            entries[item.value] = (
                Leaf(None, item.source) if default is None else Map(dict(default), item.source)
            )
            span = place(item)
            keys[item.value] = (span,) if span else ()
    return Map(entries, value.source, keys)


def dependency_defaults() -> dict[str, Leaf]:
    """Return what the short form of ``depends_on`` stands for."""
    step = (Step("what the short form of depends_on stands for"),)
    return {"condition": Leaf("service_started", step), "required": Leaf(True, step)}


def _depends_on(base: Tree, over: Tree, path: LinkedPath) -> Tree:
    left, right = to_mapping(base, dependency_defaults()), to_mapping(over, dependency_defaults())
    return _mappings(left, right, path, advanced(_RULES, parts(path)))


def _names(base: Tree, over: Tree, path: LinkedPath) -> Tree:
    return _mappings(to_mapping(base), to_mapping(over), path, advanced(_RULES, parts(path)))


def _logging(base: Tree, over: Tree, path: LinkedPath) -> Tree:
    if not isinstance(base, Map) or not isinstance(over, Map):
        return base if isinstance(over, Leaf) and over.value is None else over
    old, new = base.get("driver"), over.get("driver")
    if old is None or new is None or plain(old) == plain(new):
        return _mappings(base, over, path, None)
    return over


def _ipam_config(base: Tree, over: Tree, path: LinkedPath) -> Tree:
    if not isinstance(base, Seq) or not isinstance(over, Seq):
        raise _clash(over, path)
    result: list[Map] = []

    def index_of(subnet: object) -> int:
        return next((i for i, pool in enumerate(result) if plain(pool.get("subnet")) == subnet), -1)

    for original in base.items:
        right = to_mapping(original)
        for item in over.items:
            left = to_mapping(item)
            subnet = plain(left.get("subnet"))
            if subnet != plain(right.get("subnet")) and index_of(subnet) == -1:
                result.append(left)
                continue
            right = _mappings(right, left, path, None)
            found = index_of(plain(right.get("subnet")))
            if found >= 0:
                result[found] = right
            else:
                result.append(right)
    return Seq(list(result), over.trail + base.trail)


_RULES: State[Merger] = patterns(
    {
        "networks.*.ipam.config": _ipam_config,
        "networks.*.labels": _append_as_sequence,
        "volumes.*.labels": _append_as_sequence,
        "services.*.annotations": _append_as_sequence,
        "services.*.build": _build,
        "services.*.build.args": _append_as_sequence,
        "services.*.build.additional_contexts": _append_as_sequence,
        "services.*.build.extra_hosts": _extra_hosts,
        "services.*.build.labels": _append_as_sequence,
        "services.*.command": _replace,
        "services.*.depends_on": _depends_on,
        "services.*.deploy.labels": _append_as_sequence,
        "services.*.dns": _append_as_sequence,
        "services.*.dns_opt": _append_as_sequence,
        "services.*.dns_search": _append_as_sequence,
        "services.*.entrypoint": _replace,
        "services.*.env_file": _append_as_sequence,
        "services.*.label_file": _append_as_sequence,
        "services.*.environment": _append_as_sequence,
        "services.*.extra_hosts": _extra_hosts,
        "services.*.healthcheck.test": _replace,
        "services.*.labels": _append_as_sequence,
        "services.*.logging": _logging,
        "services.*.models": _names,
        "services.*.networks": _names,
        "services.*.sysctls": _append_as_sequence,
        "services.*.tmpfs": _append_as_sequence,
        "services.*.ulimits.*": _replace,
    }
)
