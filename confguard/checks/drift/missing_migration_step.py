"""Something migrates the database."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.checks._roles import meant_for_production, service_labels
from confguard.finding import Finding
from confguard.model.preparing import without_migration
from confguard.model.repo import Repo
from confguard.words import services_named


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each application with migrations that nothing and nobody is told to apply."""
    for deployment in meant_for_production(repo):
        for one in without_migration(deployment):
            labels = service_labels(deployment, one.services, "starts on whatever tables there are")
            if not labels:
                continue
            who = services_named(one.services)
            yield Finding(
                f"nothing migrates the database of {who}",
                labels[0],
                tuple(labels[1:]),
                notes=("no service, start script, workflow or document runs `manage.py migrate`",),
                help="add a service that runs `manage.py migrate --noinput` and ends, for which the others "
                "wait, or migrate in the start script of one service",
                stacks=(deployment.name,),
                address=one.services,
            )
