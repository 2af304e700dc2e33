"""On which addresses of the host a port is open. Shared by checks; no rule of its own."""

from __future__ import annotations

import ipaddress

from confguard.model.compose import Port
from confguard.model.value import Known

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
