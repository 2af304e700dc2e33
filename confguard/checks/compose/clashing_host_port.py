"""No two containers of a stack want the same port of the host."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.finding import Finding, Label, Severity
from confguard.model.compose import Port, Service
from confguard.model.deployment import Deployment
from confguard.model.repo import Repo
from confguard.model.value import Known

_ALL = frozenset({"", "0.0.0.0", "::", "*"})  # noqa: S104 - compared, never bound


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each port of the host that docker would have to give away twice."""
    for deployment in repo.production:
        taken: list[tuple[Service, Port]] = []
        for service in deployment.services.values():
            for port in service.ports:
                if not isinstance(port.published, Known) or port.span is None:
                    continue
                before = next(
                    (
                        one
                        for one in taken
                        if _clash(one[1], port, one[0] is service) and not one[0].is_alternative_to(service)
                    ),
                    None,
                )
                taken.append((service, port))
                if before is not None:
                    yield _twice(deployment, before, service, port)
            yield from _replicas(deployment, service)


def _clash(one: Port, other: Port, same_service: bool) -> bool:
    if not isinstance(one.published, Known) or not isinstance(other.published, Known):
        return False
    if one.published.value != other.published.value or one.protocol != other.protocol:
        return False
    if same_service and _target(one) == _target(other) and _address(one) == _address(other):
        return False  # Compose keeps one of them
    first, second = _address(one), _address(other)
    return first is not None and second is not None and (first == second or first in _ALL or second in _ALL)


def _address(port: Port) -> str | None:
    """Return the address of the host, ``""`` for all; None where it is not known."""
    if port.host_ip is None:
        return ""
    return port.host_ip.value.strip("[]") if isinstance(port.host_ip, Known) else None


def _target(port: Port) -> str | None:
    return port.target.value if isinstance(port.target, Known) else None


def _twice(deployment: Deployment, before: tuple[Service, Port], service: Service, port: Port) -> Finding:
    other, first = before
    assert port.span is not None
    number = port.published.value if isinstance(port.published, Known) else ""
    who = f"services {other.name} and {service.name}" if other is not service else f"service {service.name}"
    return Finding(
        f"{who} {'both publish' if other is not service else 'publishes'} port {number} of the host"
        f"{'' if other is not service else ' twice'}",
        Label(port.span, "docker refuses it: port is already allocated"),
        (Label(first.span, "taken here"),) if first.span else (),
        help="publish one of them on another port",
        stacks=(deployment.name,),
        address=(other.name, service.name, number),
        # Whether the profile of one is ever switched on beside the other is up to the operator.
        severity=Severity.WARNING if other.profiles or service.profiles else None,
    )


def _replicas(deployment: Deployment, service: Service) -> Iterator[Finding]:
    count = service.replicas
    if not isinstance(count, Known) or count.value < 2 or deployment.stack.swarm:
        return  # Swarm's routing mesh listens once for all containers of a service
    for port in service.ports:
        if isinstance(port.published, Known) and port.published.value.isdigit() and port.span is not None:
            yield Finding(
                f"service {service.name} runs {count.value} containers, and each wants port "
                f"{port.published.value} of the host",
                Label(port.span, "only one of them gets it"),
                (Label(count.span.first_line(), f"{count.value} containers"),) if count.span else (),
                help="publish a range of ports, or only the proxy in front of them",
                stacks=(deployment.name,),
                address=(service.name, "replicas"),
            )
            return
