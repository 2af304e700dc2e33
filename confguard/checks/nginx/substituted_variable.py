"""envsubst leaves nginx's own variables alone."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.finding import Finding, Label
from confguard.model.deployment import Deployment
from confguard.model.nginx import NginxModel
from confguard.model.nginx.placeholders import Placeholder, swallowed
from confguard.model.repo import Repo
from confguard.source import Span


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each file in which envsubst replaces variables of nginx."""
    for deployment in repo.production:
        for model in deployment.proxies:
            groups: dict[str, list[Placeholder]] = {}
            for one in swallowed(model):
                groups.setdefault(one.span.path, []).append(one)
            for placeholders in groups.values():
                yield _finding(deployment, model, placeholders)


def _finding(deployment: Deployment, model: NginxModel, placeholders: list[Placeholder]) -> Finding:
    first, service = placeholders[0], deployment.services[model.service]
    names = list(dict.fromkeys(one.name for one in placeholders))
    shown = ", ".join(f"${name}" for name in names[:4]) + (" and more" if len(names) > 4 else "")
    environment = deployment.processes[service.name].environment
    values = [value for name in names if (value := environment.get(name)) is not None]
    places: list[Span] = [value.span for value in values if value.span]
    command = deployment.processes[service.name].span
    if not places and command is not None:
        places = [command]
    return Finding(
        f"envsubst replaces nginx's own `{shown}` in {first.span.path} of service {service.name}",
        Label(first.span, "nginx never sees it"),
        (
            *(Label(one.span, "nor this") for one in placeholders[1:4]),
            *(Label(place.first_line(), "set here" if values else "run here") for place in places),
        ),
        help="name the environment's variable differently, or set NGINX_ENVSUBST_FILTER"
        if values
        else "tell envsubst which variables to replace: envsubst '$DOMAIN $BACKEND' < in > out",
        stacks=(deployment.name,),
        address=(service.name, first.span.path),
    )
