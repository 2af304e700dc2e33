"""nginx starts after the services whose names it resolves when it starts."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.finding import Finding, Label, Severity
from confguard.fixes.compose import depend_on
from confguard.fixes.edits import whole
from confguard.model.compose import Service
from confguard.model.deployment import Deployment
from confguard.model.hosts import Reach, reach
from confguard.model.nginx import NginxModel, Target, upstream_targets
from confguard.model.repo import Repo
from confguard.model.value import Known
from confguard.words import joined


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each nginx that may start before its upstreams have names."""
    for deployment in repo.production:
        for model in deployment.proxies:
            service = deployment.services.get(model.service)
            if service is None or service.network_mode is not None or service.span is None:
                continue
            late = _late(deployment, service, model)
            if late:
                yield _finding(deployment, service, late)


def _late(deployment: Deployment, service: Service, model: NginxModel) -> dict[str, Target]:
    """Return the services that nginx resolves at its start and does not wait for, each with one place."""
    awaited = _awaited(deployment, service.name)
    found: dict[str, Target] = {}
    for target in upstream_targets(model):
        if target.uses_variable or not isinstance(target.host, Known) or not target.host.value:
            continue
        if "resolve" in target.parameters or "down" in target.parameters:
            continue
        answer = reach(deployment, service, target.host.value)
        if answer.kind is Reach.SERVICE and answer.service is not None and answer.service.name not in awaited:
            found.setdefault(answer.service.name, target)
    return found


def _awaited(deployment: Deployment, name: str) -> set[str]:
    """Return a service and all that start before it."""
    found, pending = {name}, [name]
    while pending:
        for dependency in deployment.services[pending.pop()].depends_on:
            if dependency.service not in found and dependency.service in deployment.services:
                found.add(dependency.service)
                pending.append(dependency.service)
    return found


def _finding(deployment: Deployment, service: Service, late: dict[str, Target]) -> Finding:
    assert service.span is not None
    names = list(late)
    restart = service.restart
    restarts = restart is None or (isinstance(restart, Known) and restart.value in ("no", "false"))
    waits = ", ".join(names)
    return Finding(
        f"nginx of service {service.name} does not wait for {joined(names)}: it may start before "
        f"{'its name resolves' if len(names) == 1 else 'their names resolve'}",
        Label(service.span, "no `depends_on` leads there"),
        tuple(Label(target.host_span, "resolved when nginx starts") for target in list(late.values())[:4]),
        notes=(
            "without `restart:` it stays down after `host not found in upstream`"
            if restarts
            else "its restart policy tries again until it succeeds",
        ),
        help=f"add `depends_on: [{waits}]`",
        stacks=(deployment.name,),
        address=(service.name,),
        severity=None if restarts else Severity.INFO,
        fixes=whole(
            f"let it wait for {joined(names)}",
            [depend_on(service, [deployment.services[name] for name in names])],
            safe=True,
        ),
    )
