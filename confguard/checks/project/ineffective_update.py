"""The steps for an update bring the new code."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.checks._roles import meant_for_production, service_labels
from confguard.finding import Finding, Label
from confguard.model.repo import Repo
from confguard.model.updates import never_built, restarted_only
from confguard.words import services_named


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each pair of steps after which the old code still runs."""
    for one in restarted_only(repo.sightings):
        yield Finding(
            "`pull` and `restart` bring nothing new: restarted containers keep their image",
            Label(one.second.first_line(), "keeps the old image"),
            (Label(one.first.first_line(), "fetches images"),),
            help="use `docker compose up -d`, which makes containers of the new images",
            address=(one.second.path, "restart"),
        )
    for deployment in meant_for_production(repo):
        for one in never_built(deployment, repo.sightings):
            yield Finding(
                f"`pull` and `up` bring no new code of {services_named(one.built)}: no registry has it",
                Label(one.second.first_line(), "the old code goes on"),
                (
                    Label(one.first.first_line(), "fetches images"),
                    *service_labels(deployment, one.built, "is built here"),
                ),
                help="build again with `docker compose up -d --build`, or set an `image:` that CI pushes",
                stacks=(deployment.name,),
                address=(one.second.path, *one.built),
            )
