"""SECRET_KEY comes from the environment: required, or delivered without being a known text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from confguard.model.deployment import App
from confguard.model.secret_shape import Shape, shape_of
from confguard.model.value import Known, Origin
from confguard.readiness.outcome import Outcome, Subject, cannot_tell, failed, passed, together
from confguard.readiness.probes._subject import place, readable, why_unreadable

_KEY = re.compile(r"(\w+_)?SECRET_?KEY")


def look(subject: Subject) -> Outcome:
    """Look at where each application has its key from, and whether a committed text could become it."""
    if not subject.deployment.apps:
        return cannot_tell("no service of the stack is known to run the repository's Django")
    return together(_apps(subject))


def _apps(subject: Subject) -> Iterator[Outcome]:
    for app in subject.deployment.apps:
        yield _of(app)


def _of(app: App) -> Outcome:
    where = f" in {app.where}" if app.where else ""
    if not readable(app) and "SECRET_KEY" not in app.settings:
        return cannot_tell(why_unreadable(app))
    value = app.settings.get("SECRET_KEY")
    reads = [read for read in app.settings.reads if _KEY.fullmatch(read.key)]
    label = place(reads[0].span if reads else value.span if value else None, "the key")
    refused = next(
        (one for one in app.settings.failures if any(_KEY.fullmatch(name) for name in one.variables)), None
    )
    if refused is not None:
        return passed(
            f"the settings refuse to start without a key of their own{where}", [place(refused.span), label]
        )
    if value is None:
        return failed(f"SECRET_KEY is not set{where}", [label])
    if not isinstance(value, Known):
        if any(read.default is None or app.environment.get(read.key) is not None for read in reads):
            return passed(f"SECRET_KEY is read from the environment{where}", [label])
        if reads:
            return cannot_tell(
                f"SECRET_KEY is made up at each start{where} unless the operator sets it", [label]
            )
        return cannot_tell(f"SECRET_KEY is not known{where}: {value.reason}", [label])
    if any(step.origin is Origin.TEMPLATE for step in value.trail):
        held = isinstance(value.value, str) and shape_of(value.value) in (Shape.PLACEHOLDER, Shape.EMPTY)
        text = "the template's placeholder becomes the key unless the operator replaces it"
        return (
            passed(f"SECRET_KEY is delivered{where}; {text}", [label])
            if held
            else cannot_tell(f"SECRET_KEY is a text of the template{where}", [label])
        )
    return failed(f"SECRET_KEY is a text of the repository{where}", [place(value.span), label])
