"""Env files that documents and scripts tell people to make, and that nothing of the repository loads.

Compose reads ``.env`` of the project directory and of the folder that it is started in, what ``--env-file``
and COMPOSE_ENV_FILES name, and the ``env_file`` of services (docker compose 2.40, ``toProjectOptions`` in
``cmd/compose/compose.go``); an env file of another name, or in another folder, is for somebody else.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from confguard.discover.kinds import Kind, of_kind
from confguard.model.stacks import Role
from confguard.model.value import Known
from confguard.parsers.env import parse

if TYPE_CHECKING:
    from confguard.model.compose import Interpolation
    from confguard.model.deployment import Deployment
    from confguard.model.repo import Repo
    from confguard.model.stacks.sightings import Copied
    from confguard.source import SourceFile

_TOLD_BY = (Kind.DOCUMENT, Kind.SCRIPT, Kind.MAKEFILE)
_DOCUMENTS = (".md", ".markdown", ".mdx", ".mdc", ".rst", ".txt", ".adoc", ".html")
_IGNORING = re.compile(r"(^|/)\.\w*ignore$|(^|/)\.gitattributes$")
_NO_TEXT = re.compile(
    r"\.(?:png|jpe?g|gif|svg|ico|webp|avif|woff2?|ttf|otf|eot|pdf|docx?|xlsx?|pptx?|zip|gz|bz2|xz|jar|mp[34]|wav"
    r"|webm|mov|po|mo|pot|map|lock|sqlite3?|db|css|scss|less|csv|tsv|geojson|ipynb|min\.js)$"
    r"|(^|/)(?:package-lock\.json|pnpm-lock\.yaml)$",
    re.IGNORECASE,
)
_TAKES = re.compile(
    r"env[-_]?file|\bsourc(?:e|ed|ing)\b|(?:^|[\s`;&(])\.\s+\S|\bset\s+-\w*a|\bexport\b|dotenv|\bload|\bread"
    r"|\bimport|\bupload|\bscp\b|\brsync\b|\bcat\b|\benvsubst\b|\bxargs\b|\bplugin|\buse[ds]?\b|\bpass(?:ed|es)?\b"
    r"|\bpick|\bvariables from\b|portainer|coolify|dokploy|dokku|heroku|railway|vercel|\bfly\b|kubectl"
    r"|ansible|\bsops\b|compose\b|docker\s+(?:run|secret|config)|EnvironmentFile",
    re.IGNORECASE,
)
"""What a line says that may load a file, or that says who does."""
_MAKES = re.compile(
    r"^\s*(?:\d+\.\s*|[-@*$>#]\s*)*`*(?:sudo\s+)?(?:cp|mv|copy|touch|rm|chmod|nano|vim?|code|echo|ls)\b"
)
_OF_FRAMEWORKS = frozenset(
    {"package.json", "composer.json", "Gemfile", "mix.exs", "Pipfile", "Procfile", ".envrc", ".flaskenv"}
    | {"justfile", "Justfile", "Taskfile.yml", "Taskfile.yaml", "Makefile", "turbo.json"}
)
"""Files of programs that load ``.env`` and its like from their folder by themselves, or may be told to."""
_READS_DOT_ENV = re.compile(
    r"(?<![\w)\]])\.env(?![\w.-])|dotenv|decouple|environ\.Env|read_env|environs|BaseSettings|env_file|dynaconf"
    r"|envparse|envDir"
)
_ANY_ENV_FILE = re.compile(r"--env-file(?:=|\s+)[\"']?[$%{]")
_COMMENT = re.compile(r"\s*(?:#|//|\*)")
_TEMPLATES = re.compile(r"(?:^|[._-])(?:example|sample|dist|template|tmpl|tpl)(?=$|[._-])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Unloaded:
    """A template whose copies nothing loads, and a stack that asks for variables which it sets.

    ``copies`` are the commands that make them, one for each target; ``wanted`` the places of the Compose
    files that take a variable of the template, each variable once; ``read`` what Compose reads instead.
    """

    template: str
    copies: tuple[Copied, ...]
    deployment: Deployment
    wanted: tuple[Interpolation, ...]
    read: str

    @property
    def for_development(self) -> bool:
        """Whether no copy is for production, as far as the places tell that speak of them."""
        aside = (Role.DEVELOPMENT, Role.TEST)
        return not self.deployment.stack.deployed or all(copy.role in aside for copy in self.copies)


def unloaded(repo: Repo) -> Iterator[Unloaded]:
    """Yield the templates that people are told to copy to where nothing looks, though a stack needs them."""
    found: dict[str, dict[str, Copied]] = {}
    told = {file.path for kind in _TOLD_BY for file in of_kind(repo.files, kind)}
    templates = {file.path for file in of_kind(repo.files, Kind.ENV)}
    made: dict[str, set[str]] = {}
    for copy in repo.copies:
        made.setdefault(copy.target, set()).add(copy.source)
        if copy.source in templates and copy.span.path in told and _is_lasting(repo, copy.target):
            found.setdefault(copy.source, {}).setdefault(copy.target, copy)
    for template, copies in found.items():
        wanting = _wanting(repo, template, frozenset(copies))
        if wanting is None:
            continue
        deployment, wanted, read = wanting
        if repo.project.exists(read) or made.get(read, set()) - {template}:
            continue  # the stack has its own env file: the copies are for something else
        lost = tuple(copy for copy in copies.values() if not _may_be_loaded(repo, copy))
        # Where one of the copies is loaded, the others are for somebody who knows.
        if lost and len(lost) == len(copies):
            yield Unloaded(template, lost, deployment, wanted, read)


def _is_lasting(repo: Repo, target: str) -> bool:
    """Say whether a copy is an env file that people keep beside the repository's own files."""
    name = posixpath.basename(target)
    return "env" in name.lower() and _TEMPLATES.search(name) is None and not repo.project.exists(target)


def _keys(repo: Repo, path: str) -> frozenset[str]:
    file = repo.project.parsed(parse, path)
    return frozenset(entry.key for entry in file.active) if file is not None else frozenset()


def _wanting(
    repo: Repo, template: str, targets: frozenset[str]
) -> tuple[Deployment, tuple[Interpolation, ...], str] | None:
    """Return the first stack, production first, whose Compose files take variables that a template sets.

    None also where a stack reads one of the targets, or may read what is not known.
    """
    keys, first = _keys(repo, template), None
    for one in sorted(repo.deployments, key=lambda one: not one.stack.deployed):
        read = one.stack.env_files or (posixpath.join(one.stack.project_directory, ".env"),)
        paths = set(read)
        for reference in (file for service in one.compose.services.values() for file in service.env_files):
            if not isinstance(reference.path, Known) or (reference.span and "$" in reference.span.text):
                return None
            paths.add(reference.path.value)
        if targets & {posixpath.normpath(path) for path in paths}:
            return None
        wanted = {
            use.name: use for use in reversed(one.compose.interpolations) if use.name in keys and use.span
        }
        if wanted and first is None and not one.stack.env_files:
            uses = sorted(
                wanted.values(), key=lambda use: (use.span.path, use.span.start) if use.span else ("", 0)
            )
            first = (one, tuple(uses), posixpath.normpath(read[0]))
    return first


def _may_be_loaded(repo: Repo, copy: Copied) -> bool:
    folder, name = posixpath.split(copy.target)
    beside = {
        posixpath.basename(path) for path in repo.project.under(folder) if posixpath.dirname(path) == folder
    }
    if name == ".env":
        return (
            not folder
            or bool(beside & _OF_FRAMEWORKS)
            or _is_read_in(repo, folder)
            or _is_started_in(repo, folder)
        )
    if name.startswith(".env.") and beside & (_OF_FRAMEWORKS - {"Makefile"}):
        return True
    mention = re.compile(rf"(?<![\w.-]){re.escape(name)}(?!\.?[\w-])")
    made_up = _dynamic(name)
    for source in _texts(repo):
        document = _is_document(source)
        if "--env-file" in source.text and _ANY_ENV_FILE.search(source.text):
            return True
        if not document and made_up is not None and made_up.search(source.text):
            return True
        if name in source.text and any(
            _takes(line, mention, document) for line in source.text.splitlines() if mention.search(line)
        ):
            return True
    return False


def _is_document(source: SourceFile) -> bool:
    """Say whether nothing runs a text: people read it, or copy it."""
    return source.path.endswith(_DOCUMENTS) or bool(_TEMPLATES.search(posixpath.basename(source.path)))


def _takes(line: str, mention: re.Pattern[str], document: bool) -> bool:
    """Say whether a line that names a file may load it; any line of code that does not make it may."""
    if re.search(rf"{mention.pattern}[\"'`]?\s+[\"']?[\w./~$]", line) and _MAKES.search(line):
        behind = mention.split(line)[-1]
        return not re.match(r"[\"'`]?\s+(?:#|//|\|\||&&|2>|and\b|to\b|with\b)", behind)
    if _MAKES.search(line):
        return False
    if re.search(rf"<\s*[\"']?[\w./-]*{mention.pattern}", line):
        return True
    return not document or _TAKES.search(mention.sub(" ", line)) is not None


def _dynamic(name: str) -> re.Pattern[str] | None:
    """Return a pattern for code that puts a name together of its beginning and something else."""
    starts = [name[: match.end()] for match in re.finditer(r"[._-]", name[:-1]) if match.end() > 3]
    if not starts:
        return None
    return re.compile("|".join(rf"{re.escape(one)}[\"'`]?(?:[$%{{*<]|\s*[+,%)])" for one in starts))


def _texts(repo: Repo) -> Iterator[SourceFile]:
    """Yield every text of the project that may name a file, without lists of what to ignore."""
    for path in repo.project.paths:
        if _NO_TEXT.search(path) or _IGNORING.search(path):
            continue
        source = repo.project.read(path)
        if source is not None and source.text:
            yield source


def _is_read_in(repo: Repo, folder: str) -> bool:
    """Say whether code below a folder may load its ``.env``, or other files name that one."""
    outside = re.compile(rf"{re.escape(posixpath.basename(folder))}[\"')\s/,]+\.env(?![\w.-])")
    for source in _texts(repo):
        if _is_document(source):
            told = (line for line in source.text.splitlines() if outside.search(line))
            if any(not _MAKES.search(line) and _TAKES.search(outside.sub(" ", line)) for line in told):
                return True
            continue
        inside = source.path.startswith(f"{folder}/")
        for line in source.text.splitlines():
            if ".env" in line or inside:
                found = outside.search(line) or (inside and _READS_DOT_ENV.search(line))
                if found and not _COMMENT.match(line):
                    return True
    return False


def _is_started_in(repo: Repo, folder: str) -> bool:
    """Say whether Compose is started in a folder, or in one that is not known: it reads ``.env`` of it."""
    for sighting in repo.sightings:
        place = sighting.invocation.folder if sighting.invocation is not None else None
        if place is not None and (
            place.text is None or f"/{folder}".endswith(posixpath.normpath(f"/{place.text}"))
        ):
            return True
    return False
