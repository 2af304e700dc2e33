"""The Compose commands of workflow jobs: which services they start, and what they ask of them then."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from confguard.model.compose import ComposeModel, load
from confguard.model.workflows.jobs import jobs, text_of
from confguard.parsers.workflows import Job, Workflow
from confguard.source import Span

if TYPE_CHECKING:
    from confguard.model.repo import Repo
    from confguard.model.stacks import Sighting
    from confguard.parsers.commands import Invocation

_STARTING = frozenset({"up", "start", "run", "restart", "scale", "create", "watch"})
_MORE = re.compile(
    r"(?m)(^|[\s;&|])(make|just|task|inv|invoke|tox|nox)\s+\w|(?<![\w/-])[\w/-]+\.sh\b"
    r"|uses:\s*['\"]?\./|\bdocker\s+start\b"
    r"|compose-action|docker-compose-action|docker[- ]compose\s+[^\n]*\$"
)
"""What may start services in a way that is not followed."""

_COMPOSE = re.compile(r"\bdocker[- ]compose\s+(?!version|--version)")


@dataclass(frozen=True, slots=True)
class Unstarted:
    """An ``exec`` in a service that the job has not started; ``started`` are those that it has."""

    job: Job
    service: str
    span: Span
    start: Span
    started: tuple[str, ...]


def compose_steps(repo: Repo, workflow: Workflow, job: Job) -> list[tuple[Sighting, Invocation]]:
    """Return the Compose commands of a job whose files are known, in their order."""
    found = [
        (one, one.invocation)
        for one in repo.sightings
        if one.invocation is not None
        and not one.invocation.spoken
        and one.invocation.span.path == workflow.source.path
        and job.span.start <= one.invocation.span.start < job.span.end
    ]
    return sorted(found, key=lambda pair: pair[1].span.start)


def model_of(repo: Repo, sighting: Sighting) -> ComposeModel:
    """Return the Compose model that a command line names, without any env file of a host."""
    return load(
        repo.project,
        sighting.files,
        profiles=sighting.profiles,
        project_directory=sighting.project_directory,
    )


def started_by(model: ComposeModel, invocation: Invocation) -> frozenset[str]:
    """Return the services that a command starts, with those which they depend on."""
    names = invocation.services or tuple(model.active_services)
    if "--no-deps" in invocation.words:
        return frozenset(names)
    found: set[str] = set()
    pending = list(names)
    while pending:
        name = pending.pop()
        service = model.services.get(name)
        if name not in found and service is not None:
            found.add(name)
            pending += [one.service for one in service.depends_on]
    return frozenset(found)


def unstarted(repo: Repo) -> Iterator[Unstarted]:
    """Yield the ``exec`` of jobs into services that surely do not run."""
    for workflow, job in jobs(repo):
        text = text_of(job)
        if "exec" not in text or _MORE.search(text):
            continue
        steps = compose_steps(repo, workflow, job)
        if len(steps) != len(_COMPOSE.findall(_without_comments(text))):
            continue
        running: set[str] = set()
        first: Span | None = None
        for sighting, invocation in steps:
            if invocation.uncertain:
                break
            if invocation.subcommand in _STARTING:
                model = model_of(repo, sighting)
                if not model.services or any(name not in model.services for name in invocation.services):
                    break
                running |= started_by(model, invocation)
                first = first or (invocation.span if invocation.subcommand == "up" else None)
            elif invocation.subcommand == "exec" and first is not None:
                model = model_of(repo, sighting)
                for name in invocation.services[:1]:
                    if name in model.services and name not in running:
                        yield Unstarted(job, name, invocation.span, first, tuple(sorted(running)))


def _without_comments(text: str) -> str:
    return re.sub(r"(?m)^\s*#.*$", "", text)
