"""No header of an answer is written by Django and added by nginx again."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.checks._doubled import hidden
from confguard.finding import Finding, Label, Severity
from confguard.model.deployment import Deployment
from confguard.model.nginx import Level, NginxModel
from confguard.model.repo import Repo
from confguard.model.responses import Doubled, Outcome, canonical, doubled
from confguard.words import joined, services_named

_BROKEN = (Outcome.VOID, Outcome.REFUSED)
_TOLD = (*_BROKEN, Outcome.HARMLESS)


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each server that repeats what the application behind it sends."""
    for deployment in repo.production:
        for model in deployment.proxies:
            servers: dict[Level, list[Doubled]] = {}
            for one in doubled(deployment, model):
                if one.verdict.outcome in _TOLD:
                    servers.setdefault(one.server.level, []).append(one)
            for found in servers.values():
                yield _finding(deployment, model, found)


def _finding(deployment: Deployment, model: NginxModel, found: list[Doubled]) -> Finding:
    broken = [one for one in found if one.verdict.outcome in _BROKEN]
    told = broken or found
    found = [*broken, *(one for one in found if one not in broken)]
    names = list(dict.fromkeys(canonical(one.name) for one in told))
    places = dict.fromkeys((one.by_nginx.span.first_line(), "nginx adds it") for one in found)
    for one in found:
        if one.by_app.place is not None:
            places[(one.by_app.place.first_line(), f"Django sends {canonical(one.name)}")] = None
    (primary, text), *others = places
    verb = "comes" if len(names) == 1 else "come"
    services = list(dict.fromkeys(name for one in found for name in one.services))
    where = services_named(services)
    return Finding(
        f"{joined(names)} {verb} twice in the answers of {where}, from Django and from nginx: "
        f"{told[0].verdict.words}",
        Label(primary, text),
        tuple(Label(span, words) for span, words in others),
        notes=tuple(_notes(found, broken)),
        help=f"let one side send it: `proxy_hide_header {names[0]};` beside proxy_pass leaves nginx's alone",
        stacks=(deployment.name,),
        address=(primary.path, "twice", *names),
        severity=None if broken else Severity.INFO,
        fixes=hidden(model, found, safe=True),
    )


def _notes(found: list[Doubled], broken: list[Doubled]) -> Iterator[str]:
    harmless = list(dict.fromkeys(canonical(one.name) for one in found if one not in broken))
    if broken and harmless:
        verb = "comes" if len(harmless) == 1 else "come"
        yield f"{joined(harmless)} {verb} twice, too, with the same value"
    routes = list(dict.fromkeys(target.level.title for one in found for target in one.targets))
    more = f" and {len(routes) - 4} more" if len(routes) > 4 else ""
    yield f"in {', '.join(routes[:4])}{more}"
