"""Lists in which a later entry takes an earlier one's place (compose-go 2.9, ``override/uncity.go``)."""

from __future__ import annotations

from collections.abc import Callable

from confguard.model.compose.merge import MergeError
from confguard.model.compose.short_forms import volume_target
from confguard.model.compose.tree import Leaf, Map, Seq, State, Tree, patterns, place, plain, sprint

KeyOf = Callable[[Tree], str]
"""What an entry of a list is known by; raises MergeError for one without it."""


def enforce_unique(root: Map, settled: Map | None = None) -> Map:
    """Return the tree with keyed lists made unique: a later entry takes the place of the earlier one.

    ``settled`` is an earlier result: what is taken over from it is unique already. Raises MergeError for
    an entry without the key it is known by.
    """
    return _unique_map(root, _KEYS, settled)


def _unique_map(node: Map, state: State[KeyOf], settled: Tree | None) -> Map:
    done = settled.entries if isinstance(settled, Map) else {}
    changed: dict[str, Tree] = {}
    for name, value in node.entries.items():
        following = state.exact.get(name, state.other)
        earlier = done.get(name)
        if following is None or earlier is value:
            continue
        if isinstance(value, Map):
            new: Tree = _unique_map(value, following, earlier)
            if new is not value:
                changed[name] = new
        elif isinstance(value, Seq):
            key_of = following.value
            if key_of is not None:
                found: dict[str, Tree] = {}
                for item in value.items:
                    found[key_of(item)] = item
                if len(found) != len(value.items):
                    changed[name] = Seq(list(found.values()), value.trail)
    return node.with_entries(changed) if changed else node


def _by_name(item: Tree) -> str:
    if not isinstance(item, Leaf) or not isinstance(item.value, str):
        raise MergeError("holds a value of another kind in a list of names", place(item))
    return item.value.partition("=")[0]


def _target_of(item: Map, what: str) -> str:
    target = item.get("target")
    if not isinstance(target, Leaf) or not isinstance(target.value, str):
        raise MergeError(f"has a {what} without its mount target", place(item))
    return target.value


def _by_volume_target(item: Tree) -> str:
    if isinstance(item, Map):
        return _target_of(item, "volume")
    return volume_target(str(plain(item))) if isinstance(item, Leaf) and isinstance(item.value, str) else ""


def _by_device_target(item: Tree) -> str:
    if isinstance(item, Map):
        return _target_of(item, "device")
    parts = str(plain(item)).split(":")
    return parts[0] if len(parts) == 1 else parts[1]


def _by_mount(default: str) -> Callable[[Tree], str]:
    def key(item: Tree) -> str:
        if isinstance(item, Map):
            target = item.get("target")
            return str(plain(target)) if target is not None else f"{default}/{plain(item.get('source'))}"
        return f"{default}/{plain(item)}"

    return key


def _by_port(item: Tree) -> str:
    if not isinstance(item, Map):
        return str(plain(item))
    if item.get("target") is None:
        raise MergeError("has a port without its target", place(item))
    published = plain(item.get("published"))
    host = plain(item.get("host_ip")) or "0.0.0.0"  # noqa: S104
    protocol = plain(item.get("protocol")) or "tcp"
    return f"{host}:{published!r}:{plain(item.get('target'))}/{protocol}"


def _by_env_file(item: Tree) -> str:
    if isinstance(item, Map):
        path = item.get("path")
        if path is None:
            raise MergeError("has an env_file without its path", place(item))
        return str(plain(path))
    return str(plain(item))


def _by_value(item: Tree) -> str:
    return sprint(item.value) if isinstance(item, Leaf) else str(plain(item))


_KEYS: State[KeyOf] = patterns(
    {
        "networks.*.labels": _by_name,
        "networks.*.ipam.options": _by_name,
        **{
            f"services.*.{name}": _by_name
            for name in (
                "annotations",
                "build.args",
                "build.additional_contexts",
                "build.platform",
                "build.tags",
                "build.labels",
                "cap_add",
                "cap_drop",
                "deploy.labels",
                "dns",
                "dns_opt",
                "dns_search",
                "environment",
                "labels",
                "links",
                "networks.*.aliases",
                "networks.*.link_local_ips",
                "profiles",
                "sysctls",
                "tmpfs",
            )
        },
        "services.*.configs": _by_mount(""),
        "services.*.devices": _by_device_target,
        "services.*.env_file": _by_env_file,
        "services.*.expose": _by_value,
        "services.*.ports": _by_port,
        "services.*.secrets": _by_mount("/run/secrets"),
        "services.*.volumes": _by_volume_target,
    }
)
