"""What empties the cache leaves the queues alone."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.finding import Finding, Label
from confguard.model.redis_databases import clearings, shared_database
from confguard.model.repo import Repo


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each database of Redis that code empties although queues are in it."""
    for deployment in repo.production:
        seen: set[str] = set()
        for app in deployment.apps:
            shared = shared_database(app)
            if shared is None or shared.name in seen or not deployment.services:
                continue
            places = list(clearings(deployment.project))
            if not places:
                continue
            seen.add(shared.name)
            yield Finding(
                f"emptying the cache empties the queues: both are in database `{shared.name}`",
                Label(places[0].first_line(), "deletes everything in that database of Redis"),
                (
                    *(Label(span.first_line(), "so does this") for span in places[1:3]),
                    Label(shared.broker.first_line(), "tasks that wait are lost"),
                    *(
                        (Label(shared.cache.first_line(), "the cache"),)
                        if (shared.cache.path, shared.cache.line) != (shared.broker.path, shared.broker.line)
                        else ()
                    ),
                ),
                notes=("`clear()` is FLUSHDB, whatever KEY_PREFIX says",),
                help="give the cache a number that nothing else uses, or a Redis of its own",
                stacks=(deployment.name,),
                address=(*app.services, "cache"),
            )
