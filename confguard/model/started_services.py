"""Services that a workflow or script enters and that it has not started.

``docker compose exec`` needs a running container; ``up`` with names starts these and what they depend on
(docker compose CLI reference, "up", "exec").
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from confguard.parsers.command_lines import Form

if TYPE_CHECKING:
    from confguard.model.deployment import Deployment
    from confguard.model.repo import Repo
    from confguard.model.stacks import Sighting
    from confguard.parsers.commands import Invocation

_STARTING = ("up", "start", "create", "run", "restart", "stack deploy")


@dataclass(frozen=True, slots=True)
class Unstarted:
    """A service that is entered, where it is, and what was started before."""

    service: str
    entered: Invocation
    started: tuple[Invocation, ...]


def unstarted(repo: Repo) -> Iterator[Unstarted]:
    """Yield the services that jobs of workflows enter and surely have not started."""
    jobs: dict[tuple[str, str], list[Sighting]] = {}
    for one in repo.sightings:
        step = one.invocation
        if step is not None and not step.spoken and step.form is Form.WORKFLOW:
            jobs.setdefault((step.span.path, step.context.partition(" / ")[0]), []).append(one)
    for steps in jobs.values():
        yield from _of_job(repo, sorted(steps, key=lambda one: one.step.span.start if one.step.span else 0))


def _of_job(repo: Repo, steps: list[Sighting]) -> Iterator[Unstarted]:
    running: set[str] = set()
    started: list[Invocation] = []
    for one in steps:
        step = one.invocation
        assert step is not None
        if step.subcommand in _STARTING:
            if not step.services or step.uncertain:
                return  # all of them, or not known which
            deployment = _deployment(repo, one)
            if deployment is None:
                return
            running |= _with_dependencies(deployment, step.services)
            started.append(step)
        elif step.subcommand == "exec" and started:
            for name in step.services:
                if name not in running:
                    yield Unstarted(name, step, tuple(started))
                    running.add(name)


def _deployment(repo: Repo, sighting: Sighting) -> Deployment | None:
    return next((one for one in repo.deployments if one.stack.files == sighting.files), None)


def _with_dependencies(deployment: Deployment, names: tuple[str, ...]) -> set[str]:
    found: set[str] = set()
    pending = list(names)
    while pending:
        name = pending.pop()
        if name in found:
            continue
        found.add(name)
        service = deployment.compose.services.get(name)
        pending += [one.service for one in service.depends_on] if service is not None else []
    return found
