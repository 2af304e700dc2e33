"""No server of production is started with a password that anybody can read in a Compose file."""

from __future__ import annotations

import re
from collections.abc import Iterator

from confguard.checks._labels import distinct
from confguard.checks._published import open_on
from confguard.finding import Edit, Finding, Label, Severity
from confguard.fixes.edits import whole
from confguard.model.credentials import Credential, readable_credentials
from confguard.model.deployment import Deployment
from confguard.model.repo import Repo
from confguard.words import services_named


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for the servers of a stack that are published, and one for all others of it."""
    allowed = repo.options["default-password"]["allow"]
    alike: dict[tuple[bool, tuple[str, ...]], list[tuple[Deployment, list[Credential]]]] = {}
    for deployment in repo.production:
        groups: dict[bool, list[Credential]] = {}
        for one in readable_credentials(deployment):
            if one.service.name not in allowed:
                is_open = any(open_on(port) is not None for port in one.service.ports)
                groups.setdefault(is_open, []).append(one)
        for is_open, found in groups.items():
            names = tuple(dict.fromkeys(one.service.name for one in found))
            alike.setdefault((is_open, names), []).append((deployment, found))
    for (is_open, names), uses in alike.items():
        yield _finding(uses, names, is_open)


def _finding(
    uses: list[tuple[Deployment, list[Credential]]], names: tuple[str, ...], is_open: bool
) -> Finding:
    """Return the finding for one stack, or for several (alternatives, overlays) with the same servers."""
    found = list({one.place: one for _, group in uses for one in group}.values())
    defaults = all(one.variable for one in found)
    how = "unless a variable is set, " if defaults else ""
    effect = ", and its port is published" if is_open and len(names) == 1 else ""
    effect = effect or (", and their ports are published" if is_open else "")
    what = "a password" if len(found) == 1 else "passwords"
    first = found[0]
    labels = [Label(one.place, _words(one)) for one in found[1:]]
    labels += [
        Label(place, f"a default for {one.variable}, too") for one in found for place in one.others[:3]
    ]
    who_starts = services_named(names, "starts", "start")
    return Finding(
        f"{how}{who_starts} with {what} that anybody can read in the repository{effect}",
        Label(first.place.first_line(), _words(first)),
        distinct(labels, first.place, limit=8),
        help=_help(first),
        stacks=tuple(deployment.name for deployment, _ in uses),
        address=names,
        severity=Severity.ERROR if is_open and not _is_delivered(uses) else None,
        fixes=whole("require the variables", _required(found), safe=False),
    )


def _required(found: list[Credential]) -> Iterator[Edit | None]:
    """Yield what lets Compose refuse to start without the variable, at each of its defaults."""
    for one in found:
        for place in (one.place, *one.others):
            use = re.fullmatch(r"\$\{(\w+):?-[^${}]*\}", place.text)
            yield Edit(place, f"${{{use[1]}:?}}") if use and one.variable else None


def _is_delivered(uses: list[tuple[Deployment, list[Credential]]]) -> bool:
    """Say whether an env file of the stack, or its template, replaces a default."""
    variables = {one.variable for _, found in uses for one in found}
    return any(
        use.name in variables and use.found is not None
        for deployment, _ in uses
        for use in deployment.compose.interpolations
    )


def _words(one: Credential) -> str:
    if one.variable is None:
        return f"{one.name} of {one.service.name} is a literal"
    return f"{one.name} of {one.service.name} is this if nothing sets {one.variable}"


def _help(one: Credential) -> str:
    name = one.variable or one.name.replace("requirepass", "REDIS_PASSWORD")
    return (
        f"let Compose refuse to start without it (`${{{name}:?}}`), and change the password of every server "
        "that was ever started with it"
    )
