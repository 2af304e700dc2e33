"""ALLOWED_HOSTS names the hosts of production."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from confguard.checks._trails import explain, known_settings, never_passed, read_and_delivered
from confguard.finding import Finding, Label, Severity
from confguard.model.django import Items
from confguard.model.host_filter import turns_strangers_away
from confguard.model.repo import Repo
from confguard.model.value import Known


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each way in which ALLOWED_HOSTS surely holds a ``*`` in production."""
    for deployment in repo.production:
        for hosts in known_settings(deployment, "ALLOWED_HOSTS"):
            place = hosts.mend
            if not _holds_star(hosts.value.value) or place is None:
                continue
            serving = tuple(name for name in hosts.services if deployment.serves_http(name))
            if hosts.services and not serving:
                continue  # a worker answers nobody
            hosts = replace(hosts, services=serving)
            filtered = turns_strangers_away(deployment, serving)
            yield Finding(
                f"ALLOWED_HOSTS{hosts.where('of')} holds '*', which lets every host through",
                Label(place, "accepts any Host header"),
                (*read_and_delivered(hosts.value, place), *never_passed(deployment, hosts)),
                notes=(
                    *explain(hosts),
                    *(("nginx answers for other hosts itself, so that none of them gets here",) * filtered),
                ),
                help="name the hosts that production serves"
                + (", with an empty list as the fallback" if place.path.endswith(".py") else ""),
                stacks=(deployment.name,),
                address=("ALLOWED_HOSTS", *hosts.services),
                severity=Severity.INFO if filtered else None,
            )


def _holds_star(hosts: object) -> bool:
    """Say whether the list surely holds a star: the elements of a partly known list count one by one."""
    if isinstance(hosts, str):  # a text where a list belongs: Django looks at its characters
        return "*" in hosts
    if not isinstance(hosts, Items):
        return False
    return any(isinstance(item, Known) and item.value == "*" for item in hosts)
