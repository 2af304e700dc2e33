"""The trail of a setting in the words and labels of a finding. Shared by checks; no rule of its own."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.finding import Label
from confguard.model.deployment import App
from confguard.model.value import Known, Origin, Step, Unknown
from confguard.source import Span


def assignment(value: Known[object] | Unknown) -> Span | None:
    """Return the first line of the newest place in a value's trail: where the setting gets its value."""
    return value.span.first_line() if value.span else None


def deliveries(value: Known[object] | Unknown, limit: int = 4) -> tuple[Label, ...]:
    """Return a label for each further place in a value's trail, newest first, each line once."""
    return tuple(_labels(value))[:limit]


def _labels(value: Known[object] | Unknown) -> Iterator[Label]:
    first = assignment(value)
    seen = {(first.path, first.line)} if first else set()
    for step in value.trail:
        if step.span is None or (step.span.path, step.span.line) in seen:
            continue
        seen.add((step.span.path, step.span.line))
        yield Label(step.span.first_line(), _words(step))


def _words(step: Step) -> str:
    if step.origin is Origin.TEMPLATE:
        return f"{step.text} (a template: the operator may change it)"
    return step.text


def explain(value: Known[object] | Unknown, app: App) -> tuple[str, ...]:
    """Return notes on where a value comes from that no label says."""
    notes = [f"{app.settings.module} is the settings module"]
    if isinstance(value, Known) and value.from_default:
        step = next(step for step in value.trail if step.origin is Origin.DEFAULT)
        notes.append(f"a default applies: {step.text}")
    return tuple(notes)


def in_services(app: App) -> str:
    """Return `` in service web``, or nothing where no service is known to run the application."""
    return f" in {app.where}" if app.where else ""


def of_services(app: App) -> str:
    """Return `` of service web``, or nothing where no service is known to run the application."""
    return f" of {app.where}" if app.where else ""
