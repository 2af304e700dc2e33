"""What nginx stands in front of cannot be reached around it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from confguard.checks._published import number_of, open_on
from confguard.finding import Finding, Label
from confguard.model.compose import Port, Service
from confguard.model.deployment import Deployment
from confguard.model.hosts import Reach, reach
from confguard.model.nginx import NginxModel, Target, upstream_targets
from confguard.model.repo import Repo
from confguard.model.roles import ServiceRole
from confguard.model.value import Known

_TESTS = re.compile(r"(^|/)(tests?|testing|e2e)/")
_STORES = (ServiceRole.DATASTORE, ServiceRole.CACHE, ServiceRole.BROKER, ServiceRole.PROXY)


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each port of a proxied service that the host publishes as well."""
    for deployment in repo.production:
        reported: set[object] = set()
        for model in deployment.proxies:
            if not _is_published(deployment, model) or _is_for_tests(model):
                continue
            for target in upstream_targets(model):
                service = _service(deployment, model, target)
                if service is None:
                    continue
                for port in service.ports:
                    if port.span not in reported and _is_around(port, target):
                        reported.add(port.span)
                        yield from _finding(deployment, model, service, port, target)


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


def _finding(
    deployment: Deployment, model: NginxModel, service: Service, port: Port, target: Target
) -> Iterator[Finding]:
    if port.span is None:
        return
    yield Finding(
        f"service {service.name} is published on {number_of(port)} of {open_on(port)}, beside nginx of "
        f"service {model.service}",
        Label(port.span, "reachable without the proxy"),
        (Label(target.host_span, "nginx passes requests to it"),),
        notes=("what nginx adds does not hold there: TLS, limits, headers, blocked paths",),
        help=_help(deployment, port, service),
        stacks=(deployment.name,),
        address=(service.name, model.service),
    )


def _help(deployment: Deployment, port: Port, service: Service) -> str:
    files = deployment.stack.files
    if len(files) > 1 and port.span and port.span.path != files[-1]:
        return f"take it away in {files[-1]} with `ports: !reset []`, or bind it to 127.0.0.1"
    return f"remove the port, nginx reaches {service.name} without it; or bind it to 127.0.0.1"
