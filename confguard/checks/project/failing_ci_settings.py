"""Management commands of workflows load the settings under the environment of their steps."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.finding import Finding, Label
from confguard.model.repo import Repo
from confguard.model.workflows.settings import Unloadable, unloadable
from confguard.words import joined

_SHOWN = 4


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each job whose management commands cannot load the settings."""
    groups: dict[tuple[object, ...], list[Unloadable]] = {}
    for one in unloadable(repo):
        groups.setdefault((one.span.path, one.job.name, one.failures[0].span), []).append(one)
    for found in groups.values():
        yield _finding(found)


def _finding(found: list[Unloadable]) -> Finding:
    first = found[0]
    exception = first.failures[0].exception.rpartition(".")[2]
    shown = [f"`{name}`" for name in first.variables[:_SHOWN]]
    rest = len(first.variables) - len(shown)
    names = joined([*shown, *([f"{rest} more"] if rest else [])])
    places = {one.span.first_line(): one for one in found[1:]}
    cause = f"without {names}" if first.undelivered else f"because of {names}"
    return Finding(
        f"`{first.words}` of job `{first.job.name}` cannot load the settings: "
        f"they raise `{exception}` {cause}",
        Label(first.span.first_line(), "ends here, before it does anything"),
        (
            *(Label(one.span.first_line(), "raises here") for one in first.failures[:4]),
            *(Label(place, "ends in the same way") for place in places),
        ),
        notes=(f"they depend on {joined(first.variables)}",) if rest else (),
        help="give the variables in the `env` of the step or of the job, with values made up for it, "
        "or name settings for tests",
        address=(first.span.path, first.job.name, *first.variables),
    )
