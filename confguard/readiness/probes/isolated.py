"""The stack has a project name of its own, and nothing in it has a fixed name that another stack has too."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from confguard.finding import Label
from confguard.model.deployment import Deployment
from confguard.model.roles import ServiceRole
from confguard.model.stacks import Role
from confguard.model.value import Known
from confguard.readiness.outcome import Outcome, Subject, cannot_tell, failed, passed
from confguard.readiness.probes._subject import entries, place
from confguard.source import Span

_OTHERS = (Role.DEVELOPMENT, Role.TEST, Role.STAGING)
"""What must not meet production; other ways to run the product are not run beside it."""


def look(subject: Subject) -> Outcome:
    """Look at the project's name, and at what has a fixed name: containers, volumes, networks."""
    own = subject.deployment
    others = [
        one
        for one in subject.repo.deployments
        if one.stack.role in _OTHERS and not set(one.stack.files) <= set(own.stack.files)
    ]
    fixed = dict(_fixed(own))
    shared: dict[tuple[str, str], list[Label | None]] = {}
    for other in others:
        for name, span in _fixed(other):
            if name in fixed and name not in shared:
                shared[name] = [place(fixed[name], f"is named {name[1]}")]
                shared[name].append(place(span, f"so is it in {other.name}"))
    if shared:
        names = ", ".join(dict.fromkeys(name for _, name in shared))
        return failed(
            f"other stacks of the repository use the same fixed names: {names}",
            dict.fromkeys(label for labels in shared.values() for label in labels),
        )
    named = _named(subject)
    if named is not None:
        return passed("the project has a name of its own", [named])
    same = [one for one in others if _folder(one) == _folder(own) and not _is_named(one) and _runs(one)]
    places = [place(next(iter(own.services.values())).span)] if own.services else []
    if same:
        return failed(
            f"nothing names the project: it is called after its folder, as {same[0].name} is", places
        )
    return cannot_tell("nothing names the project: it is called after the folder of the checkout", places)


def _named(subject: Subject) -> Label | None:
    entry = entries(subject).get("COMPOSE_PROJECT_NAME")
    if entry is not None and entry.value:
        return place(entry.line, "names the project")
    name = subject.deployment.compose.name
    return place(name.span, "names the project") if isinstance(name, Known) else None


def _is_named(deployment: Deployment) -> bool:
    name = deployment.compose.name
    return isinstance(name, Known) and name.span is not None


def _runs(deployment: Deployment) -> bool:
    """Say whether it runs an application: what only fetches certificates is no stack of its own."""
    return any(found.role is ServiceRole.APP for found in deployment.roles.values())


def _folder(deployment: Deployment) -> str:
    stack = deployment.stack
    return stack.project_directory or posixpath.dirname(stack.files[0] if stack.files else "")


def _fixed(deployment: Deployment) -> Iterator[tuple[tuple[str, str], Span]]:
    for service in deployment.services.values():
        name = service.container_name
        if isinstance(name, Known) and name.span is not None:
            yield ("container", name.value), name.span
