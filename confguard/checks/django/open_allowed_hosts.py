"""ALLOWED_HOSTS names the hosts of production."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from confguard.checks._trails import assignment, deliveries, explain, of_services
from confguard.finding import Finding, Label
from confguard.model.repo import Repo
from confguard.model.value import Known


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each application of production whose ALLOWED_HOSTS surely holds a ``*``."""
    for deployment in repo.production:
        for app in deployment.apps:
            hosts = app.settings.get("ALLOWED_HOSTS")
            if not _holds_star(hosts) or (place := assignment(hosts)) is None:
                continue
            yield Finding(
                f"ALLOWED_HOSTS{of_services(app)} holds '*', which lets every host through",
                Label(place, "accepts any Host header"),
                deliveries(hosts),
                notes=explain(hosts, app),
                help="name the hosts that production serves, with an empty list as the fallback",
                stacks=(deployment.name,),
                address=("ALLOWED_HOSTS", *app.services),
            )


def _holds_star(hosts: object) -> bool:
    """Say whether the list surely holds a star: the elements of a partly known list count one by one."""
    if not isinstance(hosts, Known):
        return False
    value = hosts.value
    if isinstance(value, str):  # a text where a list belongs: Django looks at its characters
        return "*" in value
    return isinstance(value, Sequence) and any(item == "*" for item in value if isinstance(item, str))
