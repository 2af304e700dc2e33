"""The settings load under the environment that production delivers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from confguard.checks._roles import service_labels
from confguard.checks._trails import deliveries
from confguard.finding import Finding, Label
from confguard.model.delivery.casts import miscasts
from confguard.model.deployment import App, Deployment
from confguard.model.repo import Repo
from confguard.model.value import Known, Origin
from confguard.words import joined, services_named

if TYPE_CHECKING:
    from confguard.model.django.settings import Failure


# What can be imported depends on folders and packages of the image, of which not all are known.
_IMPORTS = ("ImportError", "ModuleNotFoundError")


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each statement of settings that surely raises in some services.

    What raises for want of a variable is `undelivered-variable`'s; a cast that refuses a text is
    `miscast-value`'s; a template's text that is refused is the operator's to replace.
    """
    for deployment in repo.production:
        groups: dict[tuple[object, ...], list[tuple[App, Failure]]] = {}
        for app in deployment.apps:
            told = {found.reader for found in miscasts(deployment, app) if found.kind == "refused"}
            for failure in app.settings.failures:
                if (
                    app.services
                    and failure.span not in told
                    and not failure.undelivered
                    and not failure.placeholder
                    and failure.exception not in _IMPORTS
                    and not _proposed(failure)
                ):
                    groups.setdefault((failure.span, failure.exception), []).append((app, failure))
        for found in groups.values():
            yield _finding(deployment, found)


def _proposed(failure: Failure) -> bool:
    return any(step.origin is Origin.TEMPLATE for step in failure.trail)


def _finding(deployment: Deployment, found: list[tuple[App, Failure]]) -> Finding:
    failure = found[0][1]
    names = [name for app, _ in found for name in app.services]
    who = services_named(names)
    exception = failure.exception.rpartition(".")[2]
    related = [
        label for label in deliveries(Known(None, failure.trail)) if label.span.line != failure.span.line
    ]
    return Finding(
        f"the settings of {who} raise `{exception}` when they load",
        Label(failure.span.first_line(), "raises here"),
        (*related, *service_labels(deployment, names, "does not start", 3)),
        notes=(f"it depends on {joined(failure.variables)}",) if failure.variables else (),
        help="mend the value that is delivered, or let the settings accept it",
        stacks=(deployment.name,),
        address=(exception, *failure.variables, *names),
    )
