"""Commands name services that exist."""

from __future__ import annotations

import re
from collections.abc import Iterator

from confguard.finding import Finding, Label, Severity
from confguard.model.named_things import Unnamed, unknown_services
from confguard.model.repo import Repo
from confguard.words import joined


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each family of services that commands name and no Compose file has."""
    families: dict[tuple[str, bool], list[Unnamed]] = {}
    for one in unknown_services(repo):
        families.setdefault((re.split(r"[-_]", one.name)[0], one.aside), []).append(one)
    for family in families.values():
        names = [f"`{one.name}`" for one in family]
        spans = [span for one in family for span in one.spans]
        several = len(family) > 1
        yield Finding(
            f"the service{'s' if several else ''} {joined(names)} {'are' if several else 'is'} in no Compose "
            "file of the repository",
            Label(spans[0].first_line(), "no such service"),
            tuple(Label(span.first_line(), "named here, too") for span in spans[1:4]),
            notes=tuple(f"perhaps {one.near} is meant" for one in family if one.near),
            help="correct the names, or add the services"
            if several
            else "correct the name, or add the service",
            address=tuple(one.name for one in family),
            severity=Severity.INFO if family[0].aside else None,
        )
