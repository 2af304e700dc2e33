"""Which attributes docker compose prints, and how each of them (compose-go 2.9, ``types/``)."""

from __future__ import annotations

from typing import Any

from confguard.model.compose.converters import (
    Convert,
    boolean,
    command,
    device_count,
    duration,
    fields,
    hosts,
    integer,
    list_of,
    map_of,
    mode,
    multi_options,
    nonzero,
    nonzero_duration,
    number,
    optional_pairs,
    pairs,
    size,
    ssh,
    strings,
    struct,
    test,
    text,
    throttle_device,
    true_or_none,
    ulimit,
    weight_device,
)
from confguard.model.compose.tree import Tree

_GRANT = struct({"source": text, "target": text, "uid": text, "gid": text, "mode": mode})
_HOOK: dict[str, Convert] = {
    "command": command,
    "user": text,
    "privileged": true_or_none,
    "working_dir": text,
    "environment": optional_pairs,
}
_DEVICE_REQUEST = struct(
    {
        "capabilities": strings,
        "driver": text,
        "count": device_count,
        "device_ids": strings,
        "options": pairs,
    }
)
_ULIMITS = map_of(ulimit)
_BUILD = struct(
    {
        **dict.fromkeys(("context", "dockerfile", "dockerfile_inline", "provenance", "sbom"), text),
        **dict.fromkeys(("isolation", "network", "target"), text),
        **dict.fromkeys(("entitlements", "cache_from", "cache_to", "tags", "platforms"), strings),
        **dict.fromkeys(("no_cache", "pull", "privileged"), true_or_none),
        "args": optional_pairs,
        "ssh": ssh,
        "labels": pairs,
        "additional_contexts": pairs,
        "extra_hosts": hosts,
        "secrets": list_of(_GRANT),
        "shm_size": size,
        "ulimits": _ULIMITS,
    }
)
_RESOURCE: dict[str, Convert] = {
    "cpus": number,
    "memory": size,
    "pids": nonzero,
    "devices": list_of(_DEVICE_REQUEST),
    "generic_resources": list_of(
        struct({"discrete_resource_spec": struct({"kind": text, "value": integer})})
    ),
}
_UPDATE = struct(
    {
        "parallelism": integer,
        "delay": nonzero_duration,
        "failure_action": text,
        "monitor": nonzero_duration,
        "max_failure_ratio": number,
        "order": text,
    }
)
_DEPLOY = struct(
    {
        "mode": text,
        "replicas": integer,
        "labels": pairs,
        "update_config": _UPDATE,
        "rollback_config": _UPDATE,
        "resources": struct({"limits": struct(_RESOURCE), "reservations": struct(_RESOURCE)}),
        "restart_policy": struct(
            {"condition": text, "delay": duration, "max_attempts": integer, "window": duration}
        ),
        "placement": struct(
            {
                "constraints": strings,
                "preferences": list_of(struct({"spread": text})),
                "max_replicas_per_node": nonzero,
            }
        ),
        "endpoint_mode": text,
    },
    resources={},
    placement={},
)
_PORT = struct(
    {
        **dict.fromkeys(("name", "mode", "host_ip", "published", "protocol", "app_protocol"), text),
        "target": nonzero,
    }
)
_VOLUME_MOUNT = struct(
    {
        **dict.fromkeys(("type", "source", "target", "consistency"), text),
        "read_only": true_or_none,
        "bind": struct(
            {"selinux": text, "propagation": text, "create_host_path": true_or_none, "recursive": text}
        ),
        "volume": struct({"labels": pairs, "nocopy": true_or_none, "subpath": text}),
        "tmpfs": struct({"size": size, "mode": nonzero}),
        "image": struct({"subpath": text}),
    }
)
_NETWORK_ATTACHMENT = struct(
    {
        **dict.fromkeys(("interface_name", "ipv4_address", "ipv6_address", "mac_address"), text),
        "aliases": strings,
        "driver_opts": pairs,
        "gw_priority": nonzero,
        "link_local_ips": strings,
        "priority": nonzero,
    }
)
_WATCH = struct(
    {
        **dict.fromkeys(("path", "action", "target"), text),
        "exec": struct(_HOOK, command=None),
        "include": strings,
        "ignore": strings,
        "initial_sync": true_or_none,
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
SERVICE: dict[str, Convert] = {
    **dict.fromkeys(_TEXTS, text),
    **dict.fromkeys(_LISTS, strings),
    **dict.fromkeys(_INTEGERS, nonzero),
    **dict.fromkeys(_SIZES, size),
    **dict.fromkeys(_FLAGS, true_or_none),
    **dict.fromkeys(("annotations", "labels", "storage_opt", "sysctls"), pairs),
    **dict.fromkeys(("attach", "init"), boolean),
    **dict.fromkeys(("cpu_percent", "cpus"), number),
    "build": _BUILD,
    "blkio_config": struct(
        {
            "weight": nonzero,
            "weight_device": list_of(weight_device),
            **dict.fromkeys(
                ("device_read_bps", "device_read_iops", "device_write_bps", "device_write_iops"),
                list_of(throttle_device),
            ),
        }
    ),
    "command": command,
    "entrypoint": command,
    "configs": list_of(_GRANT),
    "credential_spec": struct({"config": text, "file": text, "registry": text}),
    "depends_on": map_of(struct({"condition": text, "restart": true_or_none, "required": boolean})),
    "deploy": _DEPLOY,
    "develop": struct({"watch": list_of(_WATCH)}),
    "devices": list_of(struct({"source": text, "target": text, "permissions": text})),
    "provider": struct({"type": text, "options": multi_options}),
    "extra_hosts": hosts,
    "gpus": list_of(_DEVICE_REQUEST),
    "healthcheck": struct(
        {
            "test": test,
            **dict.fromkeys(("timeout", "interval", "start_period", "start_interval"), duration),
            "retries": integer,
            "disable": true_or_none,
        }
    ),
    "logging": struct({"driver": text, "options": pairs}),
    "models": map_of(struct({"endpoint_var": text, "model_var": text})),
    "networks": map_of(_NETWORK_ATTACHMENT),
    "ports": list_of(_PORT),
    "scale": integer,
    "secrets": list_of(_GRANT),
    "stop_grace_period": duration,
    "ulimits": _ULIMITS,
    "volumes": list_of(_VOLUME_MOUNT),
    "post_start": list_of(struct(_HOOK, command=None)),
    "pre_stop": list_of(struct(_HOOK, command=None)),
}
_FILE_OBJECT: dict[str, Convert] = {
    **dict.fromkeys(("name", "file", "environment", "driver", "template_driver"), text),
    "external": true_or_none,
    "labels": pairs,
    "driver_opts": pairs,
}


def _config(node: Tree) -> Any:
    result = fields(node, {**_FILE_OBJECT, "content": text})
    if "environment" in result:
        result.pop("content", None)
    return result


RESOURCES: dict[str, Convert] = {
    "networks": struct(
        {
            "name": text,
            "driver": text,
            "driver_opts": pairs,
            "ipam": struct(
                {
                    "driver": text,
                    "config": list_of(
                        struct({"subnet": text, "gateway": text, "ip_range": text, "aux_addresses": pairs})
                    ),
                }
            ),
            "external": true_or_none,
            "internal": true_or_none,
            "attachable": true_or_none,
            "labels": pairs,
            "enable_ipv4": boolean,
            "enable_ipv6": boolean,
        },
        ipam={},
    ),
    "volumes": struct(
        {"name": text, "driver": text, "driver_opts": pairs, "external": true_or_none, "labels": pairs}
    ),
    "secrets": struct(_FILE_OBJECT),
    "configs": _config,
}
