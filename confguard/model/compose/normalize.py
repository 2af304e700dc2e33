"""Implicit parts of the merged model made explicit (compose-go 2.9, ``loader/normalize.go``)."""

from __future__ import annotations

from confguard.model.compose.short_forms import clean_target
from confguard.model.compose.tree import Leaf, Map, Seq, Tree, as_map, plain, sprint, text_of
from confguard.model.environment import Environment
from confguard.model.value import Known, Step


def normalize(tree: Map, name: str, environment: Environment) -> Map:
    """Return the model with its default network, names of resources and implied dependencies."""
    tree = _networks(tree)
    services = tree.get("services")
    if isinstance(services, Map):
        changed: dict[str, Tree] = {}
        for key, service in services.entries.items():
            if isinstance(service, Map):
                changed[key] = _service(service, environment)
        tree = tree.with_entries({"services": services.with_entries(changed)})
    return _names(tree, name)


def _implied(text: str, value: str | bool | None) -> Leaf:
    return Leaf(value, (Step(text),))


def _networks(tree: Map) -> Map:
    services = as_map(tree.get("services"))
    networks = as_map(tree.get("networks"))
    uses_default = False
    changed: dict[str, Tree] = {}
    for name, service in services.entries.items():
        if not isinstance(service, Map) or "provider" in service.entries or "network_mode" in service.entries:
            continue
        attached = service.get("networks")
        if not isinstance(attached, Map) or not attached.entries:
            joined = Map(
                {"default": _implied("every service joins the default network", None)}, service.trail
            )
            changed[name] = service.with_entries({"networks": joined})
            uses_default = True
        elif "default" in attached.entries:
            uses_default = True
    if changed:
        tree = tree.with_entries({"services": services.with_entries(changed)})
    if uses_default and "default" not in networks.entries:
        networks = networks.with_entries({"default": _implied("the default network", None)})
    return tree.with_entries({"networks": networks}) if networks.entries else tree


def _service(service: Map, environment: Environment) -> Map:
    changed: dict[str, Tree] = {}
    if text_of(service.get("pull_policy")) == "if_not_present":
        changed["pull_policy"] = Leaf("missing", service.entries["pull_policy"].trail)
    build = service.get("build")
    if isinstance(build, Map):
        changed["build"] = _build(build, environment)
    variables = service.get("environment")
    if variables is not None:
        changed["environment"] = resolve(variables, environment, keep_unset=True)
    volumes = service.get("volumes")
    if isinstance(volumes, Seq):
        changed["volumes"] = Seq([_volume(item) for item in volumes.items], volumes.source)
    dependencies = _dependencies(service)
    if dependencies.entries:
        changed["depends_on"] = dependencies
    return service.with_entries(changed) if changed else service


def _build(build: Map, environment: Environment) -> Map:
    changed: dict[str, Tree] = {}
    if plain(build.get("context")) is None:
        changed["context"] = _implied("default of build.context", ".")
    if plain(build.get("dockerfile")) is None and plain(build.get("dockerfile_inline")) is None:
        changed["dockerfile"] = _implied("default of build.dockerfile", "Dockerfile")
    arguments = build.get("args")
    if arguments is not None:
        changed["args"] = resolve(arguments, environment, keep_unset=False)
    return build.with_entries(changed)


def _volume(item: Tree) -> Tree:
    target = text_of(as_map(item).get("target"))
    if not isinstance(item, Map) or target is None or clean_target(target) == target:
        return item
    return item.with_entries({"target": Leaf(clean_target(target), item.entries["target"].trail)})


def resolve(node: Tree, environment: Environment, keep_unset: bool) -> Tree:
    """Return a mapping or list of variables with those without a value filled from the environment.

    One that nothing sets stays without a value, or is left out.
    """
    if isinstance(node, Map):
        entries: dict[str, Tree] = {}
        for name, value in node.entries.items():
            if not isinstance(value, Leaf) or value.value is not None:
                entries[name] = value
                continue
            found = environment.values.get(name)
            if isinstance(found, Known):
                entries[name] = Leaf(found.value, (*value.trail, *found.trail))
            elif keep_unset:
                entries[name] = value
        return Map(entries, node.source, node.keys)
    if not isinstance(node, Seq):
        return node
    items: list[Tree] = []
    for item in node.items:
        text = sprint(item.value) if isinstance(item, Leaf) else ""
        found = None if "=" in text else environment.values.get(text)
        if isinstance(found, Known):
            items.append(Leaf(f"{text}={found.value}", (*item.trail, *found.trail)))
        elif "=" in text or keep_unset:
            items.append(item)
    return Seq(items, node.source)


def _dependencies(service: Map) -> Map:
    declared = as_map(service.get("depends_on"))
    entries = dict(declared.entries)

    def add(name: str, node: Tree, restart: bool) -> None:
        if name in entries:
            return
        fields: dict[str, Tree] = {
            "condition": Leaf("service_started", node.source),
            "restart": Leaf(restart, node.source),
            "required": Leaf(True, node.source),
        }
        entries[name] = Map(fields, node.source)

    links = service.get("links")
    for link in links.items if isinstance(links, Seq) else ():
        parts = str(plain(link)).split(":")
        add(parts[0] if len(parts) == 2 else str(plain(link)), link, True)
    for namespace in ("network_mode", "ipc", "pid", "uts", "cgroup"):
        node = service.get(namespace)
        text = text_of(node)
        if node is not None and text is not None and text.startswith("service:"):
            add(text.removeprefix("service:"), node, True)
    shared = service.get("volumes_from")
    for item in shared.items if isinstance(shared, Seq) else ():
        text = str(plain(item))
        if not text.startswith("container:"):
            add(text.split(":")[0], item, False)
    return Map(entries, declared.source, declared.keys)


def _names(tree: Map, name: str) -> Map:
    for section in ("networks", "volumes", "configs", "secrets"):
        resources = tree.get(section)
        if not isinstance(resources, Map):
            continue
        changed: dict[str, Tree] = {}
        for key, resource in resources.entries.items():
            fields = resource if isinstance(resource, Map) else Map({}, resource.source)
            if plain(fields.get("name")) is None:
                external = plain(fields.get("external")) is True
                own = key if external else f"{name}_{key}"
                fields = fields.with_entries({"name": _implied("named by its key", own)})
            changed[key] = fields
        tree = tree.with_entries({section: resources.with_entries(changed)})
    return tree
