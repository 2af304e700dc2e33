"""Every application of the stack has a health check."""

from __future__ import annotations

from confguard.model.conditions import has_healthcheck
from confguard.model.roles import ServiceRole
from confguard.readiness.outcome import Outcome, Subject, cannot_tell, failed, passed
from confguard.readiness.probes._common import place


def look(subject: Subject, roles: tuple[str, ...] = ("application",)) -> Outcome:
    """Look at ``healthcheck`` of each service with one of the roles, in Compose and in its image."""
    wanted = {ServiceRole(name) for name in roles}
    deployment = subject.deployment
    chosen = [name for name, found in deployment.roles.items() if found.role in wanted and found.sure]
    if not chosen:
        return cannot_tell("no service of the stack is known to be an application")
    good, bad = [], []
    for name in chosen:
        service = deployment.services[name]
        has = has_healthcheck(deployment, service)
        check = service.healthcheck
        label = place(check.span if check else service.span, name)
        if has is None:
            return cannot_tell(f"whether the image of {name} has a health check is not known", [label])
        if has:
            good.append(label)
        else:
            bad.append((name, label))
    if bad:
        return failed(
            f"{', '.join(name for name, _ in bad)} has no health check", [label for _, label in bad]
        )
    return passed("every application has a health check", good)
