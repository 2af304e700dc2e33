"""A Caddy gets the variables that its Caddyfile uses."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.checks._deliver import passed_on
from confguard.finding import Finding, Label, Severity
from confguard.model.caddy import Use, undelivered
from confguard.model.deployment import Deployment
from confguard.model.repo import Repo
from confguard.model.split_credentials import documented
from confguard.words import joined


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for the variables of a Caddyfile: of sites without an address, and told in vain."""
    for deployment in repo.production:
        for service in deployment.services:
            found = undelivered(deployment, service)
            nameless = [use for use in found if use.address and not use.default]
            others = [use for use in found if use not in nameless and documented(deployment, use.name)]
            if nameless:
                yield _finding(
                    deployment, service, [*nameless, *others], "it serves a site without an address"
                )
            elif others:
                yield _finding(deployment, service, others, "what env files say of it has no effect")


def _finding(deployment: Deployment, service: str, found: list[Use], effect: str) -> Finding:
    names = list(dict.fromkeys(use.name for use in found))
    first = found[0]
    told = dict.fromkeys(span.first_line() for name in names for span in documented(deployment, name))
    here = deployment.services[service].span
    labels = [Label(use.span, "this one, too") for use in found[1:8]]
    labels += [Label(span, "is not passed on") for span in list(told)[:4]]
    if here is not None:
        labels.append(Label(here, "does not get it"))
    effect = effect.replace(" of it ", " of them ") if len(names) > 1 else effect
    stays = "the default is used" if first.default else "nothing stands here"
    return Finding(
        f"the Caddyfile of service {service} uses {joined(names)}, which the service does not get: {effect}",
        Label(first.span, stays),
        tuple(labels),
        help=f"pass it on in the environment of {service}: `{names[0]}: ${{{names[0]}}}`",
        stacks=(deployment.name,),
        address=(service, *names),
        severity=None if any(not use.default and use.address for use in found) or told else Severity.INFO,
        fixes=passed_on(deployment, names, [service], safe=True)
        if all(any(True for _ in documented(deployment, name)) for name in names)
        else (),
    )
