"""What docker compose refuses in the merged model (compose-go 2.9, ``loader/validate.go``, ``graph/``)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from confguard.model.compose.interpolation import Marks
from confguard.model.compose.tree import Map, Seq, as_map, may_change, place, text_of
from confguard.model.compose.types import Resource, Service
from confguard.model.value import Known, Trail
from confguard.source import Problem, SourceFile, Span

Resources = Mapping[str, Mapping[str, Resource]]


def check(
    tree: Map, services: Mapping[str, Service], resources: Resources, marks: Marks
) -> tuple[list[Problem], list[Problem]]:
    """Return what is refused for certain, and what is as long as something is missing."""
    problems: list[Problem] = []
    refusals: list[Problem] = []
    names: dict[str, str] = {}
    for service in services.values():
        if not service.active:
            continue
        for problem, trail in (
            *_service(service, services, resources, marks),
            *_parts(service, services, as_map(tree.get("models"))),
            *_container_name(service, names),
        ):
            (refusals if may_change(trail) else problems).append(problem)
        refusals.extend(_env_files(service))
    problems.extend(_cycles(services))
    return problems, refusals


Found = tuple[Problem, Trail]
"""A problem and the trail of the value that causes it; the trail is empty where no value can mend it."""


def _problem(span: Span | None, message: str, help_text: str = "") -> Problem:
    return Problem(span if span is not None else SourceFile("", "").span(0), message, help_text)


def _env_files(service: Service) -> Iterator[Problem]:
    for reference in service.env_files:
        if reference.required and reference.read is None and isinstance(reference.path, Known):
            message = f"needs the env file {reference.path.value}, which is not there"
            yield _problem(reference.span, message, "create it, or add required: false")


def _service(
    service: Service, services: Mapping[str, Service], resources: Resources, marks: Marks
) -> Iterator[Found]:
    tree, name = service.tree, service.name
    image = service.image
    if (
        service.build is None
        and "provider" not in tree.entries
        and (image is None or (isinstance(image, Known) and not image.value))
    ):
        trail = image.trail if image is not None else ()
        yield _problem(service.span, f"has a service {name} with neither image nor build"), trail
    if service.network_mode is not None and as_map(tree.get("networks")).entries:
        words = f"has a service {name} with both network_mode and networks"
        yield _problem(service.network_mode.span, words), ()
    for attachment in service.networks:
        if attachment.network not in resources["networks"]:
            yield _undefined(name, "network", attachment.network, attachment.span), ()
    for mount in service.volumes:
        source = mount.source
        if mount.type == "volume" and isinstance(source, Known) and source.value not in resources["volumes"]:
            yield _undefined(name, "volume", source.value, mount.span), source.trail
    for kind, grants in (("secret", service.secrets), ("config", service.configs)):
        for grant in grants:
            if marks.unknown_in(grant.source) is None and grant.source not in resources[f"{kind}s"]:
                yield _undefined(name, kind, grant.source, grant.span), ()
    build_secrets = as_map(tree.get("build")).get("secrets")
    for item in build_secrets.items if isinstance(build_secrets, Seq) else ():
        source_name = text_of(as_map(item).get("source"))
        if source_name is not None and source_name not in resources["secrets"]:
            yield _undefined(name, "build secret", source_name, place(item)), item.trail
    for dependency in service.depends_on:
        other = services.get(dependency.service)
        if other is None:
            mode = service.network_mode
            implied = mode is not None and mode.span == dependency.span
            trail = mode.trail if mode is not None and implied else ()
            yield _undefined(name, "service", dependency.service, dependency.span), trail
        elif not other.active and dependency.required:
            profiles = ", ".join(other.profiles)
            words = f"has a service {name} that depends on {other.name}, which no active profile starts"
            mend = f"activate one of its profiles ({profiles}), or say required: false"
            yield _problem(dependency.span, words, mend), ()
    test = service.healthcheck.test if service.healthcheck is not None else None
    if isinstance(test, Known) and test.value and test.value[0] not in ("CMD", "CMD-SHELL", "NONE"):
        words = "has a healthcheck.test that begins with neither CMD, CMD-SHELL nor NONE"
        yield _problem(test.span, words), test.trail
    yield from _targets(service)


def _parts(service: Service, services: Mapping[str, Service], models: Map) -> Iterator[Found]:
    """Yield what is wrong with parts that only their tree holds: build contexts, watch, models."""
    tree, name = service.tree, service.name
    contexts = as_map(as_map(tree.get("build")).get("additional_contexts"))
    for context in contexts.entries.values():
        other = (text_of(context) or "").removeprefix("service:")
        if other == text_of(context):
            continue
        if other not in services or not services[other].active:
            yield _undefined(name, "service", other, place(context)), context.trail
        elif services[other].build is None:
            words = f"has a service {name} that builds on {other}, which is not built itself"
            yield _problem(place(context), words), context.trail
    watches = as_map(tree.get("develop")).get("watch")
    for watch in watches.items if isinstance(watches, Seq) else ():
        fields = as_map(watch)
        if text_of(fields.get("action")) not in ("rebuild", "restart") and not text_of(fields.get("target")):
            words = f"has a develop.watch of {name} without the target to sync to"
            yield _problem(place(watch), words), ()
    used = as_map(tree.get("models"))
    for key in used.entries:
        if key not in models.entries:
            yield _undefined(name, "model", key, used.key_span(key) or place(used)), ()


def _container_name(service: Service, names: dict[str, str]) -> Iterator[Found]:
    found = service.container_name
    if isinstance(found, Known) and found.value:
        other = names.setdefault(found.value, service.name)
        if other != service.name:
            words = f"has services {other} and {service.name} with the same container_name {found.value}"
            yield _problem(found.span, words), found.trail


def _undefined(service: str, kind: str, name: str, span: Span | None) -> Problem:
    return _problem(span, f"has a service {service} that refers to the undefined {kind} {name}")


def _targets(service: Service) -> Iterator[Found]:
    seen: set[str] = set()
    for mount in sorted(service.volumes, key=lambda mount: mount.type != "tmpfs"):
        if isinstance(mount.target, Known):
            if mount.target.value in seen:
                words = f"has a service {service.name} that mounts {mount.target.value} twice"
                yield _problem(mount.span, words), mount.target.trail
            seen.add(mount.target.value)


def _cycles(services: Mapping[str, Service]) -> Iterator[Problem]:
    """Yield one problem for each circle of dependencies, without recursion."""
    done: set[str] = set()
    for start in services:
        if start in done or not services[start].active:
            continue
        path: list[str] = []
        on_path: set[str] = set()
        stack: list[tuple[str, Iterator[str]]] = [(start, _next(services, start))]
        path.append(start)
        on_path.add(start)
        while stack:
            name, following = stack[-1]
            other = next(following, None)
            if other is None:
                stack.pop()
                path.pop()
                on_path.discard(name)
                done.add(name)
            elif other in on_path:
                circle = " -> ".join([*path[path.index(other) :], other])
                edges = {edge.service: edge.span for edge in services[name].depends_on}
                yield _problem(
                    edges.get(other), f"has services that depend on each other in a circle: {circle}"
                )
            elif other not in done:
                stack.append((other, _next(services, other)))
                path.append(other)
                on_path.add(other)


def _next(services: Mapping[str, Service], name: str) -> Iterator[str]:
    found = (edge.service for edge in services[name].depends_on)
    return (other for other in found if other in services and services[other].active)


__all__ = ["check"]
