"""Stacks that workflows start with an env file which they have made from a committed one."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from confguard.discover.kinds import Kind, ProjectFile
from confguard.model.deployment import Deployment
from confguard.model.evaluations import Evaluations
from confguard.model.stacks import Stack
from confguard.model.value import Known
from confguard.model.workflows.compose_jobs import compose_steps, started_by
from confguard.model.workflows.jobs import commands_of, jobs
from confguard.parsers.workflows import Job, Step, Workflow
from confguard.source import SourceFile, Span

if TYPE_CHECKING:
    from confguard.model.compose import Service
    from confguard.model.environment import Environment
    from confguard.model.repo import Repo
    from confguard.model.stacks import Sighting
    from confguard.parsers.commands import Invocation

_HARMLESS = re.compile(
    r"^\s*(cat|grep|head|ls|test|\[)\s[^>]*$|^\s*(if\s+)?!?\s*grep\s[^>]*$|docker[- ]compose\s[^>]*$"
)
_ECHO = re.compile(
    r"""^\s*echo\s+(?P<quote>["']?)(?P<text>[A-Za-z_]\w*=[^"'\n]*)(?P=quote)\s*>>\s*["']?(?P<file>[\w./-]+)["']?\s*$"""
)
_NEEDED = {
    "postgres": (
        ("POSTGRES_PASSWORD", "POSTGRES_PASSWORD_FILE"),
        {"POSTGRES_HOST_AUTH_METHOD": "trust"},
    ),
    "mysql": (
        (
            *("MYSQL_ROOT_PASSWORD", "MYSQL_ROOT_PASSWORD_FILE"),
            *("MYSQL_ALLOW_EMPTY_PASSWORD", "MYSQL_RANDOM_ROOT_PASSWORD"),
        ),
        {},
    ),
}
"""Variables of which an official image needs one to initialise its data: ``docker_verify_minimum_env`` of
docker-library/postgres and docker-library/mysql. Empty texts count as unset there. The second part: what
makes them unnecessary."""

_INITIALISED_LIKE_POSTGRES = ("postgres", "postgis", "timescaledb", "pgvector")


@dataclass(frozen=True, slots=True)
class Incomplete:
    """A stack that lacks variables: ``copy`` is the command that makes the env file from ``template``.

    ``stores`` are services with the variable without which they do not initialise, and the one of the env
    file that it is made of; ``apps`` are services whose settings raise for want of variables; ``required``
    are variables without which docker compose refuses the files.
    """

    job: Job
    copy: Span
    template: str
    start: Span
    stores: tuple[tuple[str, str, str], ...]
    apps: tuple[tuple[str, tuple[str, ...]], ...]
    required: tuple[str, ...] = ()

    @property
    def variables(self) -> tuple[str, ...]:
        """All that is lacking."""
        names = [name for _, _, name in self.stores] + [name for _, names in self.apps for name in names]
        return tuple(dict.fromkeys([*self.required, *names]))


@dataclass(frozen=True, slots=True)
class MadeFile:
    """An env file that a job makes."""

    path: str
    template: str
    text: str
    span: Span


def incomplete(repo: Repo) -> Iterator[Incomplete]:
    """Yield the jobs whose copied env file lacks what the services need that they start with it."""
    alike: dict[tuple[object, ...], Deployment] = {}  # jobs mostly start the same stack with the same file
    for workflow, job in jobs(repo):
        if job.in_container:
            continue
        made = _made(repo, job)
        if made is not None:
            found = _judged(repo, workflow, job, made, alike)
            if found is not None:
                yield found


def _made(repo: Repo, job: Job) -> MadeFile | None:
    """Return the one env file that a job makes in ways that are followed, else None."""
    made: MadeFile | None = None
    for step in job.steps:
        if step.uses and not re.match(r"(actions|docker|astral-sh)/", step.uses):
            return None
        for line in step.lines:
            text = line.joined.text
            if "GITHUB_ENV" in text or re.search(r"(?<![\w/-])[\w/-]+\.sh\b|(^|\s)make\s", text):
                return None
            echo = _ECHO.match(text)
            if made is not None and echo and _path(step, echo["file"]) == made.path:
                if "$" in echo["text"]:
                    return None
                made = MadeFile(made.path, made.template, f"{made.text}{echo['text']}\n", made.span)
            elif made is not None and _names(text, made.path) and not _HARMLESS.search(text):
                return None
        one = copied(repo, step)
        if one is not None:
            if made is not None:
                return None
            made = _with_rest(one, step)
            if made is None:
                return None
    return made


def _names(text: str, path: str) -> bool:
    return re.search(rf"(?<![\w-]){re.escape(_base(path))}(?![\w.-])", text) is not None


def _base(path: str) -> str:
    return posixpath.basename(path)


def _path(step: Step, word: str) -> str | None:
    if step.folder is None or word.startswith(("/", "~")) or "\ue000" in word:
        return None
    return posixpath.normpath(posixpath.join(step.folder, word))


def copied(repo: Repo, step: Step) -> MadeFile | None:
    """Return the env file that a step copies from one of the repository; None where it copies none."""
    for command in commands_of(step):
        words = [word for word in command.texts if not re.fullmatch(r"-[a-z]+", word)]
        if len(words) != 3 or words[0] not in ("cp", "mv") or command.line.depth > 1:
            continue
        source, target = _path(step, words[1]), _path(step, words[2])
        if source is None or target is None or "env" not in _base(target):
            continue
        read = repo.project.read(source) if repo.project.exists(source) else None
        if read is not None and not repo.project.exists(target):
            span = command.line.joined.span(command.start, command.end)
            return MadeFile(target, source, f"{read.text}\n", span)
    return None


def _with_rest(made: MadeFile, step: Step) -> MadeFile | None:
    """Add what the lines behind the copy, in the same step, append to it."""
    for line in step.lines:
        text = line.joined.text
        if line.joined.place(0) <= made.span.start or _base(made.path) not in text:
            continue
        echo = _ECHO.match(text)
        if echo and _path(step, echo["file"]) == made.path and "$" not in echo["text"]:
            made = MadeFile(made.path, made.template, f"{made.text}{echo['text']}\n", made.span)
        elif not _HARMLESS.search(text):
            return None
    return made


def _judged(
    repo: Repo, workflow: Workflow, job: Job, made: MadeFile, alike: dict[tuple[object, ...], Deployment]
) -> Incomplete | None:
    given = {name for step in job.steps for name in step.environment}
    for sighting, invocation in compose_steps(repo, workflow, job):
        if invocation.subcommand not in ("up", "run") or invocation.uncertain:
            continue
        if invocation.span.start < made.span.start:
            continue
        key = (sighting.files, sighting.profiles, sighting.env_files, made.path, made.text)
        if key not in alike:
            alike[key] = _deployment(repo, sighting, made)
        deployment = alike[key]
        if made.path not in _used(deployment):
            continue
        names = started_by(deployment.compose, invocation) & set(deployment.services)
        overridden = given | _overridden(invocation) | _filled(made)
        stores = tuple(
            (name, needed, source)
            for name in sorted(names)
            if (needed := _lacks(deployment, deployment.services[name]))
            and (source := _source(deployment, name, needed)) not in overridden
        )
        apps = tuple(_apps(deployment, names, overridden))
        required = _required(deployment, made, overridden)
        if stores or apps or required:
            return Incomplete(job, made.span, made.template, invocation.span, stores, apps, required)
    return None


def _required(deployment: Deployment, made: MadeFile, given: set[str]) -> tuple[str, ...]:
    """Return the variables that the Compose files demand and that a made file, which fills them, lacks."""
    stack = deployment.stack
    filling = stack.env_files or (posixpath.join(stack.project_directory, ".env"),)
    if made.path not in {posixpath.normpath(path) for path in filling}:
        return ()
    lacking = (
        use.name
        for use in deployment.compose.interpolations
        if use.required and (use.found is None or (use.operator == ":?" and use.found == Known("")))
    )
    return tuple(dict.fromkeys(name for name in lacking if name not in given))


def _filled(made: MadeFile) -> set[str]:
    """Return the variables that the env file has: where a service does not get one, the file is not why."""
    return set(re.findall(r"(?m)^[ \t]*(?:export\s+)?([A-Za-z_]\w*)[ \t]*=[ \t]*[^\s#]", made.text))


def _overridden(invocation: Invocation) -> set[str]:
    words = invocation.words
    return {word.partition("=")[0] for before, word in pairwise(words) if before in ("-e", "--env")}


def _deployment(repo: Repo, sighting: Sighting, made: MadeFile) -> Deployment:
    project = repo.project.with_given({made.path: SourceFile(made.path, made.text)})
    directory = sighting.project_directory
    stack = Stack(
        "workflow",
        sighting.files,
        sighting.profiles,
        sighting.env_files,
        posixpath.dirname(sighting.files[0]) if directory is None else directory,
    )
    files = (*repo.files, ProjectFile(made.path, Kind.ENV, "made by a workflow"))
    return Deployment(project, files, stack, Evaluations(project, by_value=True), repo.builders)


def _used(deployment: Deployment) -> set[str]:
    """Return the env files that interpolation and services read."""
    stack = deployment.stack
    paths = set(stack.env_files) or {posixpath.join(stack.project_directory, ".env")}
    for service in deployment.services.values():
        for one in service.env_files:
            if isinstance(one.path, Known):
                paths.add(one.path.value)
    return {posixpath.normpath(path) for path in paths}


def _lacks(deployment: Deployment, service: Service) -> str | None:
    """Return the variable without which a database does not initialise, None if it has what it needs."""
    reference = deployment.base_image(service)
    if reference is None or reference.registry not in (None, "docker.io") or service.build is not None:
        return None
    key = "postgres" if reference.name in _INITIALISED_LIKE_POSTGRES else reference.name
    if key not in _NEEDED:
        return None
    one_of, unless = _NEEDED[key]
    environment = deployment.processes[service.name].environment
    for name in one_of:
        if not _is_unset(environment, name):
            return None
    for name, text in unless.items():
        value = environment.get(name)
        if value is not None and (not isinstance(value, Known) or value.value == text):
            return None
    return one_of[0]


def _source(deployment: Deployment, service: str, variable: str) -> str:
    """Return the variable of the env file that a variable of a service is made of; mostly the same."""
    value = deployment.processes[service].environment.get(variable)
    for step in value.trail if value is not None else ():
        named = re.search(r"\$\{?([A-Za-z_]\w*)", step.span.text) if step.span is not None else None
        if named:
            return named[1]
    return variable


def _is_unset(environment: Environment, name: str) -> bool:
    value = environment.get(name)
    return value is None or (isinstance(value, Known) and not value.value)


def _apps(
    deployment: Deployment, names: frozenset[str], given: set[str]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    for app in deployment.apps:
        for service in app.services:
            if service not in names or app.settings.failure is None:
                continue
            lacking = [
                name
                for failure in app.settings.failures
                if failure.undelivered
                for name in failure.variables
                if name not in given and _is_unset(app.environment, name)
            ]
            if lacking:
                yield service, tuple(dict.fromkeys(lacking))
