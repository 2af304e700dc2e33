"""No value of an env file loses what docker compose takes for a variable."""

from __future__ import annotations

import re
from collections.abc import Iterator

from confguard.finding import Finding, Label, Severity
from confguard.fixes.edits import whole
from confguard.fixes.env import single_quoted
from confguard.model.delivery.files import UsedEnvFile, used_env_files
from confguard.model.deployment import Deployment
from confguard.model.repo import Repo
from confguard.source import Span

_USE = re.compile(r"\$(?:(?P<escaped>\$)|(?P<name>[A-Za-z_]\w*)|\{(?P<braced>[A-Za-z_]\w*)\})")


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each value with a ``$name`` that nothing sets."""
    for deployment in repo.production:
        for file in used_env_files(deployment):
            if not file.raw and deployment.compose.environment.complete:
                yield from _judge(deployment, file)


def _judge(deployment: Deployment, file: UsedEnvFile) -> Iterator[Finding]:
    filled = deployment.compose.environment.values
    before: set[str] = set()
    later = {entry.key: entry.key_span for entry in file.compose}
    for entry in file.compose:
        text = entry.value or ""
        for match in _USE.finditer(text) if entry.expand else ():
            name = match["name"] or match["braced"]
            if name is None or name in filled or name in before:
                continue
            yield _finding(deployment, file, entry.key, entry.value_span, name, later.get(name))
            break
        before.add(entry.key)


def _finding(
    deployment: Deployment, file: UsedEnvFile, key: str, span: Span, name: str, later: Span | None
) -> Finding:
    inside = re.search(rf"\$\{{?{name}\b\}}?", span.text)
    place = span.sub(inside.start(), inside.end()) if inside else span
    if later is not None:
        return Finding(
            f"{key} uses ${name} before the line that sets it, so docker compose puts nothing in its place",
            Label(place, "is empty here"),
            (Label(later, f"{name} is set only here"),),
            help=f"move the line of {name} above that of {key}",
            stacks=(deployment.name,),
            address=(file.path, key),
        )
    return Finding(
        # Not quoted: it may be a part of a secret.
        f"{key} loses what stands behind a `$`: docker compose takes it for a variable, and nothing sets it",
        Label(place, "comes to nothing"),
        help="put the value in single quotes, or write `$$` for each dollar sign that is meant",
        stacks=(deployment.name,),
        address=(file.path, key),
        severity=Severity.WARNING if file.is_stand_in else None,
        fixes=whole("put the value in single quotes", [single_quoted(span)], safe=True),
    )
