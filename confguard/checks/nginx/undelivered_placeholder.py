"""Every variable of the environment in an nginx configuration is filled in before nginx reads it."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.finding import Finding, Label
from confguard.model.deployment import Deployment
from confguard.model.nginx import NginxModel
from confguard.model.nginx.placeholders import Placeholder, unfilled
from confguard.model.repo import Repo


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each variable, and one for each file that no envsubst goes over."""
    for deployment in repo.production:
        for model in deployment.proxies:
            groups: dict[tuple[str, str], list[Placeholder]] = {}
            for one in unfilled(model):
                key = (one.span.path, one.name if one.filled else "")
                groups.setdefault(key, []).append(one)
            for placeholders in groups.values():
                yield _finding(deployment, model, placeholders)


def _finding(deployment: Deployment, model: NginxModel, placeholders: list[Placeholder]) -> Finding:
    first = placeholders[0]
    service = deployment.services[model.service]
    names = ", ".join(dict.fromkeys(one.name for one in placeholders))
    related = [Label(one.span, "here, too") for one in placeholders[1:]]
    if first.filled:
        message = f"`{names}` is not set in service {service.name}, so nginx reads the placeholder itself"
        mend = f"set {names} in the environment of {service.name}"
        notes = ["envsubst fills in the variables that are set in the container, and leaves the others"]
    else:
        message = f"service {service.name} reads {first.span.path} as it is, with `{names}` not filled in"
        mend = "mount it as /etc/nginx/templates/NAME.template: the image fills in the variables that are set"
        target = next((one.target for one in model.delivered if one.path == first.span.path), "")
        notes = [f"it is {target} in the container, and envsubst runs over templates only"] if target else []
    if service.span is not None:
        related.append(Label(service.span.first_line(), f"the container of {service.name}"))
    return Finding(
        message,
        Label(first.span, "nginx takes it for a variable of its own, or for plain text"),
        tuple(related),
        notes=tuple(notes),
        help=mend,
        stacks=(deployment.name,),
        address=(service.name, first.span.path, first.name if first.filled else ""),
    )
