"""Only the proxy publishes ports in the stack."""

from __future__ import annotations

from confguard.model.roles import ServiceRole
from confguard.model.value import Known
from confguard.readiness.outcome import Outcome, Subject, cannot_tell, failed, passed
from confguard.readiness.probes._subject import entrances, place

_SERVING = (ServiceRole.PROXY, ServiceRole.APP, ServiceRole.FRONTEND)
_HERE = ("127.0.0.1", "::1", "[::1]")


def look(subject: Subject, roles: tuple[str, ...] = ("proxy",)) -> Outcome:
    """Look at the ports of every running service; those bound to loopback reach nobody outside.

    An nginx in the container of an application is a proxy, too. A stack that publishes none leaves it to
    what stands in front of it, on a network that they share.
    """
    allowed = {ServiceRole(name) for name in roles}
    deployment = subject.deployment
    own = {model.service for model in entrances(subject)}
    wrong, right = [], []
    for name, service in deployment.services.items():
        for port in service.ports:
            if isinstance(port.host_ip, Known) and port.host_ip.value in _HERE:
                continue
            found = deployment.roles[name]
            if found.role in allowed or (ServiceRole.PROXY in allowed and name in own):
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
        serving = [
            place(deployment.services[name].span, f"{name} publishes no port")
            for name, found in deployment.roles.items()
            if found.role in _SERVING
        ]
        if not any(serving):
            return cannot_tell("no service publishes a port, and none is known to answer requests")
        return passed("no service publishes a port", serving)
    return passed("only the proxy publishes ports", right)
