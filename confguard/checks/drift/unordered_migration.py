"""What uses the database starts when it has been migrated."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.checks._roles import meant_for_production, service_labels
from confguard.finding import Finding, Fix, Label
from confguard.fixes.compose import depend_on, set_condition
from confguard.fixes.edits import whole
from confguard.model.conditions import COMPLETED
from confguard.model.deployment import Deployment
from confguard.model.migrations import Migration, early, migrations
from confguard.model.repo import Repo
from confguard.model.value import Known
from confguard.words import services_named


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each service that migrates and that others of its application do not wait for."""
    for deployment in meant_for_production(repo):
        for migration in migrations(deployment):
            names = early(deployment, migration) if migration.ends else ()
            if names:
                yield from _finding(deployment, migration, names)


def _finding(deployment: Deployment, migration: Migration, names: tuple[str, ...]) -> Iterator[Finding]:
    labels = service_labels(deployment, names, "starts at any time")
    target = migration.service
    place = migration.program.span or deployment.services[target].span
    if not labels or place is None:
        return
    who = services_named(names, "does", "do")
    loose = [
        Label(one.span.first_line(), f"waits for {one.condition.removeprefix('service_')} only")
        for name in names
        for one in deployment.services[name].depends_on
        if one.service == target and one.span is not None
    ]
    yield Finding(
        f"{who} not wait until service {target} has migrated the database",
        labels[0],
        (*labels[1:], *loose[:2], Label(place.first_line(), "migrates")),
        help=f"let them depend on {target} with `condition: service_completed_successfully`, "
        f'and give {target} `restart: "no"` or `on-failure`',
        stacks=(deployment.name,),
        address=(target, *names),
        fixes=_fixes(deployment, target, names),
    )


def _fixes(deployment: Deployment, target: str, names: tuple[str, ...]) -> tuple[Fix, ...]:
    """Return the fix that lets services wait for the end of the migration, where it surely has one."""
    restart = deployment.services[target].restart
    if restart is not None and not (
        isinstance(restart, Known) and restart.value.partition(":")[0] in ("no", "false", "on-failure")
    ):
        return ()
    edits = []
    for service in (deployment.services[name] for name in names):
        own = next((one for one in service.depends_on if one.service == target), None)
        edits.append(
            depend_on(service, [deployment.services[target]], COMPLETED)
            if own is None
            else set_condition(own.span, COMPLETED)
            if own.span is not None
            else None
        )
    return whole(f"let them wait until {target} has ended", edits, safe=True)
