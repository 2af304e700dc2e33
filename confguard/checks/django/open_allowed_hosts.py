"""ALLOWED_HOSTS names the hosts of production."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from confguard.checks._trails import (
    Setting,
    explain,
    known_settings,
    never_passed,
    read_and_delivered,
    written_by_hand,
)
from confguard.finding import Finding, Label, Severity
from confguard.model.django import Items
from confguard.model.host_filter import turns_strangers_away
from confguard.model.repo import Repo
from confguard.model.value import Known, Origin, Value
from confguard.source import Span


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each way in which ALLOWED_HOSTS surely holds a ``*`` in production."""
    for deployment in repo.production:
        for hosts in known_settings(deployment, "ALLOWED_HOSTS"):
            place = _added(hosts) or hosts.mend
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
                + (", with an empty list as the fallback" if _is_fallback(hosts.value) else ""),
                stacks=(deployment.name,),
                address=("ALLOWED_HOSTS", *hosts.services),
                severity=Severity.INFO if filtered else None,
            )


def _added(hosts: Setting) -> Span | None:
    """Return the line that puts the star into a list behind its assignment, or in another module."""
    whole = hosts.value.span
    if whole is None or written_by_hand(hosts.value) is not None:
        return None
    for star in _stars(hosts.value):
        span = star.span
        if span is None or not span.path.endswith(".py") or written_by_hand(star) is not None:
            continue
        if span.file is not whole.file or span.start >= whole.end:
            return span.first_line()
    return None


def _stars(hosts: Known[object]) -> list[Known[object]]:
    items = hosts.value if isinstance(hosts.value, Items) else ()
    return [item for item in items if isinstance(item, Known) and _is_star(item)]


def _is_fallback(hosts: Known[object]) -> bool:
    """Say whether the star is what the code falls back to, by itself or in a list that is the default."""
    stars = _stars(hosts)
    if not stars or any(_defaults(one) for one in stars):
        return bool(stars or _defaults(hosts))
    return any(
        one.span is not None
        and one.span.file is default.file
        and default.start <= one.span.start < one.span.end <= default.end
        for one in stars
        for default in _defaults(hosts)
    )


def _defaults(value: Known[object]) -> list[Span]:
    """Return where the code gives the defaults that took part in a value."""
    places = (step.span for step in value.trail if step.origin is Origin.DEFAULT)
    return [place for place in places if place is not None and place.path.endswith(".py")]


def _holds_star(hosts: object) -> bool:
    """Say whether the list surely holds a star: the elements of a partly known list count one by one."""
    if isinstance(hosts, str):  # a text where a list belongs: Django looks at its characters
        return "*" in hosts
    if not isinstance(hosts, Items):
        return False
    return any(map(_is_star, hosts))


def _is_star(item: Value[object]) -> bool:
    return isinstance(item, Known) and item.value == "*"
