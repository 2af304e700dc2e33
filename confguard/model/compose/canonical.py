"""Short forms to long forms (compose-go 2.9, ``transform/``)."""

from __future__ import annotations

from confguard.model.compose.merge import MergeError, dependency_defaults, to_mapping
from confguard.model.compose.short_forms import ShortFormError, clean_target, parse_port, parse_volume
from confguard.model.compose.transforms import Errors, Transform, apply
from confguard.model.compose.tree import (
    Leaf,
    Map,
    Seq,
    State,
    Tree,
    patterns,
    place,
    plain,
    sprint,
)
from confguard.source import Span

MAX_PORTS = 70_000
"""More ports of one service are refused: there are 65,535 of them."""


def canonical(root: Map, errors: list[MergeError], settled: Map | None = None) -> Map:
    """Return the tree with every short form expanded.

    What fits no form is left out, and an error for it appended to the list. ``settled`` is an earlier
    result: what is taken over from it needs no second look.
    """
    result = apply(root, _TRANSFORMS, errors, settled)
    return result if isinstance(result, Map) else root


def _fields(node: Tree, **values: object) -> Map:
    """Return a mapping whose values all stand where the node stands."""
    entries: dict[str, Tree] = {}
    for name, value in values.items():
        if isinstance(value, dict):
            entries[name] = _fields(node, **value)
        elif isinstance(value, str | bool | int | None):
            entries[name] = Leaf(value, node.source)
    span = place(node)
    return Map(entries, node.source, dict.fromkeys(entries, (span,)) if span else {})


def _refuse(node: Tree, message: str) -> MergeError:
    return MergeError(message, place(node), node.trail)


def _ports(node: Tree, errors: Errors) -> Tree:
    if not isinstance(node, Seq):
        raise _refuse(node, "has ports that are no list")
    ports: list[Tree] = []
    changed = False
    for item in node.items:
        if isinstance(item, Map):
            ports.append(item)
            continue
        changed = True
        if not isinstance(item, Leaf) or isinstance(item.value, bool | float) or item.value is None:
            errors.append(_refuse(item, "has a port that is neither number, text nor mapping"))
            continue
        try:
            found = parse_port(str(item.value))
        except ShortFormError as error:
            errors.append(_refuse(item, f"has the invalid port {sprint(item.value)!r}: {error}"))
            continue
        if len(ports) + len(found) > MAX_PORTS:
            errors.append(_refuse(item, f"has more than {MAX_PORTS:,} ports in one service"))
            break
        for port in found:
            fields: dict[str, object] = {"mode": "ingress"}
            if port.host_ip:
                fields["host_ip"] = port.host_ip
            fields["target"] = int(port.target) if port.target.isdigit() else port.target
            if port.published:
                fields["published"] = port.published
            fields["protocol"] = port.protocol
            ports.append(_fields(item, **fields))
    return Seq(ports, node.source) if changed else node


def _volume(node: Tree, errors: Errors) -> Tree:
    if isinstance(node, Map):
        return node
    if not isinstance(node, Leaf) or not isinstance(node.value, str):
        raise _refuse(node, "has a volume that is neither text nor mapping")
    try:
        parts = parse_volume(node.value)
    except ShortFormError as error:
        raise _refuse(node, f"has the invalid volume {node.value!r}: {error}") from None
    fields: dict[str, object] = {"type": parts.type}
    if parts.source:
        fields["source"] = parts.source
    fields["target"] = clean_target(parts.target)
    if parts.read_only:
        fields["read_only"] = True
    bind: dict[str, object] = {}
    if parts.selinux:
        bind["selinux"] = parts.selinux
    if parts.propagation:
        bind["propagation"] = parts.propagation
    if parts.type == "bind":
        bind["create_host_path"] = True
    if bind:
        fields["bind"] = bind
    if parts.nocopy or (parts.type == "volume" and len(node.value.encode()) > 2):
        fields["volume"] = {"nocopy": True} if parts.nocopy else {}
    return _fields(node, **fields)


def _device(node: Tree, errors: Errors) -> Tree:
    if isinstance(node, Map):
        return node
    parts = str(plain(node)).split(":")
    if len(parts) > 3:
        raise _refuse(node, f"has the confusing device {plain(node)!r}")
    target = parts[1] if len(parts) > 1 and parts[1] else parts[0]
    permissions = parts[2] if len(parts) > 2 else "rwm"
    return _fields(node, source=parts[0], target=target, permissions=permissions)


def _build(node: Tree, errors: Errors) -> Tree:
    if isinstance(node, Leaf):
        if not isinstance(node.value, str):
            raise _refuse(node, "has a build that is neither text nor mapping")
        return _fields(node, context=node.value)
    return node


def _depends_on(node: Tree, errors: Errors) -> Tree:
    if isinstance(node, Leaf):
        raise _refuse(node, "has a depends_on that is neither list nor mapping")
    mapping = to_mapping(node, dependency_defaults())
    changed: dict[str, Tree] = {}
    for name, value in mapping.entries.items():
        if not isinstance(value, Map):
            raise _refuse(value, f"has a depends_on.{name} that is no mapping")
        missing = {key: leaf for key, leaf in dependency_defaults().items() if key not in value.entries}
        if missing:
            changed[name] = value.with_entries(missing)
    return mapping.with_entries(changed) if changed else mapping


def _env_files(node: Tree, errors: Errors) -> Tree:
    items = node.items if isinstance(node, Seq) else [node]
    changed = not isinstance(node, Seq)
    result: list[Tree] = []
    for item in items:
        if isinstance(item, Map):
            if "required" not in item.entries:
                changed = True
                item = item.with_entries({"required": Leaf(True, item.source)})
            result.append(item)
        else:
            changed = True
            result.append(_fields(item, path=plain(item), required=True))
    return Seq(result, node.source) if changed else node


def _list_of_strings(node: Tree, errors: Errors) -> Tree:
    return Seq([node], node.source) if isinstance(node, Leaf) and isinstance(node.value, str) else node


def _omit_empty(node: Tree, errors: Errors) -> Tree:
    node = _list_of_strings(node, errors)
    if isinstance(node, Seq) and any(plain(item) in (None, "") for item in node.items):
        return Seq([item for item in node.items if plain(item) not in (None, "")], node.source)
    return node


def _names_to_mapping(node: Tree, errors: Errors) -> Tree:
    return to_mapping(node) if isinstance(node, Seq) else node


def _file_mount(node: Tree, errors: Errors) -> Tree:
    return node if isinstance(node, Map) else _fields(node, source=plain(node))


def _key_values(node: Tree, errors: Errors) -> Tree:
    if not isinstance(node, Seq):
        return node
    entries: dict[str, Tree] = {}
    keys: dict[str, tuple[Span, ...]] = {}
    for item in node.items:
        name, separator, value = str(plain(item)).partition("=")
        if not separator:
            raise _refuse(item, f"has {name!r} where KEY=value is expected")
        entries[name] = Leaf(value, item.source)
        span = place(item)
        keys[name] = (span,) if span else ()
    return Map(entries, node.source, keys)


def _ssh(node: Tree, errors: Errors) -> Tree:
    if not isinstance(node, Seq):
        return node
    entries: dict[str, Tree] = {}
    for item in node.items:
        name, separator, value = str(plain(item)).partition("=")
        if not separator and name != "default":
            raise _refuse(item, f"has the invalid ssh key {name!r}")
        entries[name] = Leaf(value if separator else None, item.source)
    return Map(entries, node.source)


def _text(node: Tree, errors: Errors) -> Tree:
    if isinstance(node, Leaf) and not isinstance(node.value, str):
        return Leaf(sprint(node.value), node.source)
    return node


def _gpus(node: Tree, errors: Errors) -> Tree:
    return Seq([_fields(node, count="all")], node.source) if isinstance(node, Leaf) else node


def _extends(node: Tree, errors: Errors) -> Tree:
    return _fields(node, service=plain(node)) if isinstance(node, Leaf) else node


def _external(node: Tree, errors: Errors) -> Tree:
    """Move the deprecated ``external: {name: x}`` to ``name``."""
    if not isinstance(node, Map):
        return node
    external = node.get("external")
    if not isinstance(external, Map):
        return node
    changed: dict[str, Tree] = {"external": Leaf(True, external.source)}
    name = external.get("name")
    if name is not None:
        named = node.get("name")
        if named is not None and plain(named) != plain(name):
            raise _refuse(name, "has both name and external.name, and they differ")
        changed["name"] = name
    return node.with_entries(changed)


_TRANSFORMS: State[Transform] = patterns(
    {
        "services.*.build.secrets.[]": _file_mount,
        "services.*.build.provenance": _text,
        "services.*.build.sbom": _text,
        "services.*.build.additional_contexts": _key_values,
        "services.*.depends_on": _depends_on,
        "services.*.env_file": _env_files,
        "services.*.label_file": _list_of_strings,
        "services.*.extends": _extends,
        "services.*.gpus": _gpus,
        "services.*.networks": _names_to_mapping,
        "services.*.models": _names_to_mapping,
        "services.*.volumes.[]": _volume,
        "services.*.dns": _omit_empty,
        "services.*.devices.[]": _device,
        "services.*.secrets.[]": _file_mount,
        "services.*.configs.[]": _file_mount,
        "services.*.ports": _ports,
        "services.*.build": _build,
        "services.*.build.ssh": _ssh,
        "services.*.develop.watch.[].ignore": _list_of_strings,
        "services.*.develop.watch.[].include": _list_of_strings,
        "volumes.*": _external,
        "networks.*": _external,
        "secrets.*": _external,
        "configs.*": _external,
    }
)
