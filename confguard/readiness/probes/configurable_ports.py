"""The ports that services of a role publish are chosen by variables."""

from __future__ import annotations

from confguard.finding import Label
from confguard.model.roles import ServiceRole
from confguard.readiness.outcome import Outcome, Subject, cannot_tell, failed, passed
from confguard.readiness.probes._subject import entrances, place


def look(subject: Subject, roles: tuple[str, ...]) -> Outcome:
    """Look at the text of each published port."""
    wanted = {ServiceRole(name) for name in roles}
    own = {model.service for model in entrances(subject)} if ServiceRole.PROXY in wanted else set()
    good: list[Label | None] = []
    bad: list[Label | None] = []
    for name, found in subject.deployment.roles.items():
        is_wanted = found.role in wanted or name in own
        for port in subject.deployment.services[name].ports if is_wanted else ():
            label = place(port.span, f"published by {name}")
            (good if port.span and "${" in port.span.text else bad).append(label)
    if bad:
        return failed("a published port is fixed", bad)
    if not good:
        return cannot_tell(f"no {', '.join(roles)} of the stack publishes a port")
    return passed("the published ports are variables", good)
