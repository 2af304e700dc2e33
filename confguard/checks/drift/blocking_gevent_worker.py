"""Workers that wait for many requests at once have a driver that lets them."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.finding import Finding, Label
from confguard.model.green_drivers import Blocked, blocked_workers, driver_line
from confguard.model.repo import Repo
from confguard.source import Span
from confguard.words import services_named


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for the services of a stack whose gevent workers stop at each query."""
    for deployment in repo.production:
        found = [one for one in blocked_workers(deployment) if one.place is not None]
        if found:
            yield _finding(deployment.name, found, driver_line(deployment.project))


def _finding(stack: str, found: list[Blocked], driver: Span | None) -> Finding:
    services = list(dict.fromkeys(one.service for one in found))
    places = [one.place.first_line() for one in found if one.place is not None]
    who = services_named(services)
    return Finding(
        f"the gevent workers of {who} stop at each query: psycopg2 does not give way while it waits",
        Label(places[0], "many requests in one worker, of which one at a time reaches the database"),
        (
            *(Label(place, "the same") for place in dict.fromkeys(places[1:])),
            *((Label(driver.first_line(), "waits in C, which gevent does not see"),) if driver else ()),
        ),
        help="call `psycogreen.gevent.patch_psycopg()` when a worker starts, or take psycopg 3, or threads "
        "(`--worker-class gthread`)",
        stacks=(stack,),
        address=("gevent", *services),
    )
