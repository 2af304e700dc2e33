"""What counts or remembers for all processes is not kept in the memory of one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from confguard.finding import Finding, Label
from confguard.model.deployment import App, Deployment
from confguard.model.repo import Repo
from confguard.model.value import Known, Value
from confguard.model.worker_processes import worker_processes

_LOCAL = "django.core.cache.backends.locmem.LocMemCache"


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each application whose processes do not share what they keep in the cache."""
    for deployment in repo.production:
        for app in deployment.apps:
            cache = _backend(app)
            if not isinstance(cache, Known) or cache.value != _LOCAL:
                continue
            counts = [(worker_processes(deployment, service) or 1, service) for service in app.services]
            count, service = max(counts, default=(1, ""))
            if count > 1 and (uses := list(_uses(app))):
                yield _finding(deployment, app, cache, service, count, uses)


def _entry(value: Value[Any] | None, key: str) -> Value[Any] | None:
    """Return an entry of a dict, of Django's own defaults too."""
    payload = value.value if isinstance(value, Known) else None
    if isinstance(payload, dict):
        return Known(payload[key], value.trail) if key in payload and value is not None else None
    found = payload.get(key) if payload is not None and hasattr(payload, "pairs") else None
    return found if found is None or isinstance(found, Known) else None


def _backend(app: App) -> Value[Any] | None:
    return _entry(_entry(app.settings.get("CACHES"), "default"), "BACKEND")


def _uses(app: App) -> Iterator[tuple[str, Known[Any]]]:
    """Yield what the settings say that needs one cache for all, in words, with the value that says so."""
    engine = app.settings.get("SESSION_ENGINE")
    if isinstance(engine, Known) and engine.value == "django.contrib.sessions.backends.cache":
        yield "sessions", engine
    throttles = _entry(app.settings.get("REST_FRAMEWORK"), "DEFAULT_THROTTLE_CLASSES")
    if isinstance(throttles, Known) and throttles.span is not None and len(throttles.value or ()) > 0:
        yield "request throttles", throttles
    handler = app.settings.get("AXES_HANDLER")
    if isinstance(handler, Known) and str(handler.value).endswith("AxesCacheHandler"):
        yield "counts of failed logins", handler


def _finding(
    deployment: Deployment,
    app: App,
    cache: Known[Any],
    service: str,
    count: int,
    uses: list[tuple[str, Known[Any]]],
) -> Finding:
    words = " and ".join(word for word, _ in uses)
    place = cache.span or uses[0][1].span
    process = deployment.processes[service]
    assert place is not None or process.span is not None
    related = [
        Label(value.span.first_line(), word) for word, value in uses if value.span and value.span != place
    ]
    if process.span is not None:
        related.append(Label(process.span.first_line(), f"{count} processes of {service}"))
    primary = place or process.span
    assert primary is not None
    return Finding(
        f"{words} are kept in the memory of each of the {count} processes of service {service}: they do not "
        "share them",
        Label(
            primary.first_line(), "the cache is LocMemCache" + ("" if cache.span else ", Django's default")
        ),
        tuple(related),
        help="use a cache that all processes share, such as Redis or Memcached",
        stacks=(deployment.name,),
        address=(service, *(word for word, _ in uses)),
    )
