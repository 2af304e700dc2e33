"""Every published port of a container has a program behind it."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.checks._reach import address, listens, ports_of
from confguard.finding import Finding, Label
from confguard.model.compose import Port, Service
from confguard.model.deployment import Deployment
from confguard.model.nginx.spare import is_spare_port
from confguard.model.repo import Repo
from confguard.model.value import Known


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each published port behind which nothing listens."""
    for deployment in repo.production:
        for service in deployment.services.values():
            if service.network_mode is not None or not deployment.listening[service.name].complete:
                continue
            for port in service.ports:
                finding = _judge(deployment, service, port)
                if finding is not None:
                    yield finding


def _judge(deployment: Deployment, service: Service, port: Port) -> Finding | None:
    if port.protocol != "tcp" or port.span is None or not isinstance(port.target, Known):
        return None
    if not port.target.value.isdigit():
        return None
    number, found = int(port.target.value), deployment.listening[service.name]
    there = found.on(number)
    if any(not one.loopback for one in there):
        return None
    models = [model for model in deployment.proxies if model.service == service.name]
    if any(is_spare_port(deployment.project, model, number) for model in models):
        return None
    says = f"its programs listen on {ports_of(found)}"
    if there:
        says = f"{there[0].program} listens there only for the container itself, on {address(there[0])}"
    published = port.published.value if isinstance(port.published, Known) else "a free port"
    tls = number == 443 and deployment.is_proxy(service)
    help_text = f"publish {ports_of(found)}, or let the program listen on {number}"
    if there:
        help_text = f"let {there[0].program} listen on all addresses: `0.0.0.0:{number}`"
    elif tls:
        help_text = "add a server with `listen 443 ssl;` and its certificate, or do not publish 443"
    elif not found.listeners:
        help_text = "take the port away: no program of this container answers requests"
    return Finding(
        f"service {service.name} publishes {published} for its port {number}, and {says}",
        Label(port.span, "connections are reset"),
        tuple(listens(service, found))[:4],
        help=help_text,
        stacks=(deployment.name,),
        address=(service.name, str(number)),
    )
