"""The modules that settings name and that servers run with are installed, or the repository has them."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.finding import Finding, Label
from confguard.model.deployment import Deployment
from confguard.model.missing_modules import MissingModule, missing_modules
from confguard.model.repo import Repo
from confguard.source import SourceFile, Span
from confguard.words import services_named


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each module that is surely not there."""
    for deployment in repo.production:
        groups: dict[tuple[str, str], list[MissingModule]] = {}
        for one in missing_modules(deployment):
            key = one.distributions[0] if one.distributions else one.module
            groups.setdefault((key, "" if one.distributions else one.by), []).append(one)
        for found in groups.values():
            yield _finding(repo, deployment, found)


def _finding(repo: Repo, deployment: Deployment, found: list[MissingModule]) -> Finding:
    first = found[0]
    services = list(dict.fromkeys(name for one in found for name in one.services))
    who = services_named(services)
    path = first.listed.path if first.listed is not None else ""
    listing = repo.project.read(path) if first.distributions and path else None
    lines = {(first.place.path, first.place.line): first.place}
    for one in found[1:]:
        lines.setdefault((one.place.path, one.place.line), one.place)
    places = list(lines.values())
    return Finding(
        f"{who} {'does' if len(services) == 1 else 'do'} not start: {_words(first)}",
        Label(places[0].first_line(), "is not there"),
        (
            *(Label(place.first_line(), "nor is this") for place in places[1:4]),
            *([Label(_last_line(listing), "does not list it")] if listing else []),
        ),
        help=f"add {first.distributions[0]} to {path}"
        if first.distributions
        else "correct the name, or add the module",
        stacks=(deployment.name,),
        address=(first.by, first.module),
    )


def _words(one: MissingModule) -> str:
    if one.distributions:
        names = " or ".join(one.distributions[:2])
        needs = "runs" if one.by == one.module else f"{one.by} needs"
        what = f"it {needs} {one.module}" if needs == "runs" else f"{needs} `{one.module}`"
        return f"{what}, and nothing installs {names}"
    if one.by == "AUTH_USER_MODEL":
        return f"AUTH_USER_MODEL names the app `{one.module}`, which INSTALLED_APPS does not have"
    if one.by == "import":
        return f"its settings import `{one.module}`, and there is no such module"
    return f"{one.by} names `{one.module}`, and there is no such module"


def _last_line(source: SourceFile) -> Span:
    text = source.text.rstrip()
    return source.span(text.rfind("\n") + 1, len(text))
