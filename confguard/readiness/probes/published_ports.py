"""Only the proxy publishes ports in the stack."""

from __future__ import annotations

from confguard.model.roles import ServiceRole
from confguard.model.value import Known
from confguard.readiness.outcome import Outcome, Subject, cannot_tell, failed, passed
from confguard.readiness.probes._common import place

_HERE = ("127.0.0.1", "::1", "[::1]")


def look(subject: Subject, roles: tuple[str, ...] = ("proxy",)) -> Outcome:
    """Look at the ports of every running service; those bound to loopback reach nobody outside."""
    allowed = {ServiceRole(name) for name in roles}
    deployment = subject.deployment
    wrong, right = [], []
    for name, service in deployment.services.items():
        for port in service.ports:
            if isinstance(port.host_ip, Known) and port.host_ip.value in _HERE:
                continue
            found = deployment.roles[name]
            if found.role in allowed:
                right.append(place(port.span, f"{name} publishes it"))
            elif not found.sure:
                return cannot_tell(
                    f"what {name} is for is not known, and it publishes a port", [place(port.span)]
                )
            else:
                wrong.append((name, place(port.span, f"{name} publishes it")))
    if wrong:
        names = ", ".join(dict.fromkeys(name for name, _ in wrong))
        return failed(f"ports are published by {names}", [label for _, label in wrong])
    if not right:
        return cannot_tell("no service publishes a port: what stands in front of the stack is not known")
    return passed("only the proxy publishes ports", right)
