"""Applications whose errors nobody gets to know: no log has them, and no service for errors."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from confguard.model.deployment import App, Deployment
from confguard.model.django.error_log import Silence, unwritten_errors
from confguard.model.django.values import elements
from confguard.model.screened import Screened
from confguard.model.value import Known

_REPORTERS = (
    *("raven", "rollbar", "bugsnag", "newrelic", "elasticapm", "airbrake", "honeybadger", "raygun"),
    *("appsignal", "opentelemetry", "ddtrace", "applicationinsights", "opencensus", "logfire", "scout_apm"),
    *("django_structlog", "django_guid"),
)
"""Libraries that report errors, or log them in a way of their own; told apart by a part of any name."""
_OWN_LOGGING = Screened(
    re.compile(r"basicConfig\(|dictConfig\(|fileConfig\(|addHandler\(|\bloguru\b|\bstructlog\b"),
    ("Config(", "addHandler(", "loguru", "structlog"),
)
_CAUGHT = Screened(
    re.compile(r"def process_exception|got_request_exception|EXCEPTION_HANDLER"),
    ("def process_exception", "got_request_exception", "EXCEPTION_HANDLER"),
)
_ELSEWHERE = re.compile(r"(^|/)(tests?|migrations|management)/|(^|/)test_")
_STARTS = re.compile(r"(wsgi|asgi|__init__|apps|gunicorn\w*|celery)\.py$")
_SERVER_LOG = re.compile(r"log[-_]config|logconfig|newrelic-admin|ddtrace-run|opentelemetry-instrument")
_SENTRY = Screened(re.compile(r"\bsentry_sdk\b"), ("sentry_sdk",))


@dataclass(frozen=True, slots=True)
class Silent:
    """An application that answers requests, and whose errors are written nowhere.

    ``has_sentry`` says that the code can report to Sentry, and nothing delivers what that needs.
    """

    app: App
    services: tuple[str, ...]
    silence: Silence
    has_sentry: bool


def silent_apps(deployment: Deployment) -> Iterator[Silent]:
    """Yield the applications whose errors surely nobody gets to know."""
    for app in deployment.apps:
        services = tuple(name for name in app.services if deployment.serves_http(name))
        silence = unwritten_errors(app.settings) if services else None
        if silence is None or _reports(deployment, app):
            continue
        told = _speaks(deployment, app)
        if told is not None:
            yield Silent(app, services, silence, told)


def _reports(deployment: Deployment, app: App) -> bool:
    """Say whether a library or a server reports or writes errors in a way of its own, or may."""
    if any(call.name.startswith("sentry_sdk") for call in app.settings.calls):
        return True
    for setting in ("INSTALLED_APPS", "MIDDLEWARE"):
        for one in elements(app.settings.get(setting)):
            if not isinstance(one, Known) or _names_reporter(str(one.value)):
                return True
    return any(_SERVER_LOG.search(deployment.processes[name].text) for name in app.services)


def _speaks(deployment: Deployment, app: App) -> bool | None:
    """Say whether the project's code speaks of Sentry; None where it deals with errors or logs itself."""
    sentry = False
    for path in deployment.project.paths:
        if not path.endswith(".py") or _ELSEWHERE.search(path):
            continue
        source = deployment.project.read(path)
        if source is None:
            continue
        if _CAUGHT.is_in(source.text) and not _is_of_tests(path):
            return None
        near = path in app.settings.files or _STARTS.search(path)
        if near and (_OWN_LOGGING.is_in(source.text) or _names_reporter(source.text)):
            return None
        sentry = sentry or _SENTRY.is_in(source.text)
    return sentry


def _names_reporter(text: str) -> bool:
    lower = text.lower()
    return any(name in lower for name in _REPORTERS)


def _is_of_tests(path: str) -> bool:
    return "test" in path.rpartition("/")[2]
