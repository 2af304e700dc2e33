"""Stacks that workflows start have what their services need."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.finding import Finding, Label
from confguard.model.repo import Repo
from confguard.model.workflows.env_copies import Incomplete, incomplete
from confguard.words import joined

_SHOWN = 4


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each env template that is not enough for the stacks that jobs start with it."""
    groups: dict[str, list[Incomplete]] = {}
    for one in incomplete(repo):
        groups.setdefault(one.template, []).append(one)
    for template, found in groups.items():
        most = max(found, key=lambda one: len(one.variables))
        names = [f"`{name}`" for name in most.variables[:_SHOWN]]
        names += [f"{len(most.variables) - _SHOWN} more"] if len(most.variables) > _SHOWN else []
        yield Finding(
            f"job `{most.job.name}` starts services with a copy of {template}, which lacks {joined(names)}",
            Label(most.copy.first_line(), "makes the env file"),
            (
                Label(most.start.first_line(), "starts the services"),
                *(
                    Label(one.copy.first_line(), f"likewise, without {joined(one.variables)}")
                    for one in found
                    if one is not most
                ),
            ),
            notes=(
                *(f"docker compose refuses its files without {name}" for name in most.required[:_SHOWN]),
                *(
                    f"service {name} does not initialise its data without {one}"
                    for name, one, _ in most.stores
                ),
                *(
                    f"the settings of service {name} raise without {joined(names)}"
                    for name, names in most.apps
                ),
            ),
            help="append made-up values in the workflow, or copy the file that has them too",
            address=(template, *most.variables),
        )
