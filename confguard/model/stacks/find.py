"""Find the stacks of a project, their roles, and the one that would be deployed."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial

from confguard.discover.kinds import Kind, ProjectFile
from confguard.discover.project import Project
from confguard.model.stacks.candidates import Candidate, Chain, candidates_of, is_broken
from confguard.model.stacks.gather import gather
from confguard.model.stacks.roles import role_of
from confguard.model.stacks.shapes import Shape, project_folder, shape
from confguard.model.stacks.sightings import Copied, Gathered, Sighting
from confguard.model.stacks.stack import ConfiguredStack, Role, Stack, is_default_name, role_of_name
from confguard.model.stacks.stand_ins import named_alike, naming, stand_in
from confguard.model.value import Step

_ORDER = (Role.PRODUCTION, Role.STAGING, Role.UNKNOWN, Role.DEVELOPMENT, Role.TEST)
_MAX_EVIDENCE = 8


def find(
    project: Project,
    files: Sequence[ProjectFile],
    configured: Sequence[ConfiguredStack] = (),
    gathered: Gathered | None = None,
) -> tuple[Stack, ...]:
    """Return the stacks of a project: those of production first, then by role and name.

    ``gathered`` is what ``gather`` made of the files, if somebody has asked it already.

    With configured stacks there are no others: the team has said what it runs.
    """
    shapes = partial(shape, project)
    composes = {file.path: file for file in files if file.kind is Kind.COMPOSE and not file.inactive}
    if configured:
        return tuple(_configured(project, files, one, shapes) for one in configured)
    if not composes:
        return ()
    gathered = gathered or gather(project, files)
    candidates = candidates_of(project, composes, gathered, shapes)
    for one in candidates:
        one.role, step = role_of(project, one, candidates, composes, shapes)
        if step is not None:
            one.evidence = [step, *(other for other in one.evidence if other is not step)]
    whole = [one for one in candidates if not is_broken(one, shapes)]
    stacks = [stack for one in whole for stack in _variants(project, files, one, gathered.copies, shapes)]
    # Where production's own file has a mistake, no other stack is what would be deployed.
    known = any(one.role is Role.PRODUCTION for one in candidates if one not in whole)
    return _deploy(stacks, whole, composes, shapes, presume=not known)


def _configured(
    project: Project, files: Sequence[ProjectFile], one: ConfiguredStack, shapes: Callable[[str], Shape]
) -> Stack:
    role = next((role for role in Role if role.value == one.role), Role.UNKNOWN)
    folder = one.project_directory if one.project_directory is not None else project_folder(one.files)
    stack = Stack(
        name=one.name,
        files=tuple(one.files),
        profiles=tuple(one.profiles),
        env_files=tuple(one.env_files),
        project_directory=folder,
        role=role,
        evidence=(Step("the configuration names it"),),
        deployed=role is Role.PRODUCTION,
    )
    stack = _with_stand_ins(project, files, stack, gather(project, files).copies, shapes)
    return stack.with_stand_ins(project, one.env_templates)


def _variants(
    project: Project,
    files: Sequence[ProjectFile],
    one: Candidate,
    copies: Sequence[Copied],
    shapes: Callable[[str], Shape],
) -> Iterator[Stack]:
    """Yield a stack for each set of profiles that is used, and one with those that no command names."""
    sets = one.profile_sets
    declared = {name: span for path in one.files for name, span in shapes(path).profiles}
    wanted = [name for name in declared if role_of_name(name) in (Role.UNKNOWN, Role.PRODUCTION)]
    extra: tuple[str, ...] = ()
    if one.role in (Role.PRODUCTION, Role.UNKNOWN) and wanted:
        missing = set(wanted) - {name for names in sets for name in names}
        extra = tuple(sorted(wanted)) if missing else ()
    for profiles in [*sets, *([extra] if extra and extra not in sets else [])]:
        same = [sight for sight in one.sightings if sight.profiles == profiles]
        evidence = [*one.evidence]
        if profiles == extra and extra:
            step = Step("no command enables these profiles; taken as if all were enabled", declared[extra[0]])
            evidence = [step, *evidence]
        elif same:
            firsts = [sight.step for sight in sorted(same, key=lambda sight: -sight.weight)]
            evidence = (
                [*evidence[:1], *(step for step in firsts if step is not evidence[0])] if evidence else firsts
            )
        stack = Stack(
            name=_name(one.files, profiles),
            files=one.files,
            profiles=profiles,
            env_files=_env_files(same or one.sightings),
            swarm=any(
                sight.invocation and sight.invocation.subcommand == "stack deploy" for sight in one.sightings
            ),
            project_directory=_directory(one),
            role=one.role,
            evidence=tuple(_distinct(evidence))[:_MAX_EVIDENCE],
            deployed=one.role is Role.PRODUCTION,
        )
        yield _with_stand_ins(project, files, stack, copies, shapes)


def _distinct(steps: Iterable[Step]) -> Iterator[Step]:
    seen: set[tuple[str, object]] = set()
    for step in steps:
        key = (step.text, step.span)
        if key not in seen:
            seen.add(key)
            yield step


def _env_files(sightings: Sequence[Sighting]) -> tuple[str, ...]:
    """Return the ``--env-file`` arguments that most commands give which start the stack.

    What tests start it with counts where nothing else does.
    """
    votes: dict[tuple[str, ...], list[bool]] = defaultdict(list)
    for sight in sightings:
        if sight.weight > 1:
            votes[sight.env_files].append(sight.role is not Role.TEST)
    return max(votes, key=lambda one: (sum(votes[one]), len(votes[one]), bool(one))) if votes else ()


def _directory(one: Candidate) -> str:
    given = [sight.project_directory for sight in one.sightings if sight.project_directory is not None]
    return given[0] if given else project_folder(one.files)


def _name(files: Chain, profiles: Sequence[str]) -> str:
    name = " + ".join(files)
    if profiles:
        word = "profile" if len(profiles) == 1 else "profiles"
        name += f" ({word} {', '.join(profiles)})"
    return name


def _with_stand_ins(
    project: Project,
    files: Sequence[ProjectFile],
    stack: Stack,
    copies: Sequence[Copied],
    shapes: Callable[[str], Shape],
) -> Stack:
    """Add what stands in for the env files of a stack that git does not have."""
    folder = stack.project_directory
    wanted = [path for path in stack.files for path in _env_file_paths(shapes(path), folder)]
    interpolation = list(stack.env_files) or [posixpath.join(folder, ".env")]
    stand_ins: dict[str, str] = {}
    steps: dict[str, Step] = {}
    for path in dict.fromkeys([*wanted, *interpolation]):
        if project.exists(path) or path.startswith("../"):
            continue
        taken = () if path in wanted else tuple(stand_ins.values())
        places = [path]
        if path.startswith(("/", "~")) or path in stack.env_files:
            places.append(posixpath.join(folder, posixpath.basename(path)))
        for place in places:
            found = named_alike(project, files, stack.files, place) or stand_in(
                project, files, copies, place, stack.role, taken
            )
            if found:
                stand_ins[path], steps[path] = found
                break
    for path in dict.fromkeys(path for file in stack.files for path in _host_env_files(shapes(file))):
        found = naming(project, files, path)
        if found:
            stand_ins[path], steps[path] = found
    return replace(stack, stand_ins=stand_ins, stand_in_evidence=steps)


def _env_file_paths(one: Shape, folder: str) -> Iterator[str]:
    """Yield the ``env_file`` paths of a file's services, relative to the root."""
    for text, _ in one.env_files:
        if not text.startswith(("/", "~")):
            yield posixpath.normpath(posixpath.join(folder, text))


def _host_env_files(one: Shape) -> Iterator[str]:
    """Yield the ``env_file`` paths of a file's services that only the host has: absolute ones."""
    return (text for text, _ in one.env_files if text.startswith("/"))


def _unless_part(stack: Stack, started: Sequence[Chain]) -> Stack:
    """Take a chain that nobody starts for what it is: a shorter way to name a longer one that is started.

    `docker compose -f compose.prod.yaml exec ...` reaches the containers of the whole chain.
    """
    part = any(set(stack.files) < set(chain) for chain in started)
    return replace(stack, deployed=False) if part and stack.files not in started else stack


def _deploy(
    stacks: list[Stack],
    candidates: Sequence[Candidate],
    composes: dict[str, ProjectFile],
    shapes: Callable[[str], Shape],
    presume: bool,
) -> tuple[Stack, ...]:
    """Mark the one that would be deployed where no stack is known to be production, and sort them."""
    weights = {one.files: one.weight for one in candidates}
    mentions: dict[Chain, int] = {one.files: len(one.sightings) for one in candidates}

    def rank(stack: Stack) -> tuple[object, ...]:
        last = stack.files[-1]
        return (
            any(composes[path].aside for path in stack.files if path in composes),
            (Role.PRODUCTION, Role.STAGING, Role.UNKNOWN, Role.DEVELOPMENT, Role.TEST).index(stack.role),
            -weights.get(stack.files, 0),
            -mentions.get(stack.files, 0),
            last.count("/"),
            not is_default_name(stack.files[0]),
            len(stack.files),
            -len({name for path in stack.files for name in shapes(path).services}),
            stack.files,
            -len(stack.profiles),
        )

    started = [one.files for one in candidates if any(sighting.starts for sighting in one.sightings)]
    stacks = [_unless_part(stack, started) for stack in stacks]
    if presume and stacks and not any(stack.deployed for stack in stacks):
        best = min(stacks, key=rank)
        unsaid = "no stack is known to be production; this one would be deployed"
        note = "" if best.role is Role.PRODUCTION else unsaid
        stacks = [replace(stack, deployed=True, note=note) if stack is best else stack for stack in stacks]
    stacks.sort(key=lambda stack: (not stack.deployed, _ORDER.index(stack.role), rank(stack)))
    return tuple(stacks)
