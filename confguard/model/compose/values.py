"""Nodes of the merged tree as values: texts, paths, flags, command lines, lists of variables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from confguard.model.compose.interpolation import Marks
from confguard.model.compose.shell_words import split_words
from confguard.model.compose.tree import Leaf, Map, Seq, Tree, place, sprint
from confguard.model.environment import Environment
from confguard.model.value import Known, Step, Trail, Unknown, Value


@dataclass(frozen=True, slots=True)
class Values:
    """Reads values; knows where the project lies, what marks in texts stand for, and Compose's variables."""

    root: str
    marks: Marks
    environment: Environment

    def value(self, text: str, trail: Trail) -> Value[str]:
        """Return a text as a value: unknown where a part of it is."""
        unknown = self.marks.unknown_in(text)
        return Unknown(unknown.reason, trail) if unknown is not None else Known(text, trail)

    def text(self, node: Tree | None) -> Value[str] | None:
        """Return a scalar as a text value, None for null and for collections."""
        if not isinstance(node, Leaf) or node.value is None:
            return None
        return self.value(sprint(node.value), node.trail)

    def shown_path(self, path: str) -> str:
        """Return an absolute path relative to the project where it lies in it."""
        if path == self.root:
            return "."
        return path[len(self.root) + 1 :] if path.startswith(f"{self.root}/") else path

    def project_path(self, path: str) -> str | None:
        """Return an absolute path relative to the project's root, None outside of it."""
        if self.marks.unknown_in(path) is not None:
            return None
        if path == self.root:
            return ""
        return path[len(self.root) + 1 :] if path.startswith(f"{self.root}/") else None

    def flag(self, node: Tree | None) -> bool:
        """Return whether a scalar is surely true."""
        value = node.value if isinstance(node, Leaf) else None
        return value is True or (isinstance(value, str) and value.lower() in ("true", "yes", "y", "on"))

    def words(self, node: Tree | None) -> tuple[Value[tuple[str, ...]] | None, Value[str] | None]:
        """Return a command's words, and its raw text if it was one."""
        if isinstance(node, Seq):
            texts = [sprint(item.value) for item in node.items if isinstance(item, Leaf)]
            trail = (*node.trail, *(step for item in node.items for step in item.trail[1:]))
            unknown = next((found for text in texts if (found := self.marks.unknown_in(text))), None)
            if unknown is not None:
                return Unknown(unknown.reason, trail), None
            return Known(tuple(texts), trail), None
        raw = self.text(node)
        if raw is None:
            return None, None
        if isinstance(raw, Unknown):
            return raw, raw
        words = split_words(raw.value)
        if words is None:
            return Unknown("docker compose cannot split it into words", raw.trail), raw
        return Known(words, raw.trail), raw

    def variables(self, node: Tree | None) -> dict[str, Value[str] | None]:
        """Return a list or mapping of variables; None for one without a value."""
        result: dict[str, Value[str] | None] = {}
        if isinstance(node, Map):
            for name, value in node.entries.items():
                result[name] = self._variable(name, value)
        for item in node.items if isinstance(node, Seq) else ():
            text = sprint(item.value) if isinstance(item, Leaf) else ""
            name, separator, rest = text.partition("=")
            if separator:
                result[name] = self.value(rest, _value_trail(item, len(name) + 1))
            else:
                result[name] = self._variable(name, Leaf(None, item.trail))
        return result

    def _variable(self, name: str, node: Tree) -> Value[str] | None:
        if isinstance(node, Leaf) and node.value is None:
            found = self.environment.get(name)
            if found is None:
                return None
            step = Step(f"passes {name} through", place(node))
            if isinstance(found, Known):
                return found.then(step)
            return Unknown(found.reason, (step, *found.trail))
        if isinstance(node, Leaf):
            return self.value(sprint(node.value), node.trail)
        return Unknown("it is a collection", node.trail)

    def strings(self, node: Tree | None) -> tuple[str, ...]:
        """Return the scalars of a list as they would be printed."""
        items = node.items if isinstance(node, Seq) else ()
        return tuple(
            sprint(item.value) for item in items if isinstance(item, Leaf) and item.value is not None
        )

    def texts(self, node: Tree | None) -> Iterator[Value[str]]:
        """Yield the scalars of a list as text values."""
        for item in node.items if isinstance(node, Seq) else ():
            value = self.text(item)
            if value is not None:
                yield value


def _value_trail(item: Tree, skip: int) -> Trail:
    """Return the trail of ``KEY=value``; its place is narrowed to the value where that is plain to see."""
    span = place(item)
    if span is None or not isinstance(item, Leaf) or not isinstance(item.value, str):
        return item.trail
    text = span.text
    if not item.trail or item.trail[0].span is not span:
        return item.trail
    quoted = 1 if text[:1] in ("'", '"') else 0
    if text[quoted : quoted + skip] != item.value[:skip]:
        return item.trail
    narrowed = span.sub(quoted + skip, len(text) - quoted)
    first = item.trail[0]
    return (Step(f"{first.text}.{item.value[: skip - 1]}", narrowed, first.origin), *item.trail[1:])
