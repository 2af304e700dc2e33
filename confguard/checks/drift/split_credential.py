"""A server and its clients get names and passwords from one variable."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.checks._labels import distinct
from confguard.finding import Finding, Label, Severity
from confguard.model.deployment import Deployment
from confguard.model.repo import Repo
from confguard.model.split_credentials import Split, documented, splits
from confguard.words import joined, services_named


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each server and each place in which clients have its credentials once more."""
    for deployment in repo.production:
        groups: dict[tuple[str, str], list[Split]] = {}
        for one in splits(deployment):
            groups.setdefault((one.server, one.where), []).append(one)
        for found in groups.values():
            yield _finding(deployment, found)


def _finding(deployment: Deployment, found: list[Split]) -> Finding:
    first = found[0]
    clients = list(dict.fromkeys(one.client for one in found))
    variables = list(dict.fromkeys(one.variable for one in found))
    who = services_named(clients)
    told = [span for variable in variables for span in documented(deployment, variable)]
    labels = [Label(one.served_at, f"{one.variable} for {one.server}") for one in found]
    labels += [Label(one.place, "a copy here, too") for one in found]
    labels += [Label(span, f"who changes it changes {first.server} alone") for span in told]
    return Finding(
        f"{first.where} of {who} has its own copy of {joined(variables)}: who sets "
        f"{'it' if len(variables) == 1 else 'them'} changes service {first.server} alone",
        Label(first.place.first_line(), "stays as it is"),
        distinct(labels, first.place, limit=8),
        help=f"put it together of the same variables: `{first.whole}`"
        if first.whole
        else f"let {who} take {joined(variables)} from the environment, too",
        stacks=(deployment.name,),
        address=(first.server, first.where),
        severity=Severity.ERROR if told else None,
    )
