"""The application writes its logs as JSON."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from confguard.finding import Label
from confguard.model.deployment import App
from confguard.model.value import Known
from confguard.readiness.outcome import Outcome, State, Subject, cannot_tell, failed, passed, together
from confguard.readiness.probes._subject import place, readable, serving, why_unreadable
from confguard.readiness.probes.text_search import TESTS

_LOGGING = re.compile(r"(^|/)(\w*logging\w*|log|logger|log_\w+|structlog\w*)(/|\.py$)", re.IGNORECASE)
_HIDES = re.compile(r"redact|scrub|sanitiz|\bmask(ed|ing)?\b|sensitive", re.IGNORECASE)
_JSON = re.compile(r"json|structlog|ecs_logging", re.IGNORECASE)


def look(subject: Subject, redacted: bool = True) -> Outcome:
    """Look at the formatters of ``LOGGING`` in each application, and with ``redacted`` at what hides keys."""
    if not subject.deployment.apps:
        return cannot_tell("no service of the stack is known to run the repository's Django")
    return together(_of_app(subject, app, redacted) for app in serving(subject))


def _of_app(subject: Subject, app: App, redacted: bool) -> Outcome:
    if not readable(app):
        return cannot_tell(why_unreadable(app))
    found = _of(app.settings.get("LOGGING"))
    if found.state is not State.PASSED or not redacted:
        return found
    hides = next(_hiding(subject, app), None)
    if hides is None:
        return cannot_tell(f"{found.text}, and nothing shows that it hides sensitive keys", found.evidence)
    return passed(f"{found.text}, and sensitive keys are hidden", [*found.evidence, hides])


def _hiding(subject: Subject, app: App) -> Iterator[Label]:
    """Yield where formatters, filters or processors hide sensitive keys: settings and modules of logging."""
    paths = [
        path for path in subject.repo.project.paths if path.endswith(".py") and not re.search(TESTS, path)
    ]
    for path in dict.fromkeys((app.settings.path, *(path for path in paths if _LOGGING.search(path)))):
        source = subject.repo.project.read(path)
        match = _HIDES.search(source.text) if source is not None else None
        if source is not None and match is not None:
            yield Label(source.span(*match.span()).first_line(), "hides sensitive keys")


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
