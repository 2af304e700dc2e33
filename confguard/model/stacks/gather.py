"""The chains of Compose files that commands, COMPOSE_FILE and downloads name, with what they tell."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence

from confguard.discover.history import tells_of_another_version
from confguard.discover.kinds import Kind, ProjectFile
from confguard.discover.project import Project
from confguard.model.stacks.stack import Role, default_files, role_of_context, role_of_name
from confguard.model.value import Origin, Step
from confguard.parsers.command_lines import Form
from confguard.parsers.commands import Argument, Commands, Invocation, parse
from confguard.parsers.image_builds import ImageBuild
from confguard.records import record
from confguard.source import SourceFile, Span

FORMS = {
    Kind.MAKEFILE: Form.MAKEFILE,
    Kind.SCRIPT: Form.SCRIPT,
    Kind.TASKS: Form.TASKS,
    Kind.PACKAGE_JSON: Form.PACKAGE_JSON,
    Kind.WORKFLOW: Form.WORKFLOW,
    Kind.DOCUMENT: Form.DOCUMENT,
    Kind.COMPOSE: Form.COMMENTS,
    Kind.ENV: Form.COMMENTS,
}
_STARTS = frozenset(["up", "build", "create", "pull", "config", "stack deploy", "start", "run", "", "watch"])
_UNSAID = "\0"


@record
class Sighting:
    """One place that names a chain of Compose files, and the role that it tells."""

    files: tuple[str, ...]
    profiles: tuple[str, ...]
    env_files: tuple[str, ...]
    project_directory: str | None
    role: Role
    weight: int
    """0 for a mention, 1 for a command on what runs, 2 for one that starts it, 3 for a download of it."""
    step: Step
    starts: bool = False
    """It starts the stack's services (``up``); other commands may name fewer files of a running stack."""
    invocation: Invocation | None = None
    """The command line; None where a download or a variable names the files."""


@record
class Copied:
    """A command or sentence that makes one file of another, both relative to the root."""

    source: str
    target: str
    role: Role
    span: Span


@record
class Gathered:
    """All that the project's files tell about stacks."""

    sightings: tuple[Sighting, ...]
    copies: tuple[Copied, ...]
    builds: tuple[ImageBuild, ...] = ()
    """The images that commands build."""
    unresolved: tuple[Argument, ...] = ()
    """Compose files that command lines name and the project does not have."""


def gather(project: Project, files: Sequence[ProjectFile]) -> Gathered:
    """Read the commands of all files that may hold some."""
    composes = tuple(file.path for file in files if file.kind is Kind.COMPOSE and not file.inactive)
    sightings: list[Sighting] = []
    copies: list[Copied] = []
    builds: list[ImageBuild] = []
    unresolved: list[Argument] = []
    for file in files:
        form = FORMS.get(file.kind)
        if form is None or tells_of_another_version(file.path):
            continue
        source = project.read(file.path)
        if source is None:
            continue
        if file.kind is Kind.ENV:
            sightings += _from_env_file(project, file, source)
        if form in (Form.DOCUMENT, Form.SCRIPT):
            fetched, made = _downloads(project, composes, file, source)
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
            resolved = _copied(project, file, copy.source, copy.target, copy.folder, copy.span, copy.context)
            if resolved:
                copies.append(resolved)
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
    resolved = _resolve(project, composes, file, one, texts)
    if resolved is None:
        return None
    folder, files = resolved
    profiles = [argument.text or _UNSAID for argument in one.profiles]
    if not profiles and (given := one.environment.get("COMPOSE_PROFILES")):
        profiles = given.text.split(",") if given.text else []
    env_files = [argument.text or _UNSAID for argument in one.env_files]
    if _UNSAID in profiles or _UNSAID in env_files:
        return None
    directory = None
    if one.project_directory and one.project_directory.text:
        directory = _normal(folder, one.project_directory.text)
    role = role_of_context(_contexts(file, one.context))
    starts = one.subcommand in _STARTS and not (one.subcommand == "run" and role is Role.TEST)
    weight = 0 if one.spoken else (2 if starts else 1)
    words = f"{_place(one)} runs it" if weight else "is said to run it"
    if one.subcommand in ("up", "stack deploy") and weight:
        words = f"{_place(one)} starts it"
    return Sighting(
        tuple(dict.fromkeys(files)),
        tuple(sorted({part.strip() for part in profiles if part and part.strip()})),
        tuple(_env_path(project, folder, path) for path in env_files if path),
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
    bases = list(_bases(project, file, one))
    for argument in one.files:
        text = argument.text
        if not text or text.startswith(("/", "~", "-", "$")) or not re.fullmatch(r"[\w./+-]+\.ya?ml", text):
            continue
        paths = [_normal(base, text) for base in (*bases, "")]
        if any(path is None or project.exists(path) for path in paths) or _by_suffix(composes, text):
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


def _resolve(
    project: Project, composes: Sequence[str], file: ProjectFile, one: Invocation, texts: Sequence[str]
) -> tuple[str, tuple[str, ...]] | None:
    """Return the folder that a command runs in and the files that it reads, None if they are not here."""
    bases = list(_bases(project, file, one))
    for base in bases:
        if not texts:
            files = default_files(project, base)
            if files:
                return base, files
            continue
        paths = tuple(_normal(base, text) for text in texts)
        if all(path is not None and project.exists(path) for path in paths):
            return base, tuple(path for path in paths if path)
    if not texts:
        return None
    found = [_by_suffix(composes, text) for text in texts]
    if all(found):
        return posixpath.dirname(found[0] or ""), tuple(path for path in found if path)
    return None


def _bases(project: Project, file: ProjectFile, one: Invocation) -> Iterator[str]:
    """Yield the folders that a command may run in, most likely first."""
    here = posixpath.dirname(file.path)
    starts = ["", here]
    of_its_folder = one.form in (Form.MAKEFILE, Form.TASKS, Form.PACKAGE_JSON, Form.COMMENTS)
    if of_its_folder or (one.form is Form.DOCUMENT and here and _has_compose(project, here)):
        starts = [here, ""]
    if one.folder is None or one.folder.text is None:
        yield from starts
        return
    text = one.folder.text
    if text.startswith(("/", "~", "$")):
        name = posixpath.basename(text.rstrip("/"))
        if one.files or name in (project.root.name, project.root.name.rpartition("+")[2]):
            yield ""
        return
    for start in starts:
        folder = _normal(start, text)
        if folder is not None and project.is_folder(folder):
            yield folder
    tail = posixpath.normpath(text).split("/")
    while tail and not project.is_folder("/".join(tail)):
        tail = tail[1:]  # `cd project/docker` behind `git clone`: the project's own name comes first
    yield "/".join(tail)


def _has_compose(project: Project, folder: str) -> bool:
    files = default_files(project, folder)
    return bool(files) and posixpath.dirname(files[0]) == folder


def _normal(base: str, text: str) -> str | None:
    """Return a path relative to the root, None where it leaves the project."""
    if text.startswith(("/", "~")):
        return None
    path = posixpath.normpath(posixpath.join(base, text.replace("\\", "/")))
    if path == "..":
        return None
    return None if path.startswith("../") else ("" if path == "." else path)


def _by_suffix(composes: Sequence[str], text: str) -> str | None:
    """Return the tracked Compose file that the end of a path names, if it names just one."""
    parts = [part for part in text.replace("\\", "/").split("/") if part not in ("", ".", "..")]
    while parts:
        tail = "/".join(parts)
        found = [path for path in composes if path == tail or path.endswith(f"/{tail}")]
        if len(found) == 1:
            generic = len(parts) == 1 and tail in ("docker-compose.yml", "compose.yml", "compose.yaml")
            return None if generic else found[0]
        if found:
            exact = [path for path in found if path == tail]
            return exact[0] if exact and len(parts) > 1 else None
        parts = parts[1:]
    return None


def _env_path(project: Project, folder: str, text: str) -> str:
    """Return an ``--env-file`` as a path of the project; one on the host keeps its own path."""
    path = _normal(folder, text)
    if path is not None and folder and not project.exists(path) and project.exists(text):
        return text
    return path if path is not None else text


_DOWNLOAD = re.compile(
    r"(?:-[oO]\s+(?P<target>[^\s\"'`]+)\s+)?[\"'`<]?https://raw\.githubusercontent\.com/"
    r"[^/\s\"'`]+/[^/\s\"'`]+/(?P<path>[^\s\"'`>)]+)"
)


def _downloads(
    project: Project, composes: Sequence[str], file: ProjectFile, source: SourceFile
) -> tuple[list[Sighting], list[Copied]]:
    """Return what a document tells people to download: Compose files, and env files by their new names."""
    if "raw.githubusercontent.com" not in source.text or file.aside == "examples":
        return [], []
    role = role_of_context([source.path])
    sightings: list[Sighting] = []
    others: list[tuple[str, str, Span]] = []
    for match in _DOWNLOAD.finditer(source.text):
        span = source.span(*match.span())
        found = _by_end(composes, match["path"])
        if found:
            step = Step("it is what people are told to download", span)
            sightings += [Sighting((path,), (), (), None, role, 3, step) for path in found]
        elif match["target"] and (tracked := _by_end(project.paths, match["path"])):
            others.append((tracked[0], match["target"], span))
    folders = {posixpath.dirname(one.files[0]) for one in sightings}
    copies = [
        Copied(path, target, Role.UNKNOWN, span)
        for path, name, span in others
        for folder in folders
        if (target := _normal(folder, name)) is not None
    ]
    return sightings, copies


def _by_end(paths: Sequence[str], text: str) -> list[str]:
    """Return the paths that the end of an address names: one, or all that a variable in it may mean."""
    parts = text.split("/")
    for start in range(1, len(parts)):
        tail = "/".join(parts[start:])
        pattern = re.sub(r"\\\$\\?\{?\w+\\?\}?", "[^/]+", re.escape(tail))
        wanted = re.compile(f"(?:.*/)?{pattern}" if "/" in tail else pattern)
        found = [path for path in paths if wanted.fullmatch(path)]
        if len(found) == 1 or (found and "$" in tail and "/" in tail):
            return found
    return []


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
    paths = [_normal(folder, text) for text in texts]
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
        from_path, to_path = _normal(base, source), _normal(base, target)
        if from_path and to_path and project.exists(from_path):
            if target.endswith("/") or project.is_folder(to_path):
                to_path = posixpath.join(to_path, posixpath.basename(from_path))
            role = role_of_context(_contexts(file, context))
            return Copied(from_path, to_path, role, span)
    return None
