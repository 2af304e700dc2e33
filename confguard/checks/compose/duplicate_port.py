"""No overlay publishes a port once more that an earlier file publishes already."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.checks._published import number_of, published_twice
from confguard.finding import Finding, Fix, Label
from confguard.fixes.compose import override, service_key
from confguard.fixes.edits import whole
from confguard.model.compose import Port, Service
from confguard.model.repo import Repo
from confguard.model.value import Known
from confguard.words import joined


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for the ports that an overlay publishes, and an earlier file differently."""
    for deployment in repo.production:
        groups: dict[str, list[tuple[Service, Port, Port]]] = {}
        for service in deployment.services.values():
            for first, last in published_twice(deployment, service):
                assert last.span is not None
                groups.setdefault(last.span.path, []).append((service, first, last))
        for path, found in groups.items():
            yield _finding(deployment.name, path, found)


def _finding(stack: str, path: str, found: list[tuple[Service, Port, Port]]) -> Finding:
    service, first, last = found[0]
    assert first.span is not None and last.span is not None
    targets = [one.target.value for _, one, _ in found if isinstance(one.target, Known)]
    names = list(dict.fromkeys(one.name for one, _, _ in found))
    others = [
        Label(port.span.first_line(), f"{words} of {other.name}")
        for other, *pair in found[1:]
        for port, words in zip(pair, ("the port that stays", "the added port"), strict=True)
        if port.span is not None
    ]
    what = (
        f"service {service.name} publishes its port {targets[0]} twice, on {number_of(first)} and on "
        f"{number_of(last)}"
        if len(found) == 1
        else f"the ports {joined(targets)} of {joined(names)} are published twice"
    )
    return Finding(
        f"{what}: Compose appends what {path} says",
        Label(last.span.first_line(), "is added, and replaces nothing"),
        (Label(first.span.first_line(), "stays published"), *others),
        help=f"write `ports: !override` in {path}, or leave the ports out of {first.span.path}",
        stacks=(stack,),
        address=(*names, *targets),
        fixes=_fixes(path, [service for service, _, _ in found]),
    )


def _fixes(path: str, services: list[Service]) -> tuple[Fix, ...]:
    """Return the fix that lets the overlay's ports replace all others of these services."""
    keys = [place.entry.key.span for one in services if (place := service_key(one, "ports"))]
    if len(keys) < len(services) or any(key.path != path for key in keys):
        return ()
    return whole("write `!override`", map(override, dict.fromkeys(keys)), safe=False)
