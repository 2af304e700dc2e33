"""A start of production leaves the data where it is."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.checks._roles import meant_for_production
from confguard.finding import Finding, Label, Severity
from confguard.model.deployment import Deployment
from confguard.model.emptying import Emptying, emptying
from confguard.model.repo import Repo
from confguard.source import Span
from confguard.words import services_named


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each command that empties a database at each start, or may drop its tables."""
    found: dict[Span, list[tuple[Deployment, Emptying]]] = {}
    for deployment in meant_for_production(repo):
        for one in emptying(deployment):
            found.setdefault(one.place, []).append((deployment, one))
    for place, group in found.items():
        yield _finding(place, group)


def _finding(place: Span, group: list[tuple[Deployment, Emptying]]) -> Finding:
    first = group[0][1]
    keys = {one.service: deployment.services[one.service].span for deployment, one in reversed(group)}
    who = services_named(sorted(keys))
    stacks = tuple(dict.fromkeys(deployment.name for deployment, _ in group))
    labels = [Label(key, "runs it at each start") for _, key in sorted(keys.items())[:2] if key is not None]
    address = (first.command, *sorted(keys))
    if first.dropping is None:
        return Finding(
            f"each start of {who} runs `{first.command}`, which deletes what is in the database",
            Label(place.first_line(), "the data of production ends here"),
            tuple(labels),
            help="take it out of what production starts: an entrypoint of its own may have it in development",
            stacks=stacks,
            address=address,
        )
    mend = "run it by hand when it is needed"
    if first.switch is not None:
        labels.append(Label(first.switch[1], f"on, as nothing sets {first.switch[0]}"))
        mend = f"set {first.switch[0]}=false in production, and {mend}"
    return Finding(
        f"each start of {who} runs `{first.command}`, whose code may drop or empty tables",
        Label(place.first_line(), "runs without anybody looking"),
        (Label(first.dropping.first_line(), "this deletes"), *labels),
        help=mend,
        stacks=stacks,
        address=address,
        severity=Severity.INFO,
    )
