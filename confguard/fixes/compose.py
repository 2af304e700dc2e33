"""Edits of Compose files: what overlays take away, ports, variables, conditions of a service."""

from __future__ import annotations

import re
from collections.abc import Sequence

from confguard.finding import Edit
from confguard.fixes.yaml import Spot, add_item, add_key, add_keys, node_at, replace_value, spot_at, tag
from confguard.model.compose import Port, Service
from confguard.parsers.yaml_tree import Mapping, Scalar
from confguard.parsers.yaml_tree import Sequence as Items
from confguard.source import Span

_VARIABLE = r"\$\{[^}]*\}|\$\w+|[\d-]+"
_SHORT = re.compile(
    rf"(?P<address>(?:\d+\.){{3}}\d+:|\[[\da-fA-F:]*\]:)?(?:(?P<host>{_VARIABLE}):)?(?P<target>{_VARIABLE})(?:/\w+)?\Z"
)


def reset(key: Span) -> Edit | None:
    """Let an overlay's key take away what earlier files say (compose-spec, 13-merge.md, "Reset value")."""
    place = spot_at(key)
    return tag(place, "!reset") if place is not None and not place.is_alias else None


def override(key: Span) -> Edit | None:
    """Let an overlay's key replace what earlier files say (compose-spec, 13-merge.md, "Replace value")."""
    place = spot_at(key)
    return tag(place, "!override") if place is not None and not place.is_alias else None


def on_loopback(port: Port) -> Edit | None:
    """Publish a port on the host's loopback address alone."""
    found = node_at(port.span) if port.span is not None else None
    if found is None:
        return None
    node = found[1]
    if isinstance(node, Mapping):
        return _long_on_loopback(node)
    if not isinstance(node, Scalar) or node.style in ("|", ">"):
        return None
    short = _SHORT.match(node.text)
    written = node.span.text
    text = written[1:-1] if node.style else written
    if short is None or text != node.text:
        return None
    start = node.start + bool(node.style)
    address = short["address"] or ""
    prefix = "127.0.0.1:" if short["host"] or address else "127.0.0.1::"
    return Edit(node.source.span(start, start + len(address)), prefix)


def _long_on_loopback(node: Mapping) -> Edit | None:
    entry = node.entry("host_ip")
    if entry is not None:
        return replace_value(entry.value, "127.0.0.1")
    first = node.entries[0]
    if node.flow:
        return Edit(node.source.span(node.end - 1), ", host_ip: 127.0.0.1")
    indent = " " * (first.key.start - node.source.text.rfind("\n", 0, first.key.start) - 1)
    return Edit(node.source.span(first.key.start), f"host_ip: 127.0.0.1\n{indent}")


def service_key(service: Service, key: str = "") -> Spot | None:
    """Return the place of a service in the newest of its files, or in the newest that has the key."""
    places = [place for span in service.spans if (place := spot_at(span)) is not None]
    if not key:
        return places[0] if places else None
    for place in places:
        node = place.value
        if isinstance(node, Mapping) and (entry := node.entry(key)) is not None and not entry.merged:
            return Spot(
                entry, node, (*place.around, place), place.shared or _is_anchor(entry.key, entry.value)
            )
    return None


def _is_anchor(key: Scalar, value: object) -> bool:
    start = getattr(value, "start", key.end)
    return "&" in key.source.text[key.end : start]


def pass_on(service: Service, names: Sequence[str], *, if_set: bool = False) -> Edit | None:
    """Give a service variables under their own names: ``NAME: ${NAME}``.

    ``if_set`` writes the bare name, by which a variable that nothing sets stays unset (compose-spec,
    05-services.md, "environment"), so that defaults of who reads it still apply. None where what the
    service is given stands at an anchor, so that others would get them, too.
    """
    value = "" if if_set else "${%s}"
    pair = "%s" if if_set else "%s=${%s}"
    place = service_key(service, "environment")
    if place is None:
        own = service_key(service)
        if own is None or own.shared:
            return None
        if _as_list(own):
            return add_key(own, "environment", [f"- {_named(pair, name)}" for name in names])
        return add_key(own, "environment", [f"{name}: {_named(value, name)}".rstrip() for name in names])
    if place.shared or place.is_alias:
        return None
    node = place.value
    if isinstance(node, Items):
        quote = '"' if node.flow else ""
        return _items(node, [f"{quote}{_named(pair, name)}{quote}" for name in names])
    if isinstance(node, Mapping) and node.flow:
        return add_keys(place, {name: f'"{_named(value, name)}"' if value else "null" for name in names})
    return add_keys(place, {name: _named(value, name) for name in names})


def _as_list(service: Spot) -> bool:
    """Say whether the services of a file have their environment written as lists."""
    services = service.mapping.entries
    own = [one.value.entry("environment") for one in services if isinstance(one.value, Mapping)]
    values = [one.value for one in own if one is not None and not one.merged]
    lists = sum(isinstance(one, Items) for one in values)
    return lists > len(values) - lists


def _named(form: str, name: str) -> str:
    return form.replace("%s", name)


def depend_on(service: Service, others: Sequence[Service], condition: str = "service_started") -> Edit | None:
    """Let a service wait for others, beside those that it waits for already.

    None where another stack of the same files could lack one of them: it stands in another file, or a
    profile gates it. docker compose refuses a dependency that is not there.
    """
    edit = _waiting(service, [one.name for one in others], condition)
    if edit is None or any(set(one.profiles) - set(service.profiles) for one in others):
        return None
    alike = all(any(span.path == edit.span.path for span in one.spans) for one in others)
    return edit if alike else None


def _waiting(service: Service, others: Sequence[str], condition: str) -> Edit | None:
    place = service_key(service, "depends_on")
    if place is None:
        own = service_key(service)
        if own is None or own.shared:
            return None
        if condition == "service_started":
            return add_key(own, "depends_on", [f"- {name}" for name in others])
        return add_key(
            own, "depends_on", [line for name in others for line in (f"{name}:", f"  condition: {condition}")]
        )
    if place.shared or place.is_alias:
        return None
    node = place.value
    if isinstance(node, Mapping):
        if node.flow:
            return add_keys(place, dict.fromkeys(others, f"{{condition: {condition}}}"))
        return add_keys(place, {name: [f"condition: {condition}"] for name in others})
    if condition != "service_started" or not isinstance(node, Items):
        return None
    return _items(node, others)


def set_condition(dependency: Span, condition: str) -> Edit | None:
    """Write another condition for one entry of ``depends_on``: a mapping, or an item of the short form.

    The whole short form is written anew as a mapping, with its comments.
    """
    place = spot_at(dependency)
    if place is None or place.shared or place.is_alias:
        return None
    if place.entry.key.text == "condition":
        return replace_value(place.value, condition)
    node = place.value
    if isinstance(node, Mapping):
        own = node.entry("condition")
        return replace_value(own.value, condition) if own is not None and not own.merged else None
    return _long_form(node, dependency, condition) if isinstance(node, Items) else None


def _long_form(node: Items, dependency: Span, condition: str) -> Edit | None:
    text, parts, position = node.source.text, [], node.start
    if node.flow:
        return None
    for item in node.items:
        if not isinstance(item, Scalar) or item.style:
            return None
        dash = text.rfind("-", position, item.start)
        indent = " " * (dash - text.rfind("\n", 0, dash) - 1)
        wanted = condition if item.start <= dependency.start < item.end else "service_started"
        end = text.find("\n", item.end)
        end = len(text) if end == -1 else end
        comment = text[item.end : end].rstrip("\r")
        parts += [
            text[position:dash].replace("\r\n", "\n"),
            f"{item.text}:{comment}\n{indent}  condition: {wanted}",
        ]
        position = item.end + len(comment)
    return Edit(node.source.span(node.start, position), "".join(parts))


def _items(node: Items, texts: Sequence[str]) -> Edit | None:
    if node.flow:
        return add_item(node, ", ".join(texts))
    indent = " " * (node.start - node.source.text.rfind("\n", 0, node.start) - 1)
    return add_item(node, f"\n{indent}- ".join(texts))


def add_to_list(service: Service, key: str, texts: Sequence[str]) -> Edit | None:
    """Add items to a list of a service, which may not be there yet; a single text is not changed."""
    place = service_key(service, key)
    if place is None:
        own = service_key(service)
        return (
            add_key(own, key, [f"- {text}" for text in texts]) if own is not None and not own.shared else None
        )
    if place.shared or place.is_alias or not isinstance(place.value, Items):
        return None
    return _items(place.value, texts)


def add_profile(service: Service, profile: str) -> Edit | None:
    """Gate a service by a profile, in the oldest of its files."""
    own = spot_at(service.spans[-1]) if service.spans else None
    if own is None or own.shared or service_key(service, "profiles") is not None:
        return None
    return add_key(own, "profiles", f'["{profile}"]')
