"""Stacks with names of their own give their containers names of their own, too."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.finding import Edit, Finding, Label
from confguard.fixes.edits import whole
from confguard.fixes.yaml import remove_key, spot_at
from confguard.model.deployment import Deployment
from confguard.model.repo import Repo
from confguard.model.value import Known
from confguard.source import Span
from confguard.words import joined


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each two project names whose stacks cannot run on one host."""
    told: dict[tuple[str, ...], tuple[Deployment, Deployment, list[str]]] = {}
    for deployment in repo.production:
        for other in repo.deployments:
            names = _names(deployment, other)
            if names is not None and _shared(deployment, other):
                key = tuple(sorted(names))
                told.setdefault(key, (deployment, other, []))[2].append(deployment.name)
    for deployment, other, stacks in told.values():
        yield _finding(deployment, other, list(dict.fromkeys(stacks)))


def _names(one: Deployment, other: Deployment) -> tuple[str, str] | None:
    """Return the project names of two stacks that are given different ones on purpose."""
    here, there = one.compose.name, other.compose.name
    if not isinstance(here, Known) or not isinstance(there, Known) or here.value == there.value:
        return None
    return (here.value, there.value) if here.span is not None and there.span is not None else None


def _shared(one: Deployment, other: Deployment) -> dict[str, Span]:
    """Return the container names that two stacks have in common, each with its place."""
    theirs = {name for name, _ in _fixed(other)}
    return {name: span for name, span in _fixed(one) if name in theirs}


def _fixed(deployment: Deployment) -> Iterator[tuple[str, Span]]:
    for service in deployment.services.values():
        name = service.container_name
        if isinstance(name, Known) and name.span is not None and "$" not in name.span.text:
            yield name.value, name.span


def _finding(deployment: Deployment, other: Deployment, stacks: list[str]) -> Finding:
    shared = _shared(deployment, other)
    first, *others = shared
    here, there = deployment.compose.name, other.compose.name
    assert isinstance(here, Known) and isinstance(there, Known)
    labels = [Label(shared[name].first_line(), "fixed, too") for name in others[:8]]
    for name in (here, there):
        if name.span is not None:
            labels.append(Label(name.span.first_line(), "a project name, which fixed names do not have"))
    some = joined([f"`{name}`" for name in list(shared)[:2]])
    more = f" and {len(shared) - 2} more" if len(shared) > 2 else ""
    return Finding(
        f"projects {here.value} and {there.value} cannot run on one host: both have containers of the "
        f"name{'s' if len(shared) > 1 else ''} {some}{more}",
        Label(shared[first].first_line(), "fixed, whatever the project is called"),
        tuple(labels),
        help="leave `container_name` out: Compose puts the project's name in front of the service's",
        stacks=tuple(stacks),
        address=tuple(sorted((here.value, there.value))),
        fixes=whole("leave the fixed names out", [_left_out(span) for span in shared.values()], safe=False),
    )


def _left_out(span: Span) -> Edit | None:
    place = spot_at(span)
    return remove_key(place) if place is not None and place.entry.key.text == "container_name" else None
