"""Which database of Redis the cache and the queues of an application lie in, and who empties it.

``cache.clear()`` is FLUSHDB in Django's own backend (5.2, ``core/cache/backends/redis.py``) and in
django-redis (6.0, ``client/default.py``): all of that database is gone, the queues of Celery too.

The number of the database is the URL's; where it has none, the argument ``db`` of the pool counts (redis-py
6, ``ConnectionPool.from_url``): Django takes it from OPTIONS, django-redis from its CONNECTION_POOL_KWARGS.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from confguard.model.django.values import Partial, elements, entry
from confguard.model.value import Known, Value

if TYPE_CHECKING:
    from confguard.discover.project import Project
    from confguard.model.deployment import App
    from confguard.source import SourceFile, Span

_URL = re.compile(
    r"rediss?://(?:[^@/]*@)?(?P<host>[\w.-]+)(?::(?P<port>\d+))?(?:/(?P<number>\d+))?/?(?:\?(?P<query>.*))?\Z"
)
_CLEARING = re.compile(r"\bcache\.clear\(\)|\bcaches\[[^\]]*\]\.clear\(\)|\.flushdb\(\)|\.flushall\(\)")
_TESTS = re.compile(r"(^|/)tests?[/_.]|conftest|(^|/)test_")


@dataclass(frozen=True, slots=True)
class Shared:
    """A database that an application's cache and its queues share: ``name`` is ``redis:6379/0``."""

    name: str
    cache: Span
    broker: Span


def shared_database(app: App) -> Shared | None:
    """Return the database of Redis in which the default cache and the broker surely are together."""
    cache = entry(app.settings.get("CACHES"), "default")
    backend, location = entry(cache, "BACKEND"), entry(cache, "LOCATION")
    items = elements(location)
    location = items[0] if len(items) == 1 else location
    broker = app.settings.values.get("CELERY_BROKER_URL")
    if not isinstance(backend, Known) or "redis" not in str(backend.value).lower():
        return None
    one, other = database_of(location, _number(cache, str(backend.value))), database_of(broker)
    places = [value.span for value in (location, broker) if isinstance(value, Known) and value.span]
    if one is None or one != other or len(places) < 2:
        return None
    return Shared(one, places[0], places[1])


def _number(cache: Value[Any] | None, backend: str) -> Value[Any] | None:
    """Return the number that a cache's options give, None where they give none."""
    options = entry(cache, "OPTIONS")
    if backend.startswith("django_redis"):
        options = entry(options, "CONNECTION_POOL_KWARGS")
    return entry(options, "db")


def database_of(value: Value[Any] | None, number: Value[Any] | None = None) -> str | None:
    """Return host, port and number of a URL of Redis; unknown credentials in it do not matter.

    ``number`` is the number for a URL that names none; None is Redis's own, 0. The answer is None where one
    of the three is not known.
    """
    if not isinstance(value, Known):
        return None
    payload = value.value
    if isinstance(payload, Partial):
        payload = "".join(part if isinstance(part, str) else "unknown" for part in payload.parts)
        if re.search(r"@[^@]*unknown", payload) or ("@" not in payload and "unknown" in payload):
            return None
    found = _URL.match(payload) if isinstance(payload, str) else None
    if found is None or "db=" in (found["query"] or ""):
        return None
    if found["number"] is None and number is not None and not isinstance(number, Known):
        return None
    index = found["number"] or (number.value if isinstance(number, Known) else 0)
    return f"{found['host']}:{found['port'] or 6379}/{index}"


def clearings(project: Project) -> Iterator[Span]:
    """Yield the places of the project's code that empty the cache."""
    for path in project.paths:
        if path.endswith(".py") and not _TESTS.search(path):
            source = project.read(path)
            yield from project.parsed(_clearings, path) or () if source is not None else ()


def _clearings(source: SourceFile) -> tuple[Span, ...]:
    if "clear()" not in source.text and "flush" not in source.text:
        return ()
    return tuple(source.span(*match.span()) for match in _CLEARING.finditer(source.text))
