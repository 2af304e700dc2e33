"""A check of the settings that refuses placeholders refuses those of the templates."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.finding import Finding, Label
from confguard.model.accepted_placeholders import Accepted, accepted_placeholders
from confguard.model.repo import Repo
from confguard.words import joined


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each template with placeholders that the settings' own check lets through."""
    files: dict[str, dict[str, Accepted]] = {}
    stacks: dict[str, list[str]] = {}
    judged: dict[
        str, tuple[Accepted, ...]
    ] = {}  # what a check refuses is a matter of the code: one program tells
    for deployment in repo.production:
        for app in deployment.apps:
            if not app.settings.complete:
                continue
            if app.settings.path not in judged:
                judged[app.settings.path] = accepted_placeholders(deployment, app)
            for one in judged[app.settings.path]:
                path = one.entry.line.path
                files.setdefault(path, {}).setdefault(one.entry.key, one)
                stacks.setdefault(path, []).append(deployment.name)
    for path, found in files.items():
        yield _finding(tuple(dict.fromkeys(stacks[path])), path, list(found.values()))


def _finding(stacks: tuple[str, ...], path: str, found: list[Accepted]) -> Finding:
    names = [one.entry.key for one in found]
    checks = {one.check: one for one in found}
    return Finding(
        f"the settings refuse placeholders such as `{found[0].refused}`, but start with "
        f"{'that' if len(names) == 1 else 'those'} of {path} for {joined(names)}",
        Label(found[0].entry.value_span, "passes the check"),
        (
            *(Label(one.entry.value_span, "passes, too") for one in found[1:]),
            *(Label(span.first_line(), "refuses others") for span in checks),
        ),
        help="refuse what such texts have in common (a length under 50 characters, `change` in any case), "
        f"or leave the values in {path} empty",
        stacks=stacks,
        address=(path, *names),
    )
