"""Commands name the user and the database that the stack's server has."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.checks._roles import meant_for_production
from confguard.checks._trails import deliveries
from confguard.finding import Finding, Label
from confguard.model.database_commands import Mismatch, mismatches
from confguard.model.repo import Repo
from confguard.words import joined


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each place of commands whose user or database the server does not have."""
    for deployment in meant_for_production(repo):
        groups: dict[tuple[str, str], list[Mismatch]] = {}
        for one in mismatches(deployment, repo.sightings):
            groups.setdefault((one.span.path, one.context), []).append(one)
        for (path, context), found in groups.items():
            names = dict.fromkeys((one.variable, one.said) for one in found)
            first = found[0]
            said = joined([f"{_word(variable)} `{name}`" for variable, name in names])
            real = {one.variable: one.real for one in found}
            labels = []
            for value in real.values():
                if value.span is not None:
                    labels.append(Label(value.span.first_line(), "the name that the server is given"))
                labels += deliveries(value, 1)
            yield Finding(
                f"`{first.tool}` asks service {first.service} for the {said}, which the server does not have",
                Label(first.span.first_line(), "fails in production"),
                tuple(labels[:4]),
                notes=(f"the server's are those of {joined(list(real))}",),
                help=f"take them from the container's environment: `sh -c '{first.tool} "
                f'-U "$POSTGRES_USER" -d "$POSTGRES_DB"\'`'
                if first.variable.startswith("POSTGRES")
                else "take them from the container's environment",
                stacks=(deployment.name,),
                address=(path, context, first.tool),
            )


def _word(variable: str) -> str:
    return "user" if variable.endswith("USER") else "database"
