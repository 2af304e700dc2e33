"""What starts a stack promises addresses that the stack serves."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.finding import Finding, Label, Severity
from confguard.model.promised_addresses import promised
from confguard.model.repo import Repo
from confguard.words import joined


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each command that promises the address of a service which it does not start."""
    for one in promised(repo):
        name = one.service.name
        profiles = joined([f"`{profile}`" for profile in one.service.profiles])
        where = (
            [] if one.service.profiles_span is None else [Label(one.service.profiles_span, "only with it")]
        )
        yield Finding(
            f"`{one.context}` promises `{one.address.text}`, "
            f"but does not start service {name}, which serves it",
            Label(one.command.first_line(), f"starts the stack without profile {profiles}"),
            (Label(one.address, "is promised here"), *where),
            help=f"start it with `--profile {one.service.profiles[0]}`, or correct what is said",
            address=(one.command.path, one.context, name),
            severity=Severity.INFO if one.aside else None,
        )
