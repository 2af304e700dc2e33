"""There is a stack for a proxy on the host: no proxy in it, the applications published on chosen ports."""

from __future__ import annotations

from confguard.model.roles import ServiceRole
from confguard.readiness.outcome import Outcome, Subject, cannot_tell, failed, passed
from confguard.readiness.probes._common import place

_APPLICATIONS = (ServiceRole.APP, ServiceRole.FRONTEND)


def look(subject: Subject) -> Outcome:
    """Look for a production stack without a proxy whose applications publish ports that variables choose."""
    bare = [
        one
        for one in subject.repo.production
        if not any(found.role is ServiceRole.PROXY for found in one.roles.values())
    ]
    if not bare:
        return cannot_tell("every production stack has a proxy of its own")
    fixed = []
    for deployment in bare:
        for name, found in deployment.roles.items():
            if found.role not in _APPLICATIONS:
                continue
            for port in deployment.services[name].ports:
                label = place(port.span, f"{name} in {deployment.name}")
                if port.published is None:
                    fixed.append((f"{name} is published on whatever port is free", label))
                    continue
                text = port.span.text if port.span else ""
                if "${" in text:
                    return passed("the applications are published on configurable ports", [label])
                fixed.append((f"the port of {name} is fixed", label))
    if fixed:
        return failed(fixed[0][0], [label for _, label in fixed])
    return failed("without its own proxy the stack publishes no application", [place(None)])
