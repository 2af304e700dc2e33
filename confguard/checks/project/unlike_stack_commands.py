"""What builds, starts and ends a stack names the same stack."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.finding import Finding, Label, Severity
from confguard.model.paired_commands import Pair, left_running, unlike_pairs
from confguard.model.repo import Repo
from confguard.words import joined


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each command that builds or ends another stack than its twin starts."""
    told: set[object] = set()
    for pair in unlike_pairs(repo.sightings):
        told.add(pair.other.span)
        yield Finding(
            f"`{pair.other.context}` {_verb(pair)} another stack than `{pair.started.context}` starts: "
            f"{_words(pair)}",
            Label(pair.other.span.first_line(), f"{_verb(pair)} this one"),
            (Label(pair.started.span.first_line(), "starts this one"),),
            help="name the same files and profiles in both, best in one variable that both use",
            address=(pair.other.span.path, pair.other.context, pair.started.context),
        )
    yield from _leaves(repo, told)


def _leaves(repo: Repo, told: set[object]) -> Iterator[Finding]:
    for end, start, profiles in left_running(repo.sightings):
        if end.span in told:
            continue
        names = joined(profiles)
        yield Finding(
            f"`{end.context}` leaves running what profile{'s' * (len(profiles) > 1)} {names} started",
            Label(end.span.first_line(), f"ends the services without {names} alone"),
            (Label(start.span.first_line(), f"starts those of {names}, too"),),
            notes=("the network stays as well: the services that go on use it",),
            help=f"give it the same profiles: `--profile {profiles[0]} down`, or `--profile '*'`",
            address=(end.span.path, end.context, *profiles),
            severity=Severity.INFO,
        )


def _verb(pair: Pair) -> str:
    return "builds" if pair.verb == "build" else "ends"


def _words(pair: Pair) -> str:
    said = []
    if pair.fewer:
        said.append(f"without {joined(pair.fewer)}")
    if pair.more:
        said.append(f"with {joined(pair.more)}")
    if pair.profiles:
        said.append(f"without profile {joined(pair.profiles)}")
    return ", ".join(said)
