"""The stack has a project name of its own, and nothing in it has a fixed name that another stack has too."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.finding import Label
from confguard.model.deployment import Deployment
from confguard.model.value import Known
from confguard.readiness.outcome import Outcome, Subject, failed, passed
from confguard.readiness.probes._common import entries, place
from confguard.source import Span


def look(subject: Subject) -> Outcome:
    """Look at the project's name, at ``container_name`` and at volumes and networks with a ``name``."""
    own = subject.deployment
    fixed = dict(_fixed(own))
    shared: dict[tuple[str, str], list[Label | None]] = {}
    for other in subject.repo.deployments:
        if set(other.stack.files) <= set(own.stack.files):
            continue
        for name, span in _fixed(other):
            if name in fixed:
                shared.setdefault(name, [place(fixed[name], f"is named {name[1]}")])
                shared[name].append(place(span, f"so is it in {other.name}"))
    if shared:
        names = ", ".join(dict.fromkeys(name for _, name in shared))
        return failed(
            f"other stacks of the repository use the same fixed names: {names}",
            dict.fromkeys(label for labels in shared.values() for label in labels),
        )
    entry = entries(subject).get("COMPOSE_PROJECT_NAME")
    named = place(entry.line, "names the project") if entry is not None else None
    if named is None and isinstance(own.compose.name, Known):
        named = place(own.compose.name.span, "names the project")
    if named is None:
        return failed("nothing names the project: it is called after its folder, as every other stack there")
    return passed("the project has a name of its own", [named])


def _fixed(deployment: Deployment) -> Iterator[tuple[tuple[str, str], Span]]:
    for service in deployment.services.values():
        name = service.container_name
        if isinstance(name, Known) and name.span is not None:
            yield ("container", name.value), name.span
