"""The shape of Compose files: what docker compose refuses by its schema (compose-go 2.9)."""

from __future__ import annotations

import re

from confguard.model.compose.shape import Array, Choice, Context, Object, Scalar, Shape, fit, scalar, words
from confguard.model.compose.tree import Map

_NAME = re.compile(r"^[a-zA-Z0-9._-]+$")
_ANY = re.compile(r".")

_STRING = scalar("string")
_FLAG = scalar("boolean", "string")
_INTEGER = scalar("integer", "string")
_NUMBER = scalar("number", "string")
_TEXT_OR_NUMBER = scalar("string", "number")
_STRINGS = Array(_STRING, unique=True)
_LIST = Array(_STRING)
_STRING_OR_LIST = Choice((_STRING, _STRINGS))
_LIST_OR_DICT = Choice(
    (Object(names=_ANY, other=scalar("string", "number", "boolean", "null"), extensions=False), _STRINGS)
)
_COMMAND = Choice((scalar("null", "string"), _LIST))
_EXTRA_HOSTS = Choice((Object(names=_ANY, other=Choice((_STRING, _LIST)), extensions=False), _STRINGS))
_OPTIONS = Object(names=_ANY, other=_TEXT_OR_NUMBER)
_GRANTS = Array(
    Choice((_STRING, Object({**dict.fromkeys(("source", "target", "uid", "gid"), _STRING), "mode": _NUMBER})))
)
_ULIMITS = Object(
    names=re.compile("^[a-z]+$"),
    other=Choice((_INTEGER, Object({"hard": _INTEGER, "soft": _INTEGER}, required=("soft", "hard")))),
    closed=False,
)
_HOOK = Object(
    {
        "command": _COMMAND,
        "user": _STRING,
        "privileged": _FLAG,
        "working_dir": _STRING,
        "environment": _LIST_OR_DICT,
    },
    required=("command",),
)
_DEVICE_REQUEST: dict[str, Shape] = {
    "capabilities": _STRINGS,
    "count": _INTEGER,
    "device_ids": _STRINGS,
    "driver": _STRING,
    "options": _LIST_OR_DICT,
}
_BUILD = Object(
    {
        **dict.fromkeys(
            ("context", "dockerfile", "dockerfile_inline", "network", "target", "isolation"), _STRING
        ),
        **dict.fromkeys(("entitlements", "cache_from", "cache_to", "tags", "platforms"), _LIST),
        **dict.fromkeys(("args", "ssh", "labels", "additional_contexts"), _LIST_OR_DICT),
        **dict.fromkeys(("no_cache", "provenance", "sbom", "pull", "privileged"), _FLAG),
        "shm_size": _INTEGER,
        "extra_hosts": _EXTRA_HOSTS,
        "secrets": _GRANTS,
        "ulimits": _ULIMITS,
    }
)
_LIMIT = Array(Object({"path": _STRING, "rate": _INTEGER}, extensions=False))
_BLKIO = Object(
    {
        **dict.fromkeys(
            ("device_read_bps", "device_read_iops", "device_write_bps", "device_write_iops"), _LIMIT
        ),
        "weight": _INTEGER,
        "weight_device": Array(Object({"path": _STRING, "weight": _INTEGER}, extensions=False)),
    },
    extensions=False,
)
_CONDITIONS = ("started", "healthy", "completed_successfully")
_DEPENDS_ON = Choice(
    (
        _STRINGS,
        Object(
            names=_NAME,
            other=Object(
                {
                    "restart": _FLAG,
                    "required": scalar("boolean"),
                    "condition": words(
                        "service_started", "service_healthy", "service_completed_successfully"
                    ),
                },
                required=("condition",),
            ),
            extensions=False,
        ),
    )
)
_UPDATE = Object(
    {
        **dict.fromkeys(("delay", "failure_action", "monitor"), _STRING),
        "parallelism": _INTEGER,
        "max_failure_ratio": _NUMBER,
        "order": words("start-first", "stop-first"),
    }
)
_RESERVED = Object(
    {
        "cpus": _NUMBER,
        "memory": _STRING,
        "generic_resources": Array(
            Object({"discrete_resource_spec": Object({"kind": _STRING, "value": _NUMBER})})
        ),
        "devices": Array(Object(_DEVICE_REQUEST, required=("capabilities",))),
    }
)
_DEPLOY = Object(
    {
        "mode": _STRING,
        "endpoint_mode": _STRING,
        "replicas": _INTEGER,
        "labels": _LIST_OR_DICT,
        "rollback_config": _UPDATE,
        "update_config": _UPDATE,
        "resources": Object(
            {
                "limits": Object({"cpus": _NUMBER, "memory": _STRING, "pids": _INTEGER}),
                "reservations": _RESERVED,
            }
        ),
        "restart_policy": Object(
            {**dict.fromkeys(("condition", "delay", "window"), _STRING), "max_attempts": _INTEGER}
        ),
        "placement": Object(
            {
                "constraints": _LIST,
                "preferences": Array(Object({"spread": _STRING})),
                "max_replicas_per_node": _INTEGER,
            }
        ),
    }
)
_WATCH = Object(
    {
        "ignore": _STRING_OR_LIST,
        "include": _STRING_OR_LIST,
        "path": _STRING,
        "action": words("rebuild", "sync", "restart", "sync+restart", "sync+exec"),
        "target": _STRING,
        "exec": _HOOK,
        "initial_sync": scalar("boolean"),
    },
    required=("path", "action"),
)
_ENV_FILE = Object(
    {"path": _STRING, "format": _STRING, "required": _FLAG}, required=("path",), extensions=False
)
_NULL = scalar("null")
_ATTACHMENT = Object(
    {
        **dict.fromkeys(("interface_name", "ipv4_address", "ipv6_address", "mac_address"), _STRING),
        "aliases": _STRINGS,
        "link_local_ips": _STRINGS,
        "driver_opts": _OPTIONS,
        "priority": scalar("number"),
        "gw_priority": scalar("number"),
    }
)
_PORT = Object(
    {
        **dict.fromkeys(("name", "mode", "host_ip", "protocol", "app_protocol"), _STRING),
        "target": _INTEGER,
        "published": _INTEGER,
    }
)
_MOUNT = Object(
    {
        "type": words("bind", "volume", "tmpfs", "cluster", "npipe", "image"),
        "source": _STRING,
        "target": _STRING,
        "read_only": _FLAG,
        "consistency": _STRING,
        "bind": Object(
            {
                "propagation": _STRING,
                "create_host_path": _FLAG,
                "recursive": words("enabled", "disabled", "writable", "readonly"),
                "selinux": words("z", "Z"),
            }
        ),
        "volume": Object({"labels": _LIST_OR_DICT, "nocopy": _FLAG, "subpath": _STRING}),
        "tmpfs": Object({"size": Scalar(frozenset({"integer", "string"}), low=0), "mode": _NUMBER}),
        "image": Object({"subpath": _STRING}),
    },
    required=("type",),
)
_TEXTS = (
    *("cgroup_parent", "cpuset", "domainname", "hostname", "image", "ipc", "isolation", "mac_address"),
    *("network_mode", "platform", "pull_refresh_after", "restart", "runtime", "stop_grace_period"),
    *("stop_signal", "user", "uts", "userns_mode", "working_dir"),
)
_UNIQUE_LISTS = (
    *("cap_add", "cap_drop", "dns_opt", "external_links", "links", "security_opt", "volumes_from"),
    *("device_cgroup_rules", "profiles"),
)
_NUMBERS = (
    *("cpu_shares", "cpu_quota", "cpu_period", "cpu_rt_period", "cpu_rt_runtime", "cpus", "mem_limit"),
    *("memswap_limit", "pids_limit", "shm_size"),
)
_FLAGS = ("attach", "init", "oom_kill_disable", "privileged", "read_only", "stdin_open", "tty")
_PULL = re.compile("always|never|build|if_not_present|missing|refresh|daily|weekly|every_([0-9]+[wdhms])+")
_TEXT_TYPE = frozenset({"string"})
_INTEGER_TYPE = frozenset({"string", "integer"})
_SERVICE = Object(
    {
        **dict.fromkeys(_TEXTS, _STRING),
        **dict.fromkeys(_UNIQUE_LISTS, _STRINGS),
        **dict.fromkeys(_NUMBERS, _NUMBER),
        **dict.fromkeys(_FLAGS, _FLAG),
        **dict.fromkeys(("annotations", "environment", "labels", "sysctls"), _LIST_OR_DICT),
        **dict.fromkeys(("dns", "dns_search", "tmpfs"), _STRING_OR_LIST),
        **dict.fromkeys(("mem_reservation", "mem_swappiness", "scale"), _INTEGER),
        "develop": Choice((Object({"watch": Array(_WATCH)}), _NULL)),
        "deploy": Choice((_DEPLOY, _NULL)),
        "build": Choice((_STRING, _BUILD)),
        "blkio_config": _BLKIO,
        "cgroup": words("host", "private"),
        "command": _COMMAND,
        "entrypoint": _COMMAND,
        "configs": _GRANTS,
        "secrets": _GRANTS,
        "container_name": Scalar(_TEXT_TYPE, pattern=re.compile("[a-zA-Z0-9][a-zA-Z0-9_.-]+")),
        "cpu_count": Scalar(_INTEGER_TYPE, low=0),
        "cpu_percent": Scalar(_INTEGER_TYPE, low=0, high=100),
        "credential_spec": Object(dict.fromkeys(("config", "file", "registry"), _STRING)),
        "depends_on": _DEPENDS_ON,
        "devices": Array(
            Choice(
                (
                    _STRING,
                    Object(dict.fromkeys(("source", "target", "permissions"), _STRING), required=("source",)),
                )
            )
        ),
        "env_file": Choice((_STRING, Array(Choice((_STRING, _ENV_FILE))))),
        "label_file": Choice((_STRING, _LIST)),
        "expose": Array(_TEXT_OR_NUMBER, unique=True),
        "extends": Choice(
            (_STRING, Object({"service": _STRING, "file": _STRING}, required=("service",), extensions=False))
        ),
        "provider": Object(
            {
                "type": _STRING,
                "options": Object(
                    names=_ANY,
                    other=Choice(
                        (scalar("string", "number", "boolean"), Array(scalar("string", "number", "boolean")))
                    ),
                ),
            },
            required=("type",),
        ),
        "extra_hosts": _EXTRA_HOSTS,
        "gpus": Choice((words("all"), Array(Object(_DEVICE_REQUEST)))),
        "group_add": Array(_TEXT_OR_NUMBER, unique=True),
        "healthcheck": Object(
            {
                **dict.fromkeys(("interval", "timeout", "start_period", "start_interval"), _STRING),
                "disable": _FLAG,
                "retries": _NUMBER,
                "test": Choice((_STRING, _LIST)),
            }
        ),
        "logging": Object(
            {"driver": _STRING, "options": Object(names=_ANY, other=scalar("string", "number", "null"))}
        ),
        "models": Choice(
            (
                _STRINGS,
                Object(
                    names=_NAME,
                    other=Choice((Object({"endpoint_var": _STRING, "model_var": _STRING}), _NULL)),
                    closed=False,
                ),
            )
        ),
        "networks": Choice(
            (_STRINGS, Object(names=_NAME, other=Choice((_ATTACHMENT, _NULL)), extensions=False))
        ),
        "oom_score_adj": Scalar(_INTEGER_TYPE, low=-1000, high=1000),
        "pid": scalar("string", "null"),
        "ports": Array(Choice((scalar("number", "string"), _PORT)), unique=True),
        "post_start": Array(_HOOK),
        "pre_stop": Array(_HOOK),
        "pull_policy": Scalar(_TEXT_TYPE, pattern=_PULL),
        "storage_opt": Object(closed=False),
        "ulimits": _ULIMITS,
        "use_api_socket": scalar("boolean"),
        "volumes": Array(Choice((_STRING, _MOUNT)), unique=True),
    }
)
_EXTERNAL = Choice((_FLAG, Object({"name": _STRING})))
_OPEN_EXTERNAL = Choice((_FLAG, Object({"name": _STRING}, closed=False)))
_POOL = Object(
    {
        **dict.fromkeys(("subnet", "ip_range", "gateway"), _STRING),
        "aux_addresses": Object(names=_ANY, other=_STRING, extensions=False),
    }
)
_NETWORK = Object(
    {
        "name": _STRING,
        "driver": _STRING,
        "driver_opts": _OPTIONS,
        "ipam": Object(
            {
                "driver": _STRING,
                "config": Array(_POOL),
                "options": Object(names=_ANY, other=_STRING, extensions=False),
            }
        ),
        "external": _EXTERNAL,
        **dict.fromkeys(("internal", "enable_ipv4", "enable_ipv6", "attachable"), _FLAG),
        "labels": _LIST_OR_DICT,
    }
)
_VOLUME = Object(
    {
        "name": _STRING,
        "driver": _STRING,
        "driver_opts": _OPTIONS,
        "external": _EXTERNAL,
        "labels": _LIST_OR_DICT,
    }
)
_FILE_OBJECT: dict[str, Shape] = {
    **dict.fromkeys(("name", "environment", "file", "template_driver"), _STRING),
    "external": _OPEN_EXTERNAL,
    "labels": _LIST_OR_DICT,
}
_MODEL = Object(
    {"name": _STRING, "model": _STRING, "context_size": scalar("integer"), "runtime_flags": _LIST},
    required=("model",),
)
_ROOT = Object(
    {
        "version": _STRING,
        "name": _STRING,
        "include": Array(
            Choice(
                (
                    _STRING,
                    Object(
                        {"path": _STRING_OR_LIST, "env_file": _STRING_OR_LIST, "project_directory": _STRING},
                        extensions=False,
                    ),
                )
            )
        ),
        "services": Object(names=_NAME, other=_SERVICE, extensions=False),
        "models": Object(names=_NAME, other=_MODEL, closed=False),
        "networks": Object(names=_NAME, other=Choice((_NETWORK, _NULL)), closed=False),
        "volumes": Object(names=_NAME, other=Choice((_VOLUME, _NULL)), extensions=False),
        "secrets": Object(
            names=_NAME,
            other=Object({**_FILE_OBJECT, "driver": _STRING, "driver_opts": _OPTIONS}),
            extensions=False,
        ),
        "configs": Object(names=_NAME, other=Object({**_FILE_OBJECT, "content": _STRING}), extensions=False),
    }
)


def validate(root: Map, settled: Map | None = None) -> tuple[Map, Context]:
    """Return the tree without what does not fit the schema, and the problems and refusals for it.

    ``settled`` is an earlier result: what is taken over from it fits.
    """
    context = Context()
    fitted = fit(root, _ROOT, context, settled)
    return fitted if isinstance(fitted, Map) else Map({}), context
