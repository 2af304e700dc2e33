"""A location for large uploads has at least the time of the location around it."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.finding import Finding, Label
from confguard.model.deployment import Deployment
from confguard.model.nginx import NginxModel, Target, nearest, seconds, upstream_targets
from confguard.model.repo import Repo
from confguard.model.value import Known
from confguard.words import joined

_TIMES = ("proxy_read_timeout", "proxy_send_timeout")


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for the locations with a body limit of their own that lack a neighbour's times."""
    for deployment in repo.production:
        for model in deployment.proxies:
            groups: dict[Target, list[tuple[Target, tuple[str, ...]]]] = {}
            for inner, outer, names in _lacking(model):
                groups.setdefault(outer, []).append((inner, names))
            for outer, found in groups.items():
                yield _finding(deployment, outer, found)


def _lacking(model: NginxModel) -> Iterator[tuple[Target, Target, tuple[str, ...]]]:
    targets = [one for one in upstream_targets(model) if one.location is not None and one.protocol == "proxy"]
    for inner in targets:
        around = [
            one
            for one in targets
            if _is_around(one, inner) and model.server_of(one.level) is model.server_of(inner.level)
        ]
        outer = max(around, key=lambda one: len(one.location.pattern) if one.location else 0, default=None)
        if outer is None or not inner.level.named("client_max_body_size"):
            continue
        names = tuple(name for name in _TIMES if _is_shorter(inner, outer, name))
        if names:
            yield inner, outer, names


def _is_around(outer: Target, inner: Target) -> bool:
    """Say whether a prefix location would take the paths of another one if that were not there."""
    one, two = outer.location, inner.location
    return (
        one is not None
        and two is not None
        and one is not two
        and one.modifier in ("", "^~")
        and two.modifier in ("", "^~", "=")
        and len(one.pattern) > 1
        and two.pattern.startswith(one.pattern)
        and isinstance(outer.host, Known)
        and isinstance(inner.host, Known)
        and outer.host.value == inner.host.value
    )


def _is_shorter(inner: Target, outer: Target, name: str) -> bool:
    """Say whether the outer location has a time of its own, and the inner one the default alone."""
    if not outer.level.named(name) or nearest(inner.level, name) is not None:
        return False
    given = seconds(outer.level, name)
    return isinstance(given, Known) and given.value > 60


def _finding(deployment: Deployment, outer: Target, found: list[tuple[Target, tuple[str, ...]]]) -> Finding:
    first, names = found[0]
    assert outer.location is not None and first.location is not None
    titles = [one.location.title for one, _ in found if one.location]
    statements = [statement for name in names for statement in outer.level.named(name)]
    return Finding(
        f"{joined(titles)} {'lacks' if len(found) == 1 else 'lack'} {joined(names)} of "
        f"{outer.location.title}: 60 seconds are all that large uploads get",
        Label(first.location.span.first_line(), "has a limit for large bodies, and the default times"),
        (
            *(Label(one.location.span.first_line(), "so has this") for one, _ in found[1:4] if one.location),
            *(Label(statement.span.first_line(), "does not hold there") for statement in statements[:2]),
        ),
        notes=("locations inherit from the server, not from each other",),
        help=f"repeat {joined(names)} there, or set them in the server",
        stacks=(deployment.name,),
        address=(first.location.span.path, *titles),
    )
