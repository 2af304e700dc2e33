"""The application writes its logs as JSON."""

from __future__ import annotations

import re
from typing import Any

from confguard.model.value import Known
from confguard.readiness.outcome import Outcome, Subject, cannot_tell, failed, passed, together
from confguard.readiness.probes._common import place

_JSON = re.compile(r"json|structlog|ecs_logging", re.IGNORECASE)


def look(subject: Subject) -> Outcome:
    """Look at the formatters of ``LOGGING`` in each application."""
    if not subject.deployment.apps:
        return cannot_tell("no service of the stack is known to run the repository's Django")
    return together(_of(app.settings.get("LOGGING")) for app in subject.deployment.apps)


def _of(value: Any) -> Outcome:
    from confguard.model.django import plain

    if value is None or (isinstance(value, Known) and not value.value):
        return failed("LOGGING is not set")
    label = place(value.span, "LOGGING")
    if not isinstance(value, Known):
        return cannot_tell(f"LOGGING is not known: {value.reason}", [label])
    try:
        data = plain(value)
    except ValueError:
        text = value.span.text if value.span else ""
        return (
            passed("a formatter writes JSON", [label])
            if _JSON.search(text)
            else cannot_tell("LOGGING is partly known", [label])
        )
    formatters = data.get("formatters", {}) if isinstance(data, dict) else {}
    used = {
        handler.get("formatter") for handler in data.get("handlers", {}).values() if isinstance(handler, dict)
    }
    written = [name for name in used if name and _JSON.search(f"{name} {formatters.get(name)}")]
    if written:
        return passed(f"the formatter {written[0]} writes JSON", [label])
    return failed("no handler of LOGGING writes JSON", [label])
