"""The model in the shape of ``docker compose config --format json`` (docker compose 2.40)."""

from __future__ import annotations

from typing import Any

from confguard.model.compose.converters import fields
from confguard.model.compose.dump_fields import RESOURCES, SERVICE
from confguard.model.compose.interpolation import Marks
from confguard.model.compose.tree import Seq, Tree, as_map, plain, text_of
from confguard.model.compose.types import ComposeModel, Service
from confguard.model.value import Unknown, Value


def dump(model: ComposeModel, *, escape: bool = True) -> dict[str, Any]:
    """Return the model as docker compose prints it: active services and the resources they use.

    ``escape`` writes ``$`` as ``$$``, as docker compose does. What is not known is shown as ``UNKNOWN``
    says, in the place of the text that it would be.
    """
    name = _shown(model.name)
    services = {key: _service(model, service) for key, service in model.active_services.items()}
    used = _used(model)
    result: dict[str, Any] = {"name": name, "services": services}
    for section, convert in RESOURCES.items():
        resources = as_map(model.tree.get(section))
        kept = {key: convert(node) for key, node in resources.entries.items() if key in used[section]}
        if kept:
            result[section] = kept
    for key, node in model.tree.entries.items():
        if key.startswith("x-"):
            result[key] = plain(node)
    written: dict[str, Any] = _written(result, model.marks, escape)
    return written


UNKNOWN = "<unknown: {reason}>"
"""How a text that is not known, or the part of a text that is not, is shown."""


def _written(value: Any, marks: Marks, escape: bool) -> Any:
    if isinstance(value, str):
        return marks.spelled(value.replace("$", "$$") if escape else value, UNKNOWN)
    if isinstance(value, dict):
        return {_written(key, marks, escape): _written(item, marks, escape) for key, item in value.items()}
    return [_written(item, marks, escape) for item in value] if isinstance(value, list) else value


def _shown(value: Value[str]) -> str:
    return UNKNOWN.format(reason=value.reason) if isinstance(value, Unknown) else value.value


def _used(model: ComposeModel) -> dict[str, set[str]]:
    used: dict[str, set[str]] = {section: set() for section in RESOURCES}
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
    result = fields(service.tree, SERVICE)
    result.setdefault("command", None)
    result.setdefault("entrypoint", None)
    labels = {key: _shown(value) for key, value in service.labels.items()}
    if labels:
        result["labels"] = labels
    environment: dict[str, str | None] = {}
    for name, value in model.container_environment(service.name).values.items():
        environment[name] = _shown(value)
    for name, written in service.environment.items():
        if written is None:
            environment[name] = None
    if environment:
        result["environment"] = environment
    return result
