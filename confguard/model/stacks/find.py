"""Find the stacks of a project, their roles, and the one that would be deployed."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from confguard.discover.kinds import Kind, ProjectFile
from confguard.discover.project import Project
from confguard.model.stacks.gather import Copied, Gathered, Sighting, gather
from confguard.model.stacks.shapes import Shape, project_folder, role_of_content, shape
from confguard.model.stacks.stack import (
    ConfiguredStack,
    Role,
    Stack,
    default_files,
    is_default_name,
    role_of_context,
    role_of_name,
)
from confguard.model.stacks.stand_ins import named_alike, naming, stand_in
from confguard.model.value import Step

Chain = tuple[str, ...]
_ORDER = (Role.PRODUCTION, Role.STAGING, Role.UNKNOWN, Role.DEVELOPMENT, Role.TEST)
_MAX_EVIDENCE = 8


@dataclass
class _Candidate:
    """What is known of one chain of files while the stacks are being found."""

    files: Chain
    sightings: list[Sighting] = field(default_factory=list)
    evidence: list[Step] = field(default_factory=list)
    role: Role = Role.UNKNOWN

    @property
    def profile_sets(self) -> list[tuple[str, ...]]:
        """The sets of profiles that are used with it, none first."""
        found = {one.profiles for one in self.sightings if one.weight}
        if not any(one.weight for one in self.sightings):
            found.add(())
        return sorted(found, key=lambda names: (len(names), names))

    @property
    def weight(self) -> int:
        return sum(one.weight for one in self.sightings)


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
    candidates = _candidates(project, composes, gathered, shapes)
    for one in candidates:
        one.role, step = _role(project, one, candidates, composes, shapes)
        if step is not None:
            one.evidence = [step, *(other for other in one.evidence if other is not step)]
    whole = [one for one in candidates if not _is_broken(one, shapes)]
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


def _candidates(
    project: Project, composes: dict[str, ProjectFile], gathered: Gathered, shapes: Callable[[str], Shape]
) -> list[_Candidate]:
    """Return the chains that commands name, those that Compose takes by itself, and what is left."""
    found: dict[Chain, _Candidate] = {}
    for sighting in gathered.sightings:
        if all(path in composes for path in sighting.files):
            made = found.setdefault(sighting.files, _Candidate(sighting.files))
            made.sightings.append(sighting)
            made.evidence.append(sighting.step)
    parts = {part for path in composes for part in shapes(path).includes if path not in shapes(part).includes}
    # A folder that has parts of another folder's file holds parts, used or not.
    wholes = {posixpath.dirname(path) for path in set(composes) - parts if shapes(path).includes}
    folders = {posixpath.dirname(part) for part in parts} - wholes
    parts |= {path for path in composes if posixpath.dirname(path) in folders}
    for folder in sorted({posixpath.dirname(path) for path in set(composes) - parts}):
        files = default_files(project, folder)
        if files and posixpath.dirname(files[0]) == folder and all(path in composes for path in files):
            made = found.setdefault(files, _Candidate(files))
            made.evidence.append(_file_step(project, files[0], "Compose reads it by itself"))
            if len(files) > 1 and files[:1] not in found:
                step = _file_step(project, files[0], "without its override file")
                found[files[:1]] = _Candidate(files[:1], evidence=[step])
    used = {path for files in found for path in files}
    for path in sorted(set(composes) - used - parts):
        chain, words = _left(path, composes, shapes)
        found.setdefault(chain, _Candidate(chain)).evidence.append(_file_step(project, path, words))
    return [one for one in found.values() if _can_run(one, shapes)]


def _file_step(project: Project, path: str, words: str) -> Step:
    source = project.read(path)
    return Step(words, source.span(0) if source else None)


def _left(path: str, composes: dict[str, ProjectFile], shapes: Callable[[str], Shape]) -> tuple[Chain, str]:
    """Return the chain of a file that nothing names: an overlay merges over its base."""
    own = shapes(path)
    if not own.is_overlay:
        return (path,), "it can run by itself"
    folder = posixpath.dirname(path)
    bases = [
        other
        for other in composes
        if other != path and not shapes(other).is_overlay and own.bare <= shapes(other).services
    ]
    near = [other for other in bases if posixpath.dirname(other) == folder] or [
        other for other in bases if posixpath.dirname(other) == posixpath.dirname(folder)
    ]
    near.sort(key=lambda other: (not is_default_name(other), role_of_name(other) is not Role.UNKNOWN, other))
    if near:
        return (near[0], path), "it only adds to services of the other"
    return (path,), "it adds to services that no file beside it has"


def _can_run(one: _Candidate, shapes: Callable[[str], Shape]) -> bool:
    """Say whether a chain has services and each says what it runs; True where that cannot be read."""
    if _is_broken(one, shapes):
        return True
    services = {name for path in one.files for name in shapes(path).services}
    full = {name for path in one.files for name in shapes(path).services - shapes(path).bare}
    return bool(services) and (services == full or bool(one.sightings))


def _is_broken(one: _Candidate, shapes: Callable[[str], Shape]) -> bool:
    return any(shapes(path).broken for path in one.files)


def _role(
    project: Project,
    one: _Candidate,
    candidates: Sequence[_Candidate],
    composes: dict[str, ProjectFile],
    shapes: Callable[[str], Shape],
) -> tuple[Role, Step | None]:
    fetched = next((sight.step for sight in one.sightings if sight.weight == 3), None)
    asides = [composes[path].aside for path in one.files]
    if "tests" in asides:
        return Role.TEST, None
    for path in reversed(one.files):
        named = role_of_name(path)
        if named is Role.UNKNOWN and posixpath.dirname(path):
            named = role_of_name(posixpath.dirname(path), folders=True)
        if named is not Role.UNKNOWN:
            return named, _file_step(project, path, f"its name says {named.value}")
    content, hint = role_of_content([shapes(path) for path in one.files])
    if any(asides) and not fetched:
        return (Role.DEVELOPMENT if "development containers" in asides else Role.UNKNOWN), None
    if fetched and content is not Role.DEVELOPMENT:
        return Role.PRODUCTION, fetched
    sibling = _sibling(project, one, candidates)
    if sibling and sibling[0] is Role.DEVELOPMENT:
        return sibling
    if sibling and content is not Role.DEVELOPMENT:
        return sibling
    said = _said(one, content)
    if said is not None and not (said[0] is Role.TEST and content is Role.DEVELOPMENT):
        return said
    if content is not Role.UNKNOWN and hint is not None:
        return content, Step(f"{hint[1]!r} is for {content.value}", hint[2])
    if content is not Role.DEVELOPMENT and any(
        role_of_context([part]) is Role.PRODUCTION for path in one.files for part in path.split("/")[:-1]
    ):
        return Role.PRODUCTION, _file_step(project, one.files[0], "its folder is for deployments")
    return Role.UNKNOWN, None


def _said(one: _Candidate, content: Role) -> tuple[Role, Step] | None:
    """Return the role that the commands on a chain tell by where they stand."""
    weights: dict[Role, int] = defaultdict(int)
    steps: dict[Role, Step] = {}
    for sight in one.sightings:
        if sight.weight and sight.role is not Role.UNKNOWN:
            weights[sight.role] += sight.weight
            steps.setdefault(sight.role, sight.step)
    if weights[Role.PRODUCTION] and content is not Role.DEVELOPMENT:
        return Role.PRODUCTION, steps[Role.PRODUCTION]
    for role in (Role.STAGING, Role.DEVELOPMENT, Role.TEST):
        if weights[role] and weights[role] == max(weights.values()):
            return role, steps[role]
    return None


def _sibling(project: Project, one: _Candidate, candidates: Sequence[_Candidate]) -> tuple[Role, Step] | None:
    """Return the role that a plain file has by the named files beside it."""
    if not is_default_name(one.files[0]) or len(one.files) > 1:
        return None
    folder = posixpath.dirname(one.files[0])
    beside = {
        path: role_of_name(path)
        for other in candidates
        for path in other.files
        if posixpath.dirname(path) == folder and path != one.files[0] and "override" not in path
    }
    by_role = {role: path for path, role in sorted(beside.items(), reverse=True)}
    if Role.PRODUCTION in by_role:
        path = by_role[Role.PRODUCTION]
        return Role.DEVELOPMENT, _file_step(project, path, f"beside it stands {path} for production")
    if Role.DEVELOPMENT in by_role:
        path = by_role[Role.DEVELOPMENT]
        return Role.PRODUCTION, _file_step(project, path, f"beside it stands {path} for development")
    return None


def _variants(
    project: Project,
    files: Sequence[ProjectFile],
    one: _Candidate,
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


def _directory(one: _Candidate) -> str:
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
    candidates: Sequence[_Candidate],
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
