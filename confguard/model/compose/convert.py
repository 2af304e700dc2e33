"""A parsed document to the working tree: interpolated, cast, with ``!reset`` and ``!override`` taken out."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from confguard.model.compose.interpolation import InterpolationError, Interpolator
from confguard.model.compose.tree import (
    Leaf,
    LeafValue,
    Map,
    Path,
    PatternNode,
    Patterns,
    Seq,
    Tree,
    advance,
    matched,
)
from confguard.model.value import Step
from confguard.source import Problem, Span

if TYPE_CHECKING:
    from confguard.parsers.yaml_tree import Mapping, Node, Scalar

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
    tagged: list[Tagged] = field(default_factory=list)

    def document(self, node: Mapping) -> Map:
        """Return the working tree of a document's top level."""
        return self._mapping(node, (), _CASTS.start())

    def _mapping(self, node: Mapping, path: Path, state: tuple[PatternNode[Cast], ...]) -> Map:
        entries: dict[str, Tree] = {}
        keys: dict[str, tuple[Span, ...]] = {}
        for entry in node.entries:
            name = entry.key.text
            here = (*path, name)
            tag = entry.value.tag
            if tag in ("!reset", "!override"):
                self.tagged.append(Tagged(here, tag, entry.key.span))
                if tag == "!reset":
                    continue
            keys[name] = (entry.key.span,)
            entries[name] = self._node(entry.value, here, advance(state, name) if state else state)
        return Map(entries, (Step(".".join(path), node.span),), keys)

    def _node(self, node: Node, path: Path, state: tuple[PatternNode[Cast], ...]) -> Tree:
        kind = type(node).__name__
        if kind == "Scalar":
            return self._scalar(node, path, state)  # type: ignore[arg-type]
        if kind == "Mapping":
            return self._mapping(node, path, state)  # type: ignore[arg-type]
        following = advance(state, "[]") if state else state
        items = [
            self._node(item, path, following)
            for item in node.items  # type: ignore[union-attr]
            if item.tag != "!reset"
        ]
        return Seq(items, (Step(".".join(path), node.span),))

    def _scalar(self, node: Scalar, path: Path, state: tuple[PatternNode[Cast], ...]) -> Leaf:
        step = Step(".".join(path), node.span)
        value = node.value
        if not isinstance(value, str):
            return Leaf(value, (step,))
        trail: tuple[Step, ...] = (step,)
        if "$" in value:
            try:
                value, steps = self.interpolator.substitute(value, node.span)
                trail = (step, *steps)
            except InterpolationError as error:
                where = ".".join(path)
                span = error.span or node.span
                hint = "write $$ for a $ that is meant as it is"
                self.problems.append(
                    Problem(span, f"{error.message} in {where}: {span.first_line().text}", hint)
                )
                return Leaf(value, trail)
        cast = matched(state) if state else None
        if cast is None or self.interpolator.marks.unknown_in(value) is not None:
            return Leaf(value, trail)
        typed = cast(value)
        if typed is None:
            self.problems.append(
                Problem(node.span, f"has {value!r} for {'.'.join(path)}: {_WANTED[cast]} is needed")
            )
        return Leaf(typed, trail)


def remove(root: Map, path: Path) -> Map:
    """Return the tree without the value at a path."""
    if not path or path[0] not in root.entries:
        return root
    if len(path) == 1:
        return root.without(path[0])
    child = root.entries[path[0]]
    if not isinstance(child, Map):
        return root
    smaller = remove(child, path[1:])
    return root if smaller is child else root.with_entries({path[0]: smaller})


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

_CASTS: Patterns[Cast] = Patterns(
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
