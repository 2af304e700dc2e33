"""The applications that servers and Celery are told to load, and whether the repository has them."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from confguard.model.listening import Program, programs
from confguard.model.provided import lacking
from confguard.model.running_settings import module_source, target_of
from confguard.model.time_limits import configured_application
from confguard.model.value import Known
from confguard.source import SourceFile, Span

if TYPE_CHECKING:
    from confguard.discover.project import Project
    from confguard.model.deployment import Deployment
    from confguard.model.process import Process

_TARGET = re.compile(r"(?P<module>[A-Za-z_]\w*(?:\.\w+)*)(?::(?P<name>[A-Za-z_]\w*)[\w.]*(?:\(.*\))?)?\Z")
_CELERY_NAMES = ("app", "celery")


class Lack(Enum):
    """What of an application there is not."""

    MODULE = "there is no such module"
    NAME = "the module has no such name"


@dataclass(frozen=True, slots=True)
class Missing:
    """A target that surely does not exist, where it is named, and the module if there is one."""

    service: str
    program: Program
    target: str
    lack: Lack
    place: Span | None
    name: str = ""
    source: SourceFile | None = None


def missing_targets(deployment: Deployment) -> Iterator[Missing]:
    """Yield the targets of servers and Celery programs that the repository surely does not have."""
    for service, process in deployment.processes.items():
        if process.image is None:
            continue
        for program in programs(deployment, service):
            target = target_of(program) if program.whole else None
            place = program.place(target) if target else None
            if target is None and program.name == "gunicorn" and program.whole:
                target, place = configured_application(deployment, service, program) or (None, None)
            match = _TARGET.fullmatch(target) if target else None
            if target is None or match is None:
                continue
            found = _judge(process, program, match["module"], match["name"] or "")
            if found is not None:
                lack, name, source = found
                yield Missing(service, program, target, lack, place, name, source)


def _judge(
    process: Process, program: Program, module: str, name: str
) -> tuple[Lack, str, SourceFile | None] | None:
    project = process.files.project
    source = module_source(process, module)
    celery = program.name == "celery"
    if source is None and celery:
        source = module_source(process, f"{module}.celery")
    if source is None:
        absent = _is_of_project(project, module) or ("." in module and lacking(project, module) == ())
        return (Lack.MODULE, name, None) if absent else None
    if celery:
        return _celery(process, module, name, source)
    wanted = name or ("application" if program.name == "gunicorn" else "")
    return (Lack.NAME, wanted, source) if wanted and not _has(source, wanted) else None


def _celery(
    process: Process, module: str, name: str, source: SourceFile
) -> tuple[Lack, str, SourceFile | None] | None:
    """Celery looks for ``app`` and ``celery``, any instance, and in the submodule ``celery``.

    See ``celery.app.utils.find_app``.
    """
    beside = module_source(process, f"{module}.celery")
    sources = [source, *([beside] if beside is not None else [])]
    if any("Celery(" in one.text for one in sources):
        return None if not name or any(_has(one, name) for one in sources) else (Lack.NAME, name, source)
    names = (name,) if name else _CELERY_NAMES
    return None if any(_has(source, one) for one in names) else (Lack.NAME, name or "app", source)


def _is_of_project(project: Project, module: str) -> bool:
    """Say whether the top package of a module is in the repository, with code."""
    top, dot, _ = module.partition(".")
    if not dot:
        return False
    return any(
        posixpath.basename(folder) == top and any(path.endswith(".py") for path in project.under(folder))
        for folder in project.folders
    )


def _has(source: SourceFile, name: str) -> bool:
    """Say whether a module may have a name: it occurs outside of comments, or a star import brings it."""
    code = re.sub(r"(?m)#.*$", "", source.text)
    return (
        re.search(rf"\b{re.escape(name)}\b", code) is not None
        or re.search(r"import\s*\(?\s*\*", code) is not None
    )


@dataclass(frozen=True, slots=True)
class Unset:
    """A setting that names an application which there is not."""

    setting: str
    target: str
    place: Span


def missing_in_settings(deployment: Deployment) -> Iterator[Unset]:
    """Yield WSGI_APPLICATION and ASGI_APPLICATION that name a module which there is not."""
    seen: set[Span] = set()
    for app in deployment.apps:
        for setting in ("WSGI_APPLICATION", "ASGI_APPLICATION"):
            value = app.settings.values.get(setting)
            if not isinstance(value, Known) or not isinstance(value.value, str) or value.span is None:
                continue
            module = value.value.rpartition(".")[0]
            process = deployment.processes.get(app.services[0]) if app.services else None
            if (
                process is None
                or value.span in seen
                or not (
                    _is_of_project(deployment.project, module) or lacking(deployment.project, module) == ()
                )
            ):
                continue
            seen.add(value.span)
            if module_source(process, module) is None:
                yield Unset(setting, value.value, value.span)
