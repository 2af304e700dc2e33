"""A file that cannot be understood is reported: what it would have said is missing."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.finding import Finding, Label
from confguard.model.repo import Repo


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each place at which a file could not be read or parsed."""
    for problem in repo.problems:
        place = problem.span.first_line()
        if place.start == place.end:  # a point has nothing to underline: show its line
            place = place.file.line_span(place.line)
        yield Finding(
            f"this file {problem.message}",
            Label(place),
            help=problem.help or "mend the file; until then what depends on it is not checked",
            address=(problem.message,),
        )
