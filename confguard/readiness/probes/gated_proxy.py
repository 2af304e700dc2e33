"""The proxy of the stack runs under a profile only."""

from __future__ import annotations

from confguard.model.roles import ServiceRole
from confguard.readiness.outcome import Outcome, Subject, cannot_tell, failed, passed
from confguard.readiness.probes._subject import place


def look(subject: Subject) -> Outcome:
    """Look at the profiles of every service that is a proxy, in all of the stack's files.

    An application with an nginx in its own container, and an nginx for tests, are proxies here.
    """
    compose = subject.deployment.compose
    roles = subject.deployment.roles
    gated = [one for one in compose.services.values() if one.profiles and one.name not in roles]
    own = {model.service for model in subject.deployment.proxies}
    proxies = [
        compose.services[name]
        for name, found in roles.items()
        if name in compose.services
        and (found.role is ServiceRole.PROXY or (found.role is not ServiceRole.FRONTEND and name in own))
    ]
    if not proxies and not gated:
        return cannot_tell("the stack has no proxy")
    if not proxies:
        names = ", ".join(f"{one.name} ({', '.join(one.profiles)})" for one in gated)
        return passed(f"without a profile no proxy runs; there is {names}", [place(gated[0].profiles_span)])
    always = [one for one in proxies if not one.profiles]
    if always:
        runs = "runs" if len(always) == 1 else "run"
        return failed(
            f"{', '.join(one.name for one in always)} {runs} without any profile",
            [place(one.span, "no profiles") for one in always],
        )
    return passed(
        "the proxy has a profile",
        [place(one.profiles_span, f"{one.name}: {', '.join(one.profiles)}") for one in proxies],
    )
