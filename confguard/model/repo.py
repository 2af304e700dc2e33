"""The root of the model: one repository, its deployments, and what is wrong with its files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any

from confguard.discover.kinds import Kind, ProjectFile, of_kind
from confguard.discover.project import Project
from confguard.finding import Severity
from confguard.model.deployment import Deployment
from confguard.model.evaluations import Evaluations
from confguard.source import Problem, SourceFile, Span

if TYPE_CHECKING:
    from confguard.model.built_elsewhere import Builders
    from confguard.model.stacks import ConfiguredStack, Sighting, Stack
    from confguard.model.stacks.sightings import Copied

_MAIN_KINDS = (Kind.COMPOSE, Kind.NGINX, Kind.ENV, Kind.SETTINGS)
_WHAT_A_RULE_READS = {
    "compose": (Kind.COMPOSE,),
    "nginx": (Kind.NGINX,),
    "django": (Kind.SETTINGS,),
    "env": (Kind.ENV,),
    "dockerfile": (Kind.DOCKERFILE,),
    "commands": (Kind.MAKEFILE, Kind.SCRIPT, Kind.WORKFLOW, Kind.DOCUMENT, Kind.TASKS, Kind.PACKAGE_JSON),
    "files": _MAIN_KINDS,
}


@dataclass(frozen=True)
class Repo:
    """What every check is given. Nothing in it changes; what is costly is computed when first asked for."""

    project: Project
    files: tuple[ProjectFile, ...]
    stacks: tuple[Stack, ...]
    sightings: tuple[Sighting, ...]
    """The commands and documents that name Compose files, with their profiles."""
    builders: Builders
    """What builds images."""
    options: Mapping[str, Mapping[str, Any]]
    """Rule name to option name to value, with the cards' defaults filled in."""
    selected_by_name: frozenset[str]
    """Rules that somebody asked for by their own name: a team's convention applies to it then."""
    given: Mapping[str, SourceFile] = field(default_factory=dict)
    """Env files of the host that were given by hand, by the path that each stands at."""
    copies: tuple[Copied, ...] = ()
    """The commands and sentences that make one file of another."""
    unresolved: tuple[Span, ...] = ()
    """The places of command lines that name Compose files which the project does not have."""

    @property
    def empty(self) -> bool:
        """Whether there is nothing of a deployment in the repository."""
        return not any(file.kind in _MAIN_KINDS for file in self.files)

    def can_answer(self, reads: Iterable[str]) -> bool:
        """Say whether there is a file of the kind that a rule reads first: it needs one."""
        first = next(iter(reads))
        return first == "run" or any(file.kind in _WHAT_A_RULE_READS[first] for file in self.files)

    def paths(self, kind: Kind) -> tuple[str, ...]:
        """Return the paths of a kind's files; backups and samples that no program reads are left out."""
        return tuple(file.path for file in of_kind(self.files, kind))

    @cached_property
    def deployments(self) -> tuple[Deployment, ...]:
        """Every stack with what runs in it, in the order of the stacks."""
        evaluations = Evaluations(self.project)
        return tuple(
            Deployment(self.project, self.files, stack, evaluations, self.builders) for stack in self.stacks
        )

    @cached_property
    def production(self) -> tuple[Deployment, ...]:
        """The deployments that production runs, or is taken to run where no stack says so."""
        return tuple(one for one in self.deployments if one.stack.deployed)

    @cached_property
    def env_templates(self) -> frozenset[str]:
        """The env files that are to be copied and edited, by their names or because production lacks its own.

        None of tests or examples.
        """
        named = {file.path for file in of_kind(self.files, Kind.ENV) if file.template and not file.aside}
        return frozenset(named.union(*(one.stack.stand_ins.values() for one in self.production)))

    @cached_property
    def production_env_files(self) -> frozenset[str]:
        """The paths of the env files that production reads, and of the templates that stand in for them.

        What is for development or tests is not production, even where nothing else could be deployed.
        """
        from confguard.model.delivery.files import used_env_files

        serious = [one for one in self.production if one.most_severe is not Severity.INFO]
        return frozenset(file.read for one in serious for file in used_env_files(one))

    def most_severe(self, stacks: Iterable[str]) -> Severity:
        """Return how severe a finding can be that is true for these stacks; without any, an error."""
        caps = [one.most_severe for one in self.deployments if one.name in set(stacks)]
        return max(caps, default=Severity.ERROR)

    @cached_property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong with the files themselves, by place: each could not be read or parsed there."""
        found: dict[tuple[str, int, str], Problem] = {}
        judged = {path for kind in _PARSERS for path in self.paths(kind)}
        unread = (problem for problem in self.project.problems if problem.span.path in judged)
        for problem in (*self._parse_problems(), *unread):
            found.setdefault((problem.span.path, problem.span.start, problem.message), problem)
        return tuple(found[key] for key in sorted(found))

    def _parse_problems(self) -> Iterable[Problem]:
        for kind in _PARSERS:
            for path in self.paths(kind):
                source = self.project.read(path)
                if source is not None and source.text:
                    parsed = self.project.parsed(_parser(kind), path)
                    yield from parsed.problems if parsed is not None else ()

    @cached_property
    def private_values(self) -> tuple[frozenset[str], frozenset[str]]:
        """Every value of the files that were given by hand, and the secrets among them: none may be shown."""
        from confguard.model.host_files import values_of

        return values_of(self.project, self.given)

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader should know about the run as a whole."""
        presumed = [one for one in self.production if one.stack.note and one.most_severe < Severity.ERROR]
        notes = [
            f"no stack is known to be production: {one.name} ({one.stack.role.value}) is judged as the one "
            f"that would be deployed, with severity {one.most_severe.label} at most"
            for one in presumed[:1]
        ]
        templates = [file for file in self.files if file.unfilled]
        if templates:
            more = f" and {len(templates) - 1} more" if len(templates) > 1 else ""
            notes.append(
                f"not judged: {templates[0].path}{more}, which a generator of projects fills in first"
            )
        unfollowed = self.production[0].evaluations.unfollowed if self.production else ()
        return (*notes, *(f"{one.span.path}:{one.span.line}: {one.why}" for one in unfollowed))

    def stack_summaries(self) -> tuple[tuple[str, str, tuple[str, ...], str], ...]:
        """Return name, role, files and evidence of each stack that is judged, for the report."""
        return tuple(
            (one.name, one.stack.role.value, one.stack.files, _evidence(one.stack)) for one in self.production
        )

    def any_source(self) -> SourceFile | None:
        """Return some file of the repository, for a finding that has no better place."""
        main = [file for file in self.files if file.kind in _MAIN_KINDS]
        readable = (self.project.read(file.path) for file in (*main, *self.files))
        return next((source for source in readable if source is not None), None)


def build(
    project: Project,
    files: tuple[ProjectFile, ...],
    configured: Sequence[ConfiguredStack],
    options: Mapping[str, Mapping[str, Any]],
    selected_by_name: frozenset[str],
    host_env: Sequence[str] = (),
    env_templates: Mapping[str, str] | None = None,
) -> Repo:
    """Build the model of a repository; nothing is parsed yet but what the stacks need.

    ``env_templates`` maps env files that only the host has to the templates that stand in for them.
    ``host_env`` are env files of the host as ``[PATH=]FILE``; raises HostFileError for one that fits nowhere.
    """
    from confguard.model.built_elsewhere import Builders
    from confguard.model.stacks import find, gather

    gathered = gather(project, files)
    stacks = find(project, files, configured, gathered)
    if env_templates:
        stacks = tuple(one.with_stand_ins(project, env_templates) for one in stacks)
    builders = Builders(project, files, gathered.builds)
    unresolved = tuple(argument.span for argument in gathered.unresolved)
    repo = Repo(
        project,
        files,
        stacks,
        gathered.sightings,
        builders,
        options,
        selected_by_name,
        copies=gathered.copies,
        unresolved=unresolved,
    )
    if not host_env:
        return repo
    from confguard.model.host_files import host_files

    given = host_files(project, repo.production, host_env)
    extra = [ProjectFile(path, Kind.ENV, "given by hand") for path in given if not project.exists(path)]
    return replace(
        repo,
        project=project.with_given(given),
        files=tuple(sorted((*files, *extra), key=lambda file: file.path)),
        given=given,
    )


def _evidence(stack: Stack) -> str:
    return next((f"{step.span}: {step.text}" if step.span else step.text for step in stack.evidence), "")


# Imported only when there is a file for it: libcst above all is slow to import.
_PARSERS: Mapping[Kind, str] = {
    Kind.COMPOSE: "compose",
    Kind.NGINX: "nginx",
    Kind.SETTINGS: "python",
    Kind.ENV: "env",
    Kind.DOCKERFILE: "dockerfile",
}


def _parser(kind: Kind) -> Callable[[SourceFile], Any]:
    parse: Callable[[SourceFile], Any] = import_module(f"confguard.parsers.{_PARSERS[kind]}").parse
    return parse
