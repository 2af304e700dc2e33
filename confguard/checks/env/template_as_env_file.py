"""Production reads an env file of its own, not a template."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.finding import Finding, Label
from confguard.model.delivery.files import UsedEnvFile, used_env_files
from confguard.model.repo import Repo
from confguard.source import Span
from confguard.words import services_named


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each template that services of production are given as it is."""
    templates = repo.env_templates
    for deployment in repo.production:
        for file in used_env_files(deployment):
            if file.read in templates and not file.is_stand_in and not file.is_private and file.entries:
                yield _finding(deployment.name, file)


def _finding(stack: str, file: UsedEnvFile) -> Finding:
    places: tuple[Span, ...] = file.spans or (file.entries[0].line,)
    own = file.read.replace(".example", "").replace(".sample", "").replace(".template", "")
    target = own if own != file.read else ".env"
    who = services_named(file.services) if file.services else "the stack"
    return Finding(
        f"{who} {'read' if len(file.services) > 1 else 'reads'} the template {file.read} itself",
        Label(places[0].first_line(), "its placeholders are the values"),
        tuple(Label(place.first_line(), "here too") for place in places[1:4]),
        notes=("whoever edits it for a host has a change to a tracked file, or commits the secrets",),
        help=f"read {target}, which git ignores, and let {file.read} stay what it is copied from",
        stacks=(stack,),
        address=(file.read,),
    )
