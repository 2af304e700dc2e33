"""The model in the shape of ``docker compose config --format json`` (docker compose 2.40)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from confguard.model.compose.convert import to_boolean, to_integer, to_number
from confguard.model.compose.merge import to_sequence
from confguard.model.compose.shell_words import split_words
from confguard.model.compose.tree import Leaf, Map, Seq, Tree, as_map, plain, sprint, text_of
from confguard.model.compose.types import ComposeModel, Service
from confguard.model.compose.units import float32, parse_duration, parse_size, show_duration
from confguard.model.value import Known

Convert = Callable[[Tree], Any]


def dump(model: ComposeModel, *, escape: bool = True) -> dict[str, Any]:
    """Return the model as docker compose prints it: active services and the resources they use.

    ``escape`` writes ``$`` as ``$$``, as docker compose does. Unknown texts hold private characters.
    """
    name = model.name.value if isinstance(model.name, Known) else "project"
    services = {key: _service(model, service) for key, service in model.active_services.items()}
    used = _used(model)
    result: dict[str, Any] = {"name": name, "services": services}
    for section, convert in _RESOURCES.items():
        resources = as_map(model.tree.get(section))
        kept = {key: convert(node) for key, node in resources.entries.items() if key in used[section]}
        if kept:
            result[section] = kept
    for key, node in model.tree.entries.items():
        if key.startswith("x-"):
            result[key] = plain(node)
    escaped: dict[str, Any] = _escape(result) if escape else result
    return escaped


def _escape(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("$", "$$")
    if isinstance(value, dict):
        return {key.replace("$", "$$"): _escape(item) for key, item in value.items()}
    return [_escape(item) for item in value] if isinstance(value, list) else value


def _used(model: ComposeModel) -> dict[str, set[str]]:
    used: dict[str, set[str]] = {section: set() for section in _RESOURCES}
    for service in model.active_services.values():
        tree = service.tree
        used["networks"].update(as_map(tree.get("networks")).entries)
        for kind in ("secrets", "configs"):
            used[kind].update(_sources(tree.get(kind)))
        used["secrets"].update(_sources(as_map(tree.get("build")).get("secrets")))
        volumes = tree.get("volumes")
        for item in volumes.items if isinstance(volumes, Seq) else ():
            if plain(as_map(item).get("type")) == "volume":
                used["volumes"].add(text_of(as_map(item).get("source")) or "")
    return used


def _sources(node: Tree | None) -> list[str]:
    items = node.items if isinstance(node, Seq) else ()
    return [text_of(as_map(item).get("source")) or "" for item in items]


def _service(model: ComposeModel, service: Service) -> dict[str, Any]:
    result = _fields(service.tree, _SERVICE)
    result.setdefault("command", None)
    result.setdefault("entrypoint", None)
    labels = {key: value.value if isinstance(value, Known) else "" for key, value in service.labels.items()}
    if labels:
        result["labels"] = labels
    environment: dict[str, str | None] = {}
    for name, value in model.container_environment(service.name).values.items():
        environment[name] = value.value if isinstance(value, Known) else f"unknown: {value.reason}"
    for name, written in service.environment.items():
        if written is None:
            environment[name] = None
    if environment:
        result["environment"] = environment
    return result


def _fields(node: Tree, spec: Mapping[str, Convert]) -> dict[str, Any]:
    """Return a mapping's fields by their converters; what is empty is left out (None stands for that)."""
    result: dict[str, Any] = {}
    entries = as_map(node).entries
    for name, convert in spec.items():
        value = entries.get(name)
        if value is None or (isinstance(value, Leaf) and value.value is None):
            continue
        converted = convert(value)
        if converted is not None:
            result[name] = converted
    return result


def _struct(spec: Mapping[str, Convert], **always: Any) -> Convert:
    def convert(node: Tree) -> Any:
        return {**always, **_fields(node, spec)}

    return convert


def _list(item: Convert) -> Convert:
    def convert(node: Tree) -> Any:
        return [item(entry) for entry in node.items] or None if isinstance(node, Seq) else None

    return convert


def _map_of(item: Convert) -> Convert:
    def convert(node: Tree) -> Any:
        entries = as_map(node).entries
        return {
            key: None if isinstance(value, Leaf) and value.value is None else item(value)
            for key, value in entries.items()
        } or None

    return convert


def _text(node: Tree) -> str | None:
    return sprint(node.value) or None if isinstance(node, Leaf) else None


def _item_text(node: Tree) -> str:
    return sprint(node.value) if isinstance(node, Leaf) and node.value is not None else ""


def _bool_value(node: Tree) -> bool:
    value = plain(node)
    return bool(to_boolean(value)) if isinstance(value, str) else bool(value)


def _bool(node: Tree) -> bool | None:
    return _bool_value(node) or None


def _int_value(node: Tree) -> int:
    value = plain(node)
    if isinstance(value, str):
        value = to_integer(value)
    return int(value) if isinstance(value, int | float) else 0


def _int(node: Tree) -> int | None:
    return _int_value(node) or None


def _float(node: Tree) -> float | int | None:
    value = plain(node)
    if isinstance(value, str):
        value = to_number(value)
    return float32(float(value)) or None if isinstance(value, int | float) else None


def _bytes(node: Tree) -> str | None:
    value = plain(node)
    size = parse_size(value) if isinstance(value, str) else value if isinstance(value, int) else 0
    return str(size) if size else None


def _bytes_value(node: Tree) -> str:
    return _bytes(node) or "0"


def _duration(node: Tree) -> str | None:
    nanoseconds = parse_duration(_item_text(node))
    return None if nanoseconds is None else show_duration(nanoseconds)


def _nonzero_duration(node: Tree) -> str | None:
    shown = _duration(node)
    return None if shown == "0s" else shown


def _strings(node: Tree) -> list[str] | None:
    if isinstance(node, Leaf):
        return [_item_text(node)]
    return [_item_text(item) for item in node.items] or None if isinstance(node, Seq) else None


def _pairs(node: Tree) -> dict[str, str] | None:
    """Return ``list_or_dict`` with every value as text."""
    if isinstance(node, Map):
        return {key: _item_text(value) for key, value in node.entries.items()} or None
    result: dict[str, str] = {}
    for item in node.items if isinstance(node, Seq) else ():
        key, _, value = _item_text(item).partition("=")
        result[key] = value
    return result or None


def _optional_pairs(node: Tree) -> dict[str, str | None] | None:
    """Return ``list_or_dict`` where a key without a value is null."""
    if isinstance(node, Map):
        entries = node.entries.items()
        return {key: None if plain(value) is None else _item_text(value) for key, value in entries} or None
    result: dict[str, str | None] = {}
    for item in node.items if isinstance(node, Seq) else ():
        key, separator, value = _item_text(item).partition("=")
        result[key] = value if separator else None
    return result or None


def _command(node: Tree) -> list[str] | None:
    if isinstance(node, Leaf):
        words = split_words(_item_text(node))
        return list(words) if words is not None else None
    return [_item_text(item) for item in node.items] if isinstance(node, Seq) else None


def _test(node: Tree) -> list[str] | None:
    return ["CMD-SHELL", _item_text(node)] if isinstance(node, Leaf) else _strings(node)


def _hosts(node: Tree) -> list[str] | None:
    hosts: list[str] = []
    for item in to_sequence(node):
        text = _item_text(item)
        host, separator, addresses = text.partition("=")
        if not separator:
            host, _, addresses = text.partition(":")
        for address in addresses.split(","):
            bare = address[1:-1] if address.startswith("[") and address.endswith("]") else address
            hosts.append(f"{host}={bare}")
    return sorted(hosts) or None


def _mode(node: Tree) -> str:
    value = plain(node)
    number = int(value, 8) if isinstance(value, str) and value.isdigit() else value
    return f"0{number:o}" if isinstance(number, int) else "00"


def _ulimit(node: Tree) -> Any:
    if isinstance(node, Map):
        return _fields(node, {"soft": _int, "hard": _int})
    return _int_value(node)


def _device_count(node: Tree) -> int | None:
    value = plain(node)
    return -1 if isinstance(value, str) and value.lower() == "all" else _int(node)


def _ssh(node: Tree) -> Any:
    keys = as_map(node).entries.items()
    return [key if plain(value) is None else {key: _item_text(value)} for key, value in keys] or None


def _multi_options(node: Tree) -> Any:
    return {
        key: [_item_text(item) for item in (value.items if isinstance(value, Seq) else [value])]
        for key, value in as_map(node).entries.items()
    } or None


def _weight_device(node: Tree) -> Any:
    fields = as_map(node)
    return {
        "Path": _text(fields.entries.get("path", Leaf(""))) or "",
        "Weight": _int_value(_or_null(fields, "weight")),
    }


def _throttle_device(node: Tree) -> Any:
    fields = as_map(node)
    return {
        "Path": _text(fields.entries.get("path", Leaf(""))) or "",
        "Rate": _bytes_value(_or_null(fields, "rate")),
    }


def _or_null(fields: Map, name: str) -> Tree:
    return fields.entries.get(name, Leaf(None))


def _published(node: Tree) -> str | None:
    return _text(node)


_GRANT = _struct({"source": _text, "target": _text, "uid": _text, "gid": _text, "mode": _mode})
_HOOK: dict[str, Convert] = {
    "command": _command,
    "user": _text,
    "privileged": _bool,
    "working_dir": _text,
    "environment": _optional_pairs,
}
_DEVICE_REQUEST = _struct(
    {
        "capabilities": _strings,
        "driver": _text,
        "count": _device_count,
        "device_ids": _strings,
        "options": _pairs,
    }
)
_ULIMITS = _map_of(_ulimit)
_BUILD = _struct(
    {
        **dict.fromkeys(("context", "dockerfile", "dockerfile_inline", "provenance", "sbom"), _text),
        **dict.fromkeys(("isolation", "network", "target"), _text),
        **dict.fromkeys(("entitlements", "cache_from", "cache_to", "tags", "platforms"), _strings),
        **dict.fromkeys(("no_cache", "pull", "privileged"), _bool),
        "args": _optional_pairs,
        "ssh": _ssh,
        "labels": _pairs,
        "additional_contexts": _pairs,
        "extra_hosts": _hosts,
        "secrets": _list(_GRANT),
        "shm_size": _bytes,
        "ulimits": _ULIMITS,
    }
)
_RESOURCE: dict[str, Convert] = {
    "cpus": _float,
    "memory": _bytes,
    "pids": _int,
    "devices": _list(_DEVICE_REQUEST),
    "generic_resources": _list(
        _struct({"discrete_resource_spec": _struct({"kind": _text, "value": _int_value})})
    ),
}
_UPDATE = _struct(
    {
        "parallelism": _int_value,
        "delay": _nonzero_duration,
        "failure_action": _text,
        "monitor": _nonzero_duration,
        "max_failure_ratio": _float,
        "order": _text,
    }
)
_DEPLOY = _struct(
    {
        "mode": _text,
        "replicas": _int_value,
        "labels": _pairs,
        "update_config": _UPDATE,
        "rollback_config": _UPDATE,
        "resources": _struct({"limits": _struct(_RESOURCE), "reservations": _struct(_RESOURCE)}),
        "restart_policy": _struct(
            {"condition": _text, "delay": _duration, "max_attempts": _int_value, "window": _duration}
        ),
        "placement": _struct(
            {
                "constraints": _strings,
                "preferences": _list(_struct({"spread": _text})),
                "max_replicas_per_node": _int,
            }
        ),
        "endpoint_mode": _text,
    },
    resources={},
    placement={},
)
_PORT = _struct(
    {
        **dict.fromkeys(("name", "mode", "host_ip", "published", "protocol", "app_protocol"), _text),
        "target": _int,
    }
)
_VOLUME_MOUNT = _struct(
    {
        **dict.fromkeys(("type", "source", "target", "consistency"), _text),
        "read_only": _bool,
        "bind": _struct(
            {"selinux": _text, "propagation": _text, "create_host_path": _bool, "recursive": _text}
        ),
        "volume": _struct({"labels": _pairs, "nocopy": _bool, "subpath": _text}),
        "tmpfs": _struct({"size": _bytes, "mode": _int}),
        "image": _struct({"subpath": _text}),
    }
)
_NETWORK_ATTACHMENT = _struct(
    {
        **dict.fromkeys(("interface_name", "ipv4_address", "ipv6_address", "mac_address"), _text),
        "aliases": _strings,
        "driver_opts": _pairs,
        "gw_priority": _int,
        "link_local_ips": _strings,
        "priority": _int,
    }
)
_WATCH = _struct(
    {
        **dict.fromkeys(("path", "action", "target"), _text),
        "exec": _struct(_HOOK, command=None),
        "include": _strings,
        "ignore": _strings,
        "initial_sync": _bool,
    },
    exec={"command": None},
)
_TEXTS = (
    *("cgroup_parent", "cgroup", "cpuset", "container_name", "domainname", "hostname", "image", "ipc"),
    *("isolation", "mac_address", "network_mode", "pid", "platform", "pull_policy", "restart", "runtime"),
    *("stop_signal", "user", "userns_mode", "uts", "volume_driver", "working_dir"),
)
_LISTS = (
    *("profiles", "cap_add", "cap_drop", "device_cgroup_rules", "dns", "dns_opt", "dns_search", "expose"),
    *("external_links", "group_add", "links", "security_opt", "tmpfs", "volumes_from"),
)
_INTEGERS = (
    *("cpu_count", "cpu_period", "cpu_quota", "cpu_rt_period", "cpu_rt_runtime", "cpu_shares"),
    *("oom_score_adj", "pids_limit"),
)
_SIZES = ("mem_limit", "mem_reservation", "memswap_limit", "mem_swappiness", "shm_size")
_FLAGS = ("oom_kill_disable", "privileged", "read_only", "stdin_open", "tty", "use_api_socket")
_SERVICE: dict[str, Convert] = {
    **dict.fromkeys(_TEXTS, _text),
    **dict.fromkeys(_LISTS, _strings),
    **dict.fromkeys(_INTEGERS, _int),
    **dict.fromkeys(_SIZES, _bytes),
    **dict.fromkeys(_FLAGS, _bool),
    **dict.fromkeys(("annotations", "labels", "storage_opt", "sysctls"), _pairs),
    **dict.fromkeys(("attach", "init"), _bool_value),
    **dict.fromkeys(("cpu_percent", "cpus"), _float),
    "build": _BUILD,
    "blkio_config": _struct(
        {
            "weight": _int,
            "weight_device": _list(_weight_device),
            **dict.fromkeys(
                ("device_read_bps", "device_read_iops", "device_write_bps", "device_write_iops"),
                _list(_throttle_device),
            ),
        }
    ),
    "command": _command,
    "entrypoint": _command,
    "configs": _list(_GRANT),
    "credential_spec": _struct({"config": _text, "file": _text, "registry": _text}),
    "depends_on": _map_of(_struct({"condition": _text, "restart": _bool, "required": _bool_value})),
    "deploy": _DEPLOY,
    "develop": _struct({"watch": _list(_WATCH)}),
    "devices": _list(_struct({"source": _text, "target": _text, "permissions": _text})),
    "provider": _struct({"type": _text, "options": _multi_options}),
    "extra_hosts": _hosts,
    "gpus": _list(_DEVICE_REQUEST),
    "healthcheck": _struct(
        {
            "test": _test,
            **dict.fromkeys(("timeout", "interval", "start_period", "start_interval"), _duration),
            "retries": _int_value,
            "disable": _bool,
        }
    ),
    "logging": _struct({"driver": _text, "options": _pairs}),
    "models": _map_of(_struct({"endpoint_var": _text, "model_var": _text})),
    "networks": _map_of(_NETWORK_ATTACHMENT),
    "ports": _list(_PORT),
    "scale": _int_value,
    "secrets": _list(_GRANT),
    "stop_grace_period": _duration,
    "ulimits": _ULIMITS,
    "volumes": _list(_VOLUME_MOUNT),
    "post_start": _list(_struct(_HOOK, command=None)),
    "pre_stop": _list(_struct(_HOOK, command=None)),
}
_FILE_OBJECT: dict[str, Convert] = {
    **dict.fromkeys(("name", "file", "environment", "driver", "template_driver"), _text),
    "external": _bool,
    "labels": _pairs,
    "driver_opts": _pairs,
}


def _config(node: Tree) -> Any:
    result = _fields(node, {**_FILE_OBJECT, "content": _text})
    if "environment" in result:
        result.pop("content", None)
    return result


_RESOURCES: dict[str, Convert] = {
    "networks": _struct(
        {
            "name": _text,
            "driver": _text,
            "driver_opts": _pairs,
            "ipam": _struct(
                {
                    "driver": _text,
                    "config": _list(
                        _struct(
                            {"subnet": _text, "gateway": _text, "ip_range": _text, "aux_addresses": _pairs}
                        )
                    ),
                }
            ),
            "external": _bool,
            "internal": _bool,
            "attachable": _bool,
            "labels": _pairs,
            "enable_ipv4": _bool_value,
            "enable_ipv6": _bool_value,
        },
        ipam={},
    ),
    "volumes": _struct(
        {"name": _text, "driver": _text, "driver_opts": _pairs, "external": _bool, "labels": _pairs}
    ),
    "secrets": _struct(_FILE_OBJECT),
    "configs": _config,
}
