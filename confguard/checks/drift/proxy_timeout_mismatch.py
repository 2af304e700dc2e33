"""nginx and the server behind it give a request the same time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from confguard.finding import Finding, Label
from confguard.model.deployment import Deployment
from confguard.model.nginx import Level, NginxModel, Target, seconds, upstream_targets
from confguard.model.repo import Repo
from confguard.model.responses import app_behind, service_behind
from confguard.model.time_limits import TimeLimit, time_limit
from confguard.model.value import Known

_USUAL = 60.0
"""What nginx waits by default."""


@dataclass(frozen=True, slots=True)
class _Wait:
    target: Target
    service: str
    wait: Known[float]
    limit: TimeLimit


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for the routes of a server that wait too short, and one for those too long."""
    for deployment in repo.production:
        for model in deployment.proxies:
            groups: dict[tuple[Level | None, str, bool], list[_Wait]] = {}
            waits = list(_waits(deployment, model))
            for one in waits:
                # gunicorn has one time for all: routes that wait shorter than others are meant to.
                longest = max(other.wait.value for other in waits if other.service == one.service)
                short = one.limit.chosen and longest < one.limit.seconds
                long = not one.limit.chosen and one.wait.value > max(2 * one.limit.seconds, _USUAL)
                if short or (long and one.wait.span is not None):
                    key = (one.target.level.enclosing("server"), one.service, short)
                    groups.setdefault(key, []).append(one)
            for (_, _, short), found in groups.items():
                yield _finding(deployment, found, short)


def _waits(deployment: Deployment, model: NginxModel) -> Iterator[_Wait]:
    for target in upstream_targets(model):
        service = service_behind(deployment, target)
        if service is None or app_behind(deployment, target) is None:
            continue
        if target.protocol not in ("proxy", "uwsgi"):
            continue
        wait = seconds(target.level, f"{target.protocol}_read_timeout")
        limit = time_limit(deployment, service.name)
        if isinstance(wait, Known) and limit is not None and limit.seconds:
            yield _Wait(target, service.name, wait, limit)


def _finding(deployment: Deployment, found: list[_Wait], short: bool) -> Finding:
    first = found[0]
    titles = list(dict.fromkeys(one.target.level.title for one in found))
    where = titles[0] + (f" and {len(titles) - 1} more" if len(titles) > 1 else "")
    wait, limit = f"{first.wait.value:g} s", f"{first.limit.seconds:g} s"
    places = dict.fromkeys((one.wait.span or one.target.span).first_line() for one in found)
    primary, *others = places
    name = f"{first.target.protocol}_read_timeout"
    if short:
        message = f"nginx gives up after `{wait}` on {where}, while {first.service} may work for {limit}"
        note = "the client gets 504 Gateway Time-out, and the worker goes on with what nobody waits for"
        mend = f"set {name} to more than {limit}"
    else:
        message = (
            f"nginx waits `{wait}` on {where}, but {first.limit.program} of {first.service} kills a worker "
            f"that takes {limit}"
        )
        note = "the client gets 502 Bad Gateway then; 30 s is the default of gunicorn's --timeout"
        mend = (
            f"give gunicorn the time that nginx waits (`--timeout {first.wait.value:g}`), or workers of "
            "another class"
        )
    place = first.limit.span
    return Finding(
        message,
        Label(primary, f"waits {wait}"),
        (
            *(Label(other, "so does this") for other in others[:5]),
            *([Label(place.first_line(), f"works for {limit}")] if place else []),
        ),
        notes=(note,),
        help=mend,
        stacks=(deployment.name,),
        address=(primary.path, first.service, "short" if short else "long"),
    )
