"""Commands for production do not take the developers' override with them."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.finding import Finding, Label
from confguard.model.merged_overrides import taken_overrides
from confguard.model.repo import Repo


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each override for development that a command for production merges."""
    for one in taken_overrides(repo):
        yield Finding(
            f"the command for production names no files and merges `{one.override}` for development",
            Label(one.commands[0].first_line(), "merges it"),
            (
                *(Label(span.first_line(), "so does this") for span in one.commands[1:3]),
                *(Label(span.first_line(), "is for development") for _, span in one.hints[:3]),
            ),
            help="name the files with `-f`, or give the override a name that Compose does not look for",
            address=(one.override,),
        )
