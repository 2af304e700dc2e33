"""Published ports of services that nginx stands in front of. Shared by checks; no rule of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from confguard.checks._published import open_on
from confguard.model.compose import Port, Service
from confguard.model.deployment import Deployment
from confguard.model.hosts import Reach, reach
from confguard.model.nginx import NginxModel, Target, upstream_targets
from confguard.model.roles import ServiceRole
from confguard.model.value import Known

_TESTS = re.compile(r"(^|/)(tests?|testing|e2e)/")
_STORES = (ServiceRole.DATASTORE, ServiceRole.CACHE, ServiceRole.BROKER, ServiceRole.PROXY)


@dataclass(frozen=True, slots=True)
class Bypass:
    """A published port of a service to which an nginx of the stack passes requests."""

    model: NginxModel
    service: Service
    port: Port
    target: Target


def bypasses(deployment: Deployment) -> tuple[Bypass, ...]:
    """Return the ports around the proxies of a deployment, each once."""
    return deployment.once(("bypasses",), lambda: tuple(_bypasses(deployment)))


def _bypasses(deployment: Deployment) -> Iterator[Bypass]:
    reported: set[object] = set()
    for model in deployment.proxies:
        if not _is_published(deployment, model) or _is_for_tests(model):
            continue
        for target in upstream_targets(model):
            service = _service(deployment, model, target)
            for port in service.ports if service is not None else ():
                if service is not None and port.span not in reported and _is_around(port, target):
                    reported.add(port.span)
                    yield Bypass(model, service, port, target)


def _is_published(deployment: Deployment, model: NginxModel) -> bool:
    service = deployment.services.get(model.service)
    return service is not None and any(open_on(port) for port in service.ports)


def _is_for_tests(model: NginxModel) -> bool:
    """Say whether a proxy has its configuration from a folder of tests: it is no front door."""
    return any(_TESTS.search(path) for path in model.files)


def _service(deployment: Deployment, model: NginxModel, target: Target) -> Service | None:
    if (
        not isinstance(target.host, Known)
        or not target.host.value
        or model.service not in deployment.services
    ):
        return None
    found = reach(deployment, deployment.services[model.service], target.host.value)
    if found.kind is not Reach.SERVICE or found.service is None or found.service.name == model.service:
        return None
    role = deployment.roles[found.service.name].role
    return None if role in _STORES or deployment.datastore(found.service) else found.service


def _is_around(port: Port, target: Target) -> bool:
    if not isinstance(port.target, Known) or not isinstance(target.port, Known) or port.span is None:
        return False
    return port.target.value == str(target.port.value) and open_on(port) is not None
