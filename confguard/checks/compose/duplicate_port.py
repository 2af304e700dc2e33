"""No overlay publishes a port once more that an earlier file publishes already."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.checks._published import number_of
from confguard.finding import Finding, Label
from confguard.model.compose import Port, Service
from confguard.model.repo import Repo
from confguard.model.value import Known


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each container port that two files of a stack publish differently."""
    for deployment in repo.production:
        for service in deployment.services.values():
            groups: dict[tuple[str, str], list[Port]] = {}
            for port in service.ports:
                if isinstance(port.target, Known) and port.span is not None:
                    groups.setdefault((port.target.value, port.protocol), []).append(port)
            for (target, _), ports in groups.items():
                found = _from_two_files(ports, deployment.stack.files)
                if found is not None:
                    yield _finding(deployment.name, service, target, *found)


def _from_two_files(ports: list[Port], files: tuple[str, ...]) -> tuple[Port, Port] | None:
    """Return an earlier file's port and a later one's; None where addresses tell them apart."""
    placed = sorted(
        (files.index(port.span.path), index)
        for index, port in enumerate(ports)
        if port.span is not None and port.span.path in files
    )
    if len(placed) < 2 or placed[0][0] == placed[-1][0]:
        return None
    first, last = ports[placed[0][1]], ports[placed[-1][1]]
    return None if first.host_ip is not None and last.host_ip is not None else (first, last)


def _finding(stack: str, service: Service, target: str, first: Port, last: Port) -> Finding:
    assert first.span is not None and last.span is not None
    return Finding(
        f"service {service.name} publishes its port {target} twice, on {number_of(first)} and on "
        f"{number_of(last)}: Compose appends what {last.span.path} says",
        Label(last.span.first_line(), "is added, and replaces nothing"),
        (Label(first.span.first_line(), "stays published"),),
        help=f"write `ports: !override` in {last.span.path}, or leave the ports out of {first.span.path}",
        stacks=(stack,),
        address=(service.name, target),
    )
