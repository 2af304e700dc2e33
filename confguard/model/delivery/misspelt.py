"""Variables that an application is given under a name that is nearly the one which its settings read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from confguard.model.delivery.names import meant
from confguard.model.delivery.service import Variable, delivery_of
from confguard.model.deployment import App, Deployment

if TYPE_CHECKING:
    from confguard.model.django import EnvRead


def misspellings(deployment: Deployment, app: App) -> tuple[tuple[Variable, EnvRead], ...]:
    """Return each delivered variable that nobody reads, with the read that it is most likely meant for."""
    return deployment.once(("misspellings", app), lambda: tuple(_misspellings(deployment, app)))


def _misspellings(deployment: Deployment, app: App) -> Iterator[tuple[Variable, EnvRead]]:
    if not app.services:
        return
    reads = {read.key: read for read in reversed(app.settings.reads) if read.key and not read.conditional}
    lacked = [name for name in reads if app.environment.get(name) is None]
    if not lacked:
        return
    delivery = delivery_of(deployment, app.services[0])
    package = app.settings.module.partition(".")[0]
    for variable in delivery.variables:
        if variable.readers or variable.value is None:
            continue
        wanted = meant(variable.name, lacked, package)
        if wanted is not None and not delivery.may_be_read(variable.name):
            yield variable, reads[wanted]
