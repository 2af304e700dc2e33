"""Nodes of the merged tree to what docker compose prints for them (compose-go 2.9, ``types/``)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from confguard.model.compose.convert import to_boolean, to_integer, to_number
from confguard.model.compose.interpolation import Marks
from confguard.model.compose.merge import to_sequence
from confguard.model.compose.shell_words import split_words
from confguard.model.compose.tree import Leaf, Map, Seq, Tree, as_map, plain, sprint
from confguard.model.compose.units import float32, parse_duration, parse_size, show_duration

Convert = Callable[[Tree], Any]


def fields(node: Tree, spec: Mapping[str, Convert]) -> dict[str, Any]:
    """Return a mapping's fields by their converters; what is empty is left out (None stands for that)."""
    result: dict[str, Any] = {}
    entries = as_map(node).entries
    for name, convert in spec.items():
        value = entries.get(name)
        if value is None or (isinstance(value, Leaf) and value.value is None):
            continue
        if is_unknown(value) and convert not in _OF_TEXTS:
            result[name] = plain(value)
            continue
        converted = convert(value)
        if converted is not None:
            result[name] = converted
    return result


def is_unknown(node: Tree) -> bool:
    """Say whether a text has unknown parts: it is shown as it is, whatever its type should be."""
    return isinstance(node, Leaf) and isinstance(node.value, str) and Marks.shown(node.value) != node.value


def struct(spec: Mapping[str, Convert], **always: Any) -> Convert:
    """Return the converter of a mapping with known fields; ``always`` is there in any case."""

    def convert(node: Tree) -> Any:
        return {**always, **fields(node, spec)}

    return convert


def list_of(item: Convert) -> Convert:
    """Return the converter of a list; an empty one is left out."""

    def convert(node: Tree) -> Any:
        return [item(entry) for entry in node.items] or None if isinstance(node, Seq) else None

    return convert


def map_of(item: Convert) -> Convert:
    """Return the converter of a mapping with any keys; null stays null."""

    def convert(node: Tree) -> Any:
        entries = as_map(node).entries
        return {
            key: None if isinstance(value, Leaf) and value.value is None else item(value)
            for key, value in entries.items()
        } or None

    return convert


def text(node: Tree) -> str | None:
    """Return a scalar as text; an empty one is left out."""
    return sprint(node.value) or None if isinstance(node, Leaf) else None


def item_text(node: Tree) -> str:
    """Return a scalar as text; null and collections are empty."""
    return sprint(node.value) if isinstance(node, Leaf) and node.value is not None else ""


def boolean(node: Tree) -> bool:
    """Return a scalar as true or false."""
    value = plain(node)
    return bool(to_boolean(value)) if isinstance(value, str) else bool(value)


def true_or_none(node: Tree) -> bool | None:
    """Return true; false is left out."""
    return boolean(node) or None


def integer(node: Tree) -> int:
    """Return a scalar as a whole number; 0 for what is none."""
    value = plain(node)
    if isinstance(value, str):
        value = to_integer(value)
    return int(value) if isinstance(value, int | float) else 0


def nonzero(node: Tree) -> int | None:
    """Return a whole number; 0 is left out."""
    return integer(node) or None


def number(node: Tree) -> float | int | None:
    """Return a number as a float32 prints; 0 is left out."""
    value = plain(node)
    if isinstance(value, str):
        value = to_number(value)
    return float32(float(value)) or None if isinstance(value, int | float) else None


def size(node: Tree) -> str | None:
    """Return a size as a text in bytes; 0 is left out."""
    value = plain(node)
    size = parse_size(value) if isinstance(value, str) else value if isinstance(value, int) else 0
    return str(size) if size else None


def size_or_zero(node: Tree) -> str:
    """Return a size as a text in bytes."""
    return size(node) or "0"


def duration(node: Tree) -> str | None:
    """Return a duration as Go prints it."""
    nanoseconds = parse_duration(item_text(node))
    return None if nanoseconds is None else show_duration(nanoseconds)


def nonzero_duration(node: Tree) -> str | None:
    """Return a duration as Go prints it; zero is left out."""
    shown = duration(node)
    return None if shown == "0s" else shown


def strings(node: Tree) -> list[str] | None:
    """Return a text or a list of texts as a list; an empty one is left out."""
    if isinstance(node, Leaf):
        return [item_text(node)]
    return [item_text(item) for item in node.items] or None if isinstance(node, Seq) else None


def pairs(node: Tree) -> dict[str, str] | None:
    """Return ``list_or_dict`` with every value as text."""
    if isinstance(node, Map):
        return {key: item_text(value) for key, value in node.entries.items()} or None
    result: dict[str, str] = {}
    for item in node.items if isinstance(node, Seq) else ():
        key, _, value = item_text(item).partition("=")
        result[key] = value
    return result or None


def optional_pairs(node: Tree) -> dict[str, str | None] | None:
    """Return ``list_or_dict`` where a key without a value is null."""
    if isinstance(node, Map):
        entries = node.entries.items()
        return {key: None if plain(value) is None else item_text(value) for key, value in entries} or None
    result: dict[str, str | None] = {}
    for item in node.items if isinstance(node, Seq) else ():
        key, separator, value = item_text(item).partition("=")
        result[key] = value if separator else None
    return result or None


def command(node: Tree) -> list[str] | None:
    """Return the words of a command."""
    if isinstance(node, Leaf):
        words = split_words(item_text(node))
        return list(words) if words is not None else None
    return [item_text(item) for item in node.items] if isinstance(node, Seq) else None


def test(node: Tree) -> list[str] | None:
    """Return the test of a healthcheck as a list."""
    return ["CMD-SHELL", item_text(node)] if isinstance(node, Leaf) else strings(node)


def hosts(node: Tree) -> list[str] | None:
    """Return ``extra_hosts`` as sorted ``HOST=ADDRESS`` texts."""
    hosts: list[str] = []
    for item in to_sequence(node):
        text = item_text(item)
        host, separator, addresses = text.partition("=")
        if not separator:
            host, _, addresses = text.partition(":")
        for address in addresses.split(","):
            bare = address[1:-1] if address.startswith("[") and address.endswith("]") else address
            hosts.append(f"{host}={bare}")
    return sorted(hosts) or None


def mode(node: Tree) -> str:
    """Return a file's mode in octal digits."""
    value = plain(node)
    number = int(value, 8) if isinstance(value, str) and value.isdigit() else value
    return f"0{number:o}" if isinstance(number, int) else "00"


def ulimit(node: Tree) -> Any:
    """Return a limit: one number or a soft and a hard one."""
    if isinstance(node, Map):
        return fields(node, {"soft": nonzero, "hard": nonzero})
    return integer(node)


def device_count(node: Tree) -> int | None:
    """Return a number of devices; ``all`` is -1."""
    value = plain(node)
    return -1 if isinstance(value, str) and value.lower() == "all" else nonzero(node)


def ssh(node: Tree) -> Any:
    """Return the ssh keys of a build, as compose-go marshals them."""
    keys = as_map(node).entries.items()
    return [key if plain(value) is None else {key: item_text(value)} for key, value in keys] or None


def multi_options(node: Tree) -> Any:
    """Return a provider's options: each a list of texts."""
    return {
        key: [item_text(item) for item in (value.items if isinstance(value, Seq) else [value])]
        for key, value in as_map(node).entries.items()
    } or None


def weight_device(node: Tree) -> Any:
    """Return an entry of ``blkio_config.weight_device``."""
    fields = as_map(node)
    return {
        "Path": text(fields.entries.get("path", Leaf(""))) or "",
        "Weight": integer(_or_null(fields, "weight")),
    }


def throttle_device(node: Tree) -> Any:
    """Return a limit of ``blkio_config`` for one device."""
    fields = as_map(node)
    return {
        "Path": text(fields.entries.get("path", Leaf(""))) or "",
        "Rate": size_or_zero(_or_null(fields, "rate")),
    }


def _or_null(fields: Map, name: str) -> Tree:
    return fields.entries.get(name, Leaf(None))


_OF_TEXTS = frozenset((text, strings, command, test, hosts))
"""Converters that keep an unknown text in the shape that it has when it is known."""
