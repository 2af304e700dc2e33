"""Somebody answers requests for the static files of a Django application."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.checks._served import unserved
from confguard.finding import Finding
from confguard.model.repo import Repo


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each application whose static files nobody serves."""
    for deployment in repo.production:
        yield from unserved(deployment, "STATIC")
