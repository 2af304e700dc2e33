"""Every application of the stack has a health check."""

from __future__ import annotations

from confguard.model.conditions import has_healthcheck
from confguard.model.probing import probe_of
from confguard.model.roles import ServiceRole
from confguard.readiness.outcome import Outcome, Subject, cannot_tell, failed, passed
from confguard.readiness.probes._subject import place


def look(subject: Subject, roles: tuple[str, ...] = ("application",), required: bool = False) -> Outcome:
    """Look at ``healthcheck`` of each service with one of the roles, in Compose and in its image.

    A service without one fails if it is ``required``; else there is no probe whose way could be judged.
    """
    wanted = {ServiceRole(name) for name in roles}
    deployment = subject.deployment
    chosen = [name for name, found in deployment.roles.items() if found.role in wanted and found.sure]
    if not chosen:
        return cannot_tell("no service of the stack is known to be an application")
    good, bad, unsure = [], [], []
    for name in chosen:
        service = deployment.services[name]
        has = has_healthcheck(deployment, service)
        check = service.healthcheck
        label = place(check.span if check else service.span, name)
        if has is None:
            return cannot_tell(f"whether the image of {name} has a health check is not known", [label])
        probe = probe_of(deployment.processes[name]) if has else None
        if probe is not None and probe.request is not None:
            good.append(place(probe.span, f"{name} is asked for {probe.request.path}"))
        elif has:
            unsure.append((name, label))
        else:
            bad.append((name, label))
    if bad:
        names = ", ".join(name for name, _ in bad)
        outcome = failed if required else cannot_tell
        return outcome(f"{names} has no health check", [label for _, label in bad])
    if unsure:
        names = ", ".join(name for name, _ in unsure)
        return cannot_tell(
            f"the health check of {names} asks no path that is known", [label for _, label in unsure]
        )
    return passed("every application's health check asks for a path and can succeed", good)
