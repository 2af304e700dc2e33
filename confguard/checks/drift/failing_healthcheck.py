"""Health checks can succeed, and see what they are meant to see."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.checks._probes import help_of, places_of, words_of
from confguard.finding import Finding, Label, Severity
from confguard.model.conditions import HEALTHY
from confguard.model.deployment import Deployment
from confguard.model.health import Failing, Why, failing
from confguard.model.repo import Repo
from confguard.words import joined, services_named

_PROVES_NOTHING = (Why.ONLY_REDIRECT, Why.NOTHING, Why.UNASKED)


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each health check that surely fails, for all services which have it."""
    for deployment in repo.production:
        groups: dict[tuple[object, ...], list[Failing]] = {}
        for one in failing(deployment):
            groups.setdefault((one.probe.span, one.why), []).append(one)
        for found in groups.values():
            yield _finding(deployment, found)


def _finding(deployment: Deployment, found: list[Failing]) -> Finding:
    first, names = found[0], [one.service for one in found]
    waiting = [
        (name, dependency)
        for name, service in deployment.services.items()
        for dependency in service.depends_on
        if dependency.service in names and dependency.condition == HEALTHY
    ]
    spans = (dependency.span for _, dependency in waiting)
    related = [Label(span.first_line(), "waits until it is healthy") for span in spans if span is not None]
    if first.probe.inherited:
        services = (deployment.services[name].span for name in names)
        related += [Label(span, "gets the check of its image") for span in services if span is not None]
    related += places_of(deployment, first)
    words, effect = words_of(first)
    who = services_named(names)
    fails = "proves nothing" if first.why in _PROVES_NOTHING else "always fails"
    return Finding(
        f"the health check of {who} {fails}: {words}",
        Label(first.probe.span.first_line(), effect),
        tuple(related[:6]),
        notes=(f"{joined([name for name, _ in waiting])} would never start",) if waiting else (),
        help=help_of(first),
        stacks=(deployment.name,),
        address=(first.why.name, *names),
        severity=_severity(first, bool(waiting)),
    )


def _severity(one: Failing, waited: bool) -> Severity:
    if one.why is Why.NOTHING or (one.why is Why.ONLY_REDIRECT and one.from_template):
        return Severity.INFO
    if one.why in _PROVES_NOTHING:
        return Severity.WARNING
    return Severity.ERROR if waited and not one.from_template else Severity.WARNING
