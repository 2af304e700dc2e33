"""Continuous integration tests on the kind of database that production runs on."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.finding import Finding, Label
from confguard.model.repo import Repo
from confguard.model.workflows.databases import other_databases
from confguard.words import joined

_NAMES = {"sqlite3": "SQLite", "postgresql": "PostgreSQL", "mysql": "MySQL", "oracle": "Oracle"}


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding where jobs test on another kind of database."""
    found = list(other_databases(repo))
    if not found:
        return
    first = found[0]
    places = [one for one in (first.tested_at, first.real_at) if one is not None]
    names = list(dict.fromkeys(f"`{one.job.name}`" for one in found))
    yield Finding(
        f"job{'s' if len(names) > 1 else ''} {joined(names[:4])} test{'' if len(names) > 1 else 's'} on "
        f"{_NAMES[first.tested]}, and production runs on {_NAMES[first.real]}",
        Label(first.span.first_line(), f"runs with {first.module}"),
        (
            *(Label(one.span.first_line(), "so does this") for one in found[1:4]),
            *(Label(place, "this engine") for place in dict.fromkeys(places)),
        ),
        help=f"start a {_NAMES[first.real]} as a service of the job and give the settings its address: "
        "types, transactions and migrations differ between the two",
        address=("database", *(one.job.name for one in found)),
    )
