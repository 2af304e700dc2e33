"""On which addresses of the host a port is open, and by which files. Shared by checks; no rule of its own."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from confguard.model.compose import Override, Port, Service
from confguard.model.deployment import Deployment
from confguard.model.value import Known
from confguard.source import Span

_EVERYWHERE = frozenset({"", "0.0.0.0", "::", "*"})  # noqa: S104 - compared, never bound


def open_on(port: Port) -> str | None:
    """Return the words for the addresses that a port is surely open on; None for loopback or unknown."""
    if port.host_ip is None:
        return "every interface of the host"
    if not isinstance(port.host_ip, Known) or port.loopback:
        return None
    address = port.host_ip.value.strip("[]")
    if address in _EVERYWHERE:
        return "every interface of the host"
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return None  # a name, or a text that docker refuses
    # An address of a private network (a VPN's, RFC 6598's shared space) was chosen on purpose.
    return f"the host's address {address}" if parsed.is_global else None


def number_of(port: Port) -> str:
    """Return ``port 8080``, or ``a free port`` where docker chooses it."""
    if port.published is None:
        return "a free port"
    shown = port.published if isinstance(port.published, Known) else port.target
    return f"port {shown.value}" if isinstance(shown, Known) else "a port"


def left_by(deployment: Deployment, service: Service) -> Iterator[Span]:
    """Yield the empty lists of overlays that were to take the ports of a service away, and do not."""
    for one in deployment.compose.overrides:
        if one.service == service.name and is_vain(one) and one.attribute == ("ports",) and one.overlay:
            yield one.overlay


def is_vain(override: Override) -> bool:
    """Say whether an overlay writes an attribute empty and changes nothing by that."""
    return override.effect == "nothing" and override.reason in ("empty", "null")


def published_twice(deployment: Deployment, service: Service) -> Iterator[tuple[Port, Port]]:
    """Yield the ports that two files of a stack publish differently: the earlier file's, the later one's."""
    groups: dict[tuple[str, str], list[Port]] = {}
    for port in service.ports:
        if isinstance(port.target, Known) and port.span is not None:
            groups.setdefault((port.target.value, port.protocol), []).append(port)
    for ports in groups.values():
        found = _from_two_files(ports, deployment.stack.files)
        if found is not None:
            yield found


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
