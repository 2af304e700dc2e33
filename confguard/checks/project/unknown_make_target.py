"""Calls of make name targets that exist."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.finding import Finding, Label
from confguard.model.named_things import Unnamed, unknown_targets
from confguard.model.repo import Repo


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each file that calls make with targets which no Makefile has."""
    by_file: dict[str, list[Unnamed]] = {}
    for one in unknown_targets(repo):
        for path in dict.fromkeys(span.path for span in one.spans):
            by_file.setdefault(path, []).append(one)
    for path, found in by_file.items():
        spans = [span for one in found for span in one.spans if span.path == path]
        names = ", ".join(f"`{one.name}`" for one in found[:4])
        names += f" and {len(found) - 4} more" if len(found) > 4 else ""
        near = [f"{one.name}: perhaps {one.near} is meant" for one in found if one.near]
        yield Finding(
            f"make is called with {names}, which no Makefile has",
            Label(spans[0], "no rule to make it"),
            tuple(Label(span, "nor this") for span in spans[1:8]),
            notes=tuple(near[:3]),
            help="correct the name, or add the target",
            address=(path, *(one.name for one in found)),
        )
