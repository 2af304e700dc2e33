"""Databases, caches and brokers of the stack are reached from inside only."""

from __future__ import annotations

from confguard.model.roles import ServiceRole
from confguard.model.value import Known
from confguard.readiness.outcome import Outcome, Subject, cannot_tell, failed, passed
from confguard.readiness.probes._subject import place

_STORES = (ServiceRole.DATASTORE, ServiceRole.CACHE, ServiceRole.BROKER)
_HERE = ("127.0.0.1", "::1", "[::1]")


def look(subject: Subject) -> Outcome:
    """Look at the ports of every datastore; those bound to loopback reach nobody outside."""
    good, bad = [], []
    for name, found in subject.deployment.roles.items():
        if found.role not in _STORES:
            continue
        service = subject.deployment.services[name]
        outside = [
            port for port in service.ports
            if not (isinstance(port.host_ip, Known) and port.host_ip.value in _HERE)
        ]  # fmt: skip
        bad += [(name, place(port.span, f"{name} publishes it")) for port in outside]
        if not outside:
            good.append(place(service.span, f"{name} is internal"))
    if bad:
        names = ", ".join(dict.fromkeys(name for name, _ in bad))
        return failed(f"ports are published by {names}", [label for _, label in bad])
    if not good:
        return cannot_tell("the stack has no datastore: it is managed elsewhere")
    return passed("no datastore publishes a port", good)
