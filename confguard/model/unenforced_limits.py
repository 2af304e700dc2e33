"""Limits for uploads that settings declare, and that neither Django nor any code of the repository reads."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass

from confguard.discover.project import Project
from confguard.model.deployment import App, Deployment
from confguard.model.provided import installed
from confguard.model.responses.behind import apps_behind
from confguard.model.responses.bodies import Declared, declared_limits, routed, ways_to, widest
from confguard.model.screened import Screened
from confguard.model.value import Known

_OF_DJANGO = frozenset(
    {"DATA_UPLOAD_MAX_MEMORY_SIZE", "FILE_UPLOAD_MAX_MEMORY_SIZE", "DATA_UPLOAD_MAX_NUMBER_FILES"}
)
_CODE = (".py", ".html", ".jinja", ".jinja2", ".j2")
_UPLOADERS = re.compile(
    r"attach|upload|avatar|image|photo|file|media|document|gallery|editor|summernote|tinymce|froala|martor|resumable"
    r"|chunk"
)
"""Words in the names of libraries that may read a setting without their name in it: django-attachments reads
FILE_UPLOAD_MAX_SIZE, django-avatar AVATAR_MAX_SIZE (their READMEs)."""
_UPLOADING = ("FileField", "ImageField", "FILES", "FileUploadParser", "MultiPartParser", "UploadedFile")
_TAKES_FILES = Screened(re.compile(rf"\b(?:{'|'.join(_UPLOADING)})\b"), _UPLOADING)


@dataclass(frozen=True, slots=True)
class Unenforced:
    """A declared limit that nothing compares with, and the largest body that nginx lets through to it.

    ``variables`` are those of the environment that the setting is made of. ``passed`` is None where no
    nginx is on the way, or what it lets through is not known.
    """

    declared: Declared
    app: App
    variables: tuple[str, ...]
    passed: int | None


def unenforced(deployment: Deployment) -> Iterator[Unenforced]:
    """Yield the limits of uploads that nothing enforces, each once."""
    seen: set[str] = set()
    for app in deployment.apps:
        for declared in declared_limits(app):
            name = declared.setting
            if name in seen or name in _OF_DJANGO:
                continue
            seen.add(name)
            if not _takes_files(deployment.project) or not _is_own(deployment.project, app, declared):
                continue
            if not _is_named_by_code(deployment.project, name, app.settings.files):
                yield Unenforced(declared, app, _variables(app, declared), _passed(deployment, app, declared))


def _takes_files(project: Project) -> bool:
    return project.once(("takes files",), lambda: any(_TAKES_FILES.is_in(text) for text in _python(project)))


def _python(project: Project) -> Iterator[str]:
    for path in project.paths:
        if path.endswith(".py"):
            source = project.read(path)
            if source is not None:
                yield source.text


def _is_own(project: Project, app: App, declared: Declared) -> bool:
    """Say whether a setting is the project's own: its words are of modules, and no library may read it.

    A library's settings mostly begin with the library's name.
    """
    there = installed(project)
    listed = getattr(getattr(app.settings.get("INSTALLED_APPS"), "value", None), "values", ())
    foreign = [
        one.value.lower()
        for one in listed
        if isinstance(one, Known) and isinstance(one.value, str) and not _is_module(project, one.value)
    ]
    others = [
        re.sub(r"[^a-z0-9.]", "", name)
        for name in (*(there.names if there else ()), *foreign)
        if not name.startswith("django.")
    ]
    first = declared.setting.split("_")[0].lower()
    if any(first in name or _UPLOADERS.search(name) for name in others):
        return False
    names = project.once(("words of modules",), lambda: _module_words(project))
    return all(word in names or f"{word}s" in names for word in declared.words)


def _is_module(project: Project, dotted: str) -> bool:
    names = project.once(("folder names",), lambda: frozenset(map(posixpath.basename, project.folders)))
    return dotted.split(".")[0] in names


def _module_words(project: Project) -> frozenset[str]:
    paths = (path for path in project.paths if path.endswith(".py"))
    return frozenset(
        word
        for path in paths
        for part in path.removesuffix(".py").split("/")[-2:]
        for word in re.split(r"[_\W]+", part.lower())
        if word
    )


def _is_named_by_code(project: Project, setting: str, files: tuple[str, ...]) -> bool:
    return project.once(("names a setting", setting, files), lambda: _is_named(project, setting, files))


def _is_named(project: Project, setting: str, files: tuple[str, ...]) -> bool:
    """Say whether code names a setting, or puts such a name together, beside where it is assigned."""
    tail = setting.partition("_")[2]
    whole = Screened(re.compile(rf"\b{setting}\b|(?<![A-Za-z0-9_])_?{tail}\b|%s_{tail}\b"), (tail,))
    inner = Screened(
        # It begins with plain letters, and looks back from there: these are found many times as fast.
        re.compile(
            rf"{setting}(?<![\w\"']{setting})(?<!^{setting})\b(?![\"'])(?!\s*(?::[^=\n]*)?=[^=])",
            re.MULTILINE,
        ),
        (setting,),
    )
    for path in project.paths:
        if not path.endswith(_CODE):
            continue
        source = project.read(path)
        if source is not None and (inner if path in files else whole).is_in(source.text):
            return True
    return False


def _variables(app: App, declared: Declared) -> tuple[str, ...]:
    places = {step.span for step in declared.size.trail}
    return tuple(dict.fromkeys(read.key for read in app.settings.reads if read.key and read.span in places))


def _passed(deployment: Deployment, app: App, declared: Declared) -> int | None:
    found: list[int] = []
    for model in deployment.proxies:
        if app in apps_behind(deployment, model):
            way = widest(routed(model, app, ways_to(deployment, model, app), declared.words), declared.words)
            if way is None or not isinstance(way.limit, Known):
                return None
            found.append(way.limit.value)
    return max(found, default=None)
