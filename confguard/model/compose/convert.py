"""A parsed document to the working tree: interpolated, cast, with ``!reset`` and ``!override`` taken out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from confguard.model.compose.interpolation import InterpolationError, Interpolator
from confguard.model.compose.tree import (
    ITEM,
    Leaf,
    LeafValue,
    Located,
    Map,
    Path,
    Seq,
    State,
    Tree,
    Written,
    advance,
    may_change,
    patterns,
)
from confguard.model.value import Step, Trail
from confguard.source import Problem, Span

if TYPE_CHECKING:
    from confguard.parsers.yaml_tree import Mapping, Scalar, Sequence

_INTEGER = re.compile(r"[+-]?[0-9]+")
_WORDS = {
    **dict.fromkeys(("true", "y", "yes", "on"), True),
    **dict.fromkeys(("false", "n", "no", "off"), False),
}


@dataclass(frozen=True, slots=True)
class Tagged:
    """A value that is tagged ``!reset`` or ``!override``: its path, its tag and its key's place."""

    path: Path
    tag: str
    span: Span


@dataclass(slots=True)
class Converter:
    """Turns one document into the working tree; collects what is wrong and what is tagged."""

    interpolator: Interpolator
    problems: list[Problem]
    refusals: list[Problem]
    tagged: list[Tagged] = field(default_factory=list)
    above: list[str] = field(default_factory=list)
    """The keys above the node that is converted."""

    def document(self, node: Mapping) -> Map:
        """Return the working tree of a document's top level."""
        return self._mapping(node, "", _CASTS)

    def _mapping(self, node: Mapping, path: str, state: State[Cast] | None) -> Map:
        entries: dict[str, Tree] = {}
        keys: dict[str, tuple[Span | Located, ...]] = {}
        for entry in node.entries:
            key, value = entry.key, entry.value
            name = key.text
            here = f"{path}.{name}" if path else name
            if value.tag in ("!reset", "!override"):
                self.tagged.append(Tagged((*self.above, name), value.tag, key.span))
                if value.tag == "!reset":
                    continue
            keys[name] = (key,)
            following = None if state is None else state.exact.get(name, state.other)
            if value.kind == "scalar":
                entries[name] = self._scalar(value, here, following)
            else:
                self.above.append(name)
                entries[name] = self._collection(value, here, following)
                self.above.pop()
        return Map(entries, Written(path, node), keys)

    def _collection(self, node: Mapping | Sequence, path: str, state: State[Cast] | None) -> Tree:
        if node.kind == "mapping":
            return self._mapping(node, path, state)
        following = advance(state, ITEM)
        items = [
            self._scalar(item, path, following)
            if item.kind == "scalar"
            else self._collection(item, path, following)
            for item in node.items
            if item.tag != "!reset"
        ]
        return Seq(items, Written(path, node))

    def _scalar(self, node: Scalar, path: str, state: State[Cast] | None) -> Leaf:
        value = node.value
        if not isinstance(value, str):
            return Leaf(value, Written(path, node))
        source: Written | Trail = Written(path, node)
        if "$" in value:
            try:
                value, steps = self.interpolator.substitute(value, node.span)
                if steps:
                    source = (Step(path, node.span), *steps)
            except InterpolationError as error:
                span = error.span or node.span
                words = f"{error.message} in {path}: {span.first_line().text}"
                self.problems.append(Problem(span, words, "write $$ for a $ that is meant as it is"))
                return Leaf(value, source)
        cast = None if state is None else state.value
        if cast is None or self.interpolator.marks.unknown_in(value) is not None:
            return Leaf(value, source)
        typed = cast(value)
        if typed is None:
            words = f"has {value!r} for {path}: {_WANTED[cast]} is needed"
            soft = isinstance(source, tuple) and may_change(source)
            (self.refusals if soft else self.problems).append(Problem(node.span, words))
        return Leaf(value if typed is None else typed, source)


def remove(root: Map, paths: Iterable[Path]) -> Map:
    """Return the tree without the values at some paths."""
    below: dict[str, list[Path]] = {}
    for path in paths:
        if path and path[0] in root.entries:
            below.setdefault(path[0], []).append(path[1:])
    changed: dict[str, Tree] = {}
    gone: list[str] = []
    for name, rests in below.items():
        child = root.entries[name]
        if not all(rests):
            gone.append(name)
        elif isinstance(child, Map):
            changed[name] = remove(child, rests)
    smaller = root.without(*gone) if gone else root
    return smaller.with_entries(changed) if changed else smaller


Cast = Callable[[str], LeafValue]


def to_integer(text: str) -> LeafValue:
    """Return what Go's ``strconv.Atoi`` makes of a text, or None."""
    return int(text) if _INTEGER.fullmatch(text) and len(text) < 20 else None


def to_number(text: str) -> LeafValue:
    """Return what Go's ``strconv.ParseFloat`` makes of a text, or None."""
    try:
        return float(text) if text.strip() == text else None
    except ValueError:
        return None


def to_boolean(text: str) -> LeafValue:
    """Return what compose-go takes for a boolean, or None."""
    return _WORDS.get(text.lower())


_WANTED: dict[Cast, str] = {to_integer: "a whole number", to_number: "a number", to_boolean: "true or false"}

_CASTS: State[Cast] = patterns(
    {
        **{
            f"services.*.{name}": to_integer
            for name in (
                "cpu_count",
                "cpu_period",
                "cpu_quota",
                "cpu_rt_period",
                "cpu_rt_runtime",
                "cpu_shares",
                "deploy.replicas",
                "deploy.update_config.parallelism",
                "deploy.rollback_config.parallelism",
                "deploy.restart_policy.max_attempts",
                "deploy.placement.max_replicas_per_node",
                "healthcheck.retries",
                "oom_score_adj",
                "pids_limit",
                "ports.[].target",
                "scale",
                "ulimits.*",
                "ulimits.*.hard",
                "ulimits.*.soft",
            )
        },
        **{
            f"services.*.{name}": to_number
            for name in (
                "cpu_percent",
                "cpus",
                "deploy.update_config.max_failure_ratio",
                "deploy.rollback_config.max_failure_ratio",
            )
        },
        **{
            f"services.*.{name}": to_boolean
            for name in (
                "init",
                "healthcheck.disable",
                "oom_kill_disable",
                "privileged",
                "read_only",
                "stdin_open",
                "tty",
                "volumes.[].read_only",
                "volumes.[].volume.nocopy",
            )
        },
        **dict.fromkeys(
            (
                "networks.*.external",
                "networks.*.internal",
                "networks.*.attachable",
                "networks.*.enable_ipv4",
                "networks.*.enable_ipv6",
                "volumes.*.external",
                "secrets.*.external",
                "configs.*.external",
            ),
            to_boolean,
        ),
    }
)
