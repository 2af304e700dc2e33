"""The chains of Compose files that commands, COMPOSE_FILE and downloads name, with what they tell."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence

from confguard.discover.history import tells_of_another_version
from confguard.discover.kinds import Kind, ProjectFile
from confguard.discover.project import Project
from confguard.model.stacks.downloads import downloads
from confguard.model.stacks.named_files import bases_of, by_suffix, env_path, normal, resolved
from confguard.model.stacks.sightings import FORMS, Copied, Gathered, Sighting
from confguard.model.stacks.stack import Role, role_of_context, role_of_name
from confguard.model.value import Origin, Step
from confguard.parsers.command_lines import Form
from confguard.parsers.commands import Argument, Commands, Invocation, parse
from confguard.parsers.image_builds import ImageBuild
from confguard.source import SourceFile, Span

_STARTS = frozenset(["up", "build", "create", "pull", "config", "stack deploy", "start", "run", "", "watch"])
_UNSAID = "\0"


def gather(project: Project, files: Sequence[ProjectFile]) -> Gathered:
    """Read the commands of all files that may hold some."""
    composes = tuple(file.path for file in files if file.kind is Kind.COMPOSE and not file.inactive)
    sightings: list[Sighting] = []
    copies: list[Copied] = []
    builds: list[ImageBuild] = []
    unresolved: list[Argument] = []
    for file in files:
        form = FORMS.get(file.kind)
        if form is None or file.unfilled or tells_of_another_version(file.path):
            continue
        source = project.read(file.path)
        if source is None:
            continue
        if file.kind is Kind.ENV:
            sightings += _from_env_file(project, file, source)
        if form in (Form.DOCUMENT, Form.SCRIPT):
            fetched, made = downloads(project, composes, file, source)
            sightings += fetched
            copies += made
        found: Commands = parse(source, form)
        builds += found.builds
        for invocation in found.invocations:
            sighting = _sighting(project, composes, file, invocation)
            if sighting:
                sightings.append(sighting)
            else:
                unresolved += _unresolved(project, composes, file, invocation)
        for copy in found.copies:
            made_of = _copied(project, file, copy.source, copy.target, copy.folder, copy.span, copy.context)
            copies += [made_of] if made_of is not None else []
    return Gathered(tuple(sightings), tuple(copies), tuple(builds), tuple(unresolved))


def _sighting(
    project: Project, composes: Sequence[str], file: ProjectFile, one: Invocation
) -> Sighting | None:
    named = list(one.files)
    environment = one.environment.get("COMPOSE_FILE")
    if not named and environment is not None:
        if environment.text is None:
            return None
        named = [Argument(part, environment.span) for part in re.split(r"[:;]", environment.text) if part]
    if any(argument.text is None for argument in named[:1]) or (one.uncertain and not named):
        return None
    texts = [argument.text for argument in named if argument.text]
    if one.folder is not None and one.folder.text is None and not texts:
        return None
    found = resolved(project, composes, file, one, texts)
    if found is None:
        return None
    folder, files = found
    profiles = [argument.text or _UNSAID for argument in one.profiles]
    if not profiles and (given := one.environment.get("COMPOSE_PROFILES")):
        profiles = given.text.split(",") if given.text else []
    env_files = [argument.text or _UNSAID for argument in one.env_files]
    if _UNSAID in profiles or _UNSAID in env_files:
        return None
    directory = None
    if one.project_directory and one.project_directory.text:
        directory = normal(folder, one.project_directory.text)
    role = role_of_context(_contexts(file, one.context))
    starts = one.subcommand in _STARTS and not (one.subcommand == "run" and role is Role.TEST)
    weight = 0 if one.spoken else (2 if starts else 1)
    words = f"{_place(one)} runs it" if weight else "is said to run it"
    if one.subcommand in ("up", "stack deploy") and weight:
        words = f"{_place(one)} starts it"
    return Sighting(
        tuple(dict.fromkeys(files)),
        tuple(sorted({part.strip() for part in profiles if part and part.strip()})),
        tuple(env_path(project, folder, path) for path in env_files if path),
        directory,
        role,
        weight,
        Step(words, one.span),
        one.subcommand in ("up", "stack deploy"),
        one,
    )


def _unresolved(
    project: Project, composes: Sequence[str], file: ProjectFile, one: Invocation
) -> Iterator[Argument]:
    """Yield the files that a command line surely names and that are nowhere in the project."""
    if one.spoken or one.uncertain or file.aside:
        return
    bases = list(bases_of(project, file, one))
    for argument in one.files:
        text = argument.text
        if not text or text.startswith(("/", "~", "-", "$")) or not re.fullmatch(r"[\w./+-]+\.ya?ml", text):
            continue
        paths = [normal(base, text) for base in (*bases, "")]
        if any(path is None or project.exists(path) for path in paths) or by_suffix(composes, text):
            continue
        yield argument


def _place(one: Invocation) -> str:
    inside = {
        Form.MAKEFILE: "make target",
        Form.DOCUMENT: "section",
        Form.WORKFLOW: "job",
        Form.PACKAGE_JSON: "script",
        Form.TASKS: "task",
        Form.SCRIPT: "function",
    }.get(one.form, "")
    if not inside or not one.context:
        return "a command"
    context = one.context.rpartition(" / ")[2] if one.form is Form.DOCUMENT else one.context
    return f"{inside} {context!r}"


def _contexts(file: ProjectFile, context: str) -> Iterator[str]:
    """Yield what tells a role, nearest first: headings from the inner to the outer, the file's name."""
    yield from reversed(context.split(" / "))
    if file.aside and file.kind is not Kind.DOCUMENT:
        yield file.aside
    name = posixpath.basename(file.path)
    if not name.lower().startswith(("readme", "makefile")):
        yield name
    folder = posixpath.basename(posixpath.dirname(file.path))
    yield folder.replace("-", " ") if folder not in ("docs", "doc", "documentation", "") else ""


_VARIABLE = re.compile(
    r"^[ \t]*(?:export[ \t]+)?(COMPOSE_FILE|COMPOSE_PROFILES)[ \t]*=[ \t]*([^\s#]+)", re.MULTILINE
)


def _from_env_file(project: Project, file: ProjectFile, source: SourceFile) -> Iterator[Sighting]:
    """Yield what COMPOSE_FILE and COMPOSE_PROFILES of an env file, or of its template, choose."""
    if "COMPOSE_" not in source.text or not posixpath.basename(file.path).lstrip(".").startswith(
        ("env", "dotenv")
    ):
        return
    values = {match[1]: match for match in _VARIABLE.finditer(source.text)}
    folder = posixpath.dirname(file.path)
    chosen = values.get("COMPOSE_FILE")
    if chosen is None:
        return
    texts = [part for part in re.split(r"[:;]", chosen[2].strip("\"'")) if part]
    paths = [normal(folder, text) for text in texts]
    if not paths or not all(path is not None and project.exists(path) for path in paths):
        return
    given = values.get("COMPOSE_PROFILES")
    profiles = given[2].strip("\"'").split(",") if given and "$" not in given[2] else []
    origin = Origin.TEMPLATE if file.template else Origin.WRITTEN
    yield Sighting(
        tuple(path for path in paths if path),
        tuple(sorted(part for part in profiles if part)),
        (),
        None,
        role_of_name(file.path),
        2,
        Step("COMPOSE_FILE names it", source.span(*chosen.span(2)), origin),
    )


def _copied(
    project: Project,
    file: ProjectFile,
    source: str,
    target: str,
    folder: Argument | None,
    span: Span,
    context: str,
) -> Copied | None:
    here = posixpath.dirname(file.path)
    bases = ["", here]
    if folder is not None and folder.text and not folder.text.startswith(("/", "~", "$")):
        tail = posixpath.normpath(folder.text).split("/")
        while tail and not project.is_folder("/".join(tail)):
            tail = tail[1:]
        bases = ["/".join(tail), *bases]
    if file.kind is Kind.MAKEFILE:
        bases = [here, ""]
    for base in bases:
        from_path, to_path = normal(base, source), normal(base, target)
        if from_path and to_path and project.exists(from_path):
            if target.endswith("/") or project.is_folder(to_path):
                to_path = posixpath.join(to_path, posixpath.basename(from_path))
            role = role_of_context(_contexts(file, context))
            return Copied(from_path, to_path, role, span)
    return None
