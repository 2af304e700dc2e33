"""Defaults that do not depend on the whole model (compose-go 2.9, ``transform/defaults.go``)."""

from __future__ import annotations

from confguard.model.compose.transforms import Errors, Transform, apply
from confguard.model.compose.tree import Leaf, Map, State, Tree, patterns, plain
from confguard.model.value import Step


def with_defaults(root: Map) -> Map:
    """Return the tree with the defaults of single attributes filled in."""
    result = apply(root, _DEFAULTS, [], None)
    return result if isinstance(result, Map) else root


def _default(text: str, value: str | bool) -> Leaf:
    return Leaf(value, (Step(f"default of {text}"),))


def _build_default(node: Tree, errors: Errors) -> Tree:
    if isinstance(node, Map) and "context" not in node.entries:
        return node.with_entries({"context": _default("build.context", ".")})
    return node


def _secret_default(node: Tree, errors: Errors) -> Tree:
    if isinstance(node, Map) and "target" not in node.entries:
        target = f"/run/secrets/{plain(node.get('source'))}"
        return node.with_entries({"target": _default("secrets.target", target)})
    return node


def _port_default(node: Tree, errors: Errors) -> Tree:
    if not isinstance(node, Map) or {"protocol", "mode"} <= node.entries.keys():
        return node
    missing: dict[str, Tree] = {}
    if "protocol" not in node.entries:
        missing["protocol"] = _default("ports.protocol", "tcp")
    if "mode" not in node.entries:
        missing["mode"] = _default("ports.mode", "ingress")
    return node.with_entries(missing)


def _device_request_default(node: Tree, errors: Errors) -> Tree:
    if isinstance(node, Map) and not {"count", "device_ids"} & node.entries.keys():
        return node.with_entries({"count": _default("count", "all")})
    return node


_DEFAULTS: State[Transform] = patterns(
    {
        "services.*.build": _build_default,
        "services.*.secrets.[]": _secret_default,
        "services.*.ports.[]": _port_default,
        "services.*.deploy.resources.reservations.devices.[]": _device_request_default,
        "services.*.gpus.[]": _device_request_default,
    }
)
