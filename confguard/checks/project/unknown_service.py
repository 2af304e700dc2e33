"""Commands name services that exist."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.finding import Finding, Label, Severity
from confguard.model.named_things import unknown_services
from confguard.model.repo import Repo


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each service that commands name and no Compose file has."""
    for one in unknown_services(repo):
        yield Finding(
            f"the service `{one.name}` is in no Compose file of the repository",
            Label(one.spans[0].first_line(), "no such service"),
            tuple(Label(span.first_line(), "named here, too") for span in one.spans[1:4]),
            notes=(f"perhaps {one.near} is meant",) if one.near else (),
            help="correct the name, or add the service",
            address=(one.name,),
            severity=Severity.INFO if one.aside else None,
        )
