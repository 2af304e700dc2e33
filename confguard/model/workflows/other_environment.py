"""Jobs that look at production's stack with the values of another env template than production's own."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from confguard.discover.kinds import Kind
from confguard.model.secret_names import is_secret
from confguard.model.stacks.stack import Role, role_of_name
from confguard.model.workflows.compose_jobs import compose_steps
from confguard.model.workflows.env_copies import copied
from confguard.model.workflows.jobs import jobs
from confguard.parsers.env import parse
from confguard.parsers.workflows import Job
from confguard.source import Span

if TYPE_CHECKING:
    from confguard.model.deployment import Deployment
    from confguard.model.repo import Repo
    from confguard.model.stacks import Sighting

_LOOKING = frozenset({"config", "convert", "run", "up", "create", "build"})


@dataclass(frozen=True, slots=True)
class OtherTemplate:
    """``used`` fills production's stack in a job, though ``own`` is the template that stands for production.

    ``place`` is what takes it, ``command`` what looks at the stack with it. ``missing`` are the variables
    that only production's template has, ``different`` those with another value there; ``shown`` is one of
    them in it, and none with a secret if another can be shown.
    """

    job: Job
    deployment: Deployment
    used: str
    own: str
    place: Span
    command: Span
    shown: Span
    missing: tuple[str, ...]
    different: tuple[str, ...]


def other_templates(repo: Repo) -> Iterator[OtherTemplate]:
    """Yield one for each job and template."""
    for workflow, job in jobs(repo):
        if job.in_container:
            continue
        copies = [made for step in job.steps if (made := copied(repo, step)) is not None]
        told: set[str] = set()
        for sighting, invocation in compose_steps(repo, workflow, job):
            deployment = _production(repo, sighting)
            if deployment is None or invocation.subcommand not in _LOOKING or invocation.uncertain:
                continue
            earlier = [one for one in copies if one.span.start < invocation.span.start]
            taken = [(one.template, one.path, one.span) for one in earlier]
            if sighting.env_files:
                taken = [(path, "", invocation.span) for path in sighting.env_files[-1:]]
            for used, path, place in taken:
                own = _own(deployment, path)
                if own is None or used in told or not _is_other(repo, used, own):
                    continue
                missing, different = _apart(repo, used, own)
                if missing or different:
                    told.add(used)
                    shown = _shown(repo, own, (*missing, *different))
                    command = invocation.span
                    yield OtherTemplate(job, deployment, used, own, place, command, shown, missing, different)


def _production(repo: Repo, sighting: Sighting) -> Deployment | None:
    """Return the production stack that a command is about: all of its files, or the first of them."""
    for one in repo.production:
        files = one.stack.files
        if one.stack.role is not Role.PRODUCTION or files[: len(sighting.files)] != sighting.files:
            continue
        if files == sighting.files or role_of_name(sighting.files[-1]) is Role.PRODUCTION:
            return one
    return None


def _own(deployment: Deployment, path: str) -> str | None:
    """Return production's template of an env file; with ``""``, of the one that fills its Compose files."""
    stack = deployment.stack
    path = path or next(iter(stack.env_files), posixpath.join(stack.project_directory, ".env"))
    return stack.stand_ins.get(path)


def _is_other(repo: Repo, used: str, own: str) -> bool:
    known = {file.path for file in repo.files if file.kind is Kind.ENV}
    return (
        used != own
        and used in known
        and role_of_name(own) is Role.PRODUCTION
        and role_of_name(used) in (Role.UNKNOWN, Role.DEVELOPMENT)  # .env.ci is meant for this
    )


def _apart(repo: Repo, used: str, own: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    there, here = _values(repo, used), _values(repo, own)
    missing = tuple(name for name in here if name not in there)
    return missing, tuple(name for name in here if name in there and there[name] != here[name])


def _shown(repo: Repo, own: str, names: tuple[str, ...]) -> Span:
    file = repo.project.parsed(parse, own)
    assert file is not None
    name = next((one for one in names if not is_secret(one)), names[0])
    return next(entry.line for entry in file.active if entry.key == name).first_line()


def _values(repo: Repo, path: str) -> dict[str, str | None]:
    file = repo.project.parsed(parse, path)
    return {entry.key: entry.value for entry in file.active} if file is not None else {}
