"""What secrets give to a service is read by what runs in it."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.finding import Finding, Label
from confguard.model.delivery import Delivery, delivery_of
from confguard.model.deployment import App, Deployment
from confguard.model.repo import Repo
from confguard.model.value import Known
from confguard.words import joined

_SUFFIX = "_FILE"


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each secret, or path of one, that an application is given and does not read."""
    for deployment in repo.production:
        for app in deployment.apps:
            if app.services:
                delivery = delivery_of(deployment, app.services[0])
                yield from _paths(deployment, app, delivery)
                yield from _mounted(deployment, app, delivery)


def _paths(deployment: Deployment, app: App, delivery: Delivery) -> Iterator[Finding]:
    """Yield the ``NAME_FILE`` variables where the settings know only ``NAME``."""
    if delivery.mentions("FileAwareEnv", '_FILE"', "_FILE'", "_FILE}"):
        return  # a helper that asks for the file of every name
    for variable in delivery.variables:
        name = variable.name.removesuffix(_SUFFIX)
        value = variable.value
        if name == variable.name or delivery.may_be_read(variable.name) or not isinstance(value, Known):
            continue
        read = next((one for one in app.settings.reads if one.key == name), None)
        if read is None or app.environment.get(name) is not None or value.span is None:
            continue
        if read.required:
            continue  # undelivered-variable tells of settings that do not start, and names this one
        yield Finding(
            f"{joined(app.services)} {'get' if len(app.services) > 1 else 'gets'} {variable.name}, "
            f"but the settings read {name} only, which nothing sets",
            Label(value.span.first_line(), "nobody opens this file"),
            (Label(read.span.first_line(), f"reads {name} and knows of no file"),),
            help=f"read the file in the settings, or give the service {name} itself",
            stacks=(deployment.name,),
            address=(variable.name, name),
        )


def _mounted(deployment: Deployment, app: App, delivery: Delivery) -> Iterator[Finding]:
    """Yield the secrets that are mounted, and that neither a variable nor code speaks of."""
    if not delivery.sources_are_known:
        return
    for grant in deployment.services[app.services[0]].secrets:
        target = (grant.target or grant.source).rpartition("/")[2]
        names = (grant.source, target)
        if grant.span is None or delivery.mentions(*names, "/run/secrets", "secrets_dir"):
            continue
        read = next((one for one in app.settings.reads if _same(one.key, names)), None)
        plain = f"; {app.settings.module} reads the variable {read.key}" if read else ""
        yield Finding(
            f"nothing in {joined(app.services)} reads the secret {grant.source}{plain}",
            Label(grant.span.first_line(), f"is mounted at /run/secrets/{target}"),
            (Label(read.span.first_line(), "knows only the variable"),) if read else (),
            help=f"open /run/secrets/{target} in the settings or the start script, or take the secret away",
            stacks=(deployment.name,),
            address=(*app.services, grant.source),
        )


def _same(key: str, names: tuple[str, ...]) -> bool:
    return any(
        key.lower().replace("_", "") == name.lower().replace("_", "").replace("-", "") for name in names
    )
