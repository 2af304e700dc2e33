"""Which settings module each Django program of a stack runs with, and what names it.

As Django and its entry points do: the variable of the environment, unless the entry point assigns it;
without one what the entry point sets as default; ``--settings`` of a management command over both.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from confguard.model.listening import Program, programs
from confguard.model.migrations import management_command
from confguard.model.value import Known, Step, Trail, Unknown
from confguard.source import SourceFile, Span

if TYPE_CHECKING:
    from confguard.model.deployment import Deployment
    from confguard.model.process import Process

_ASSIGNED = re.compile(
    r"""environ\[\s*["']DJANGO_SETTINGS_MODULE["']\s*\]\s*=\s*["'](?P<module>[\w.]+)["']"""
)
_DEFAULT = re.compile(
    r"""environ\.setdefault\(\s*["']DJANGO_SETTINGS_MODULE["']\s*,\s*["'](?P<module>[\w.]+)["']\s*,?\s*\)"""
)
_NAMED = re.compile(r"DJANGO_SETTINGS_MODULE")
_SERVERS = frozenset({"gunicorn", "uvicorn", "daphne", "hypercorn", "granian"})
_TARGET = re.compile(r"(?P<module>[A-Za-z_]\w*(?:\.\w+)*)(?::(?P<name>[\w.]+)(?:\(\))?)?\Z")


@dataclass(frozen=True, slots=True)
class Running:
    """A program with its settings module: ``path`` is its file, None if the repository has none.

    ``kind`` is ``"server"``, ``"worker"`` or ``"command"``; ``by_default`` says that only the entry point
    names the module; ``trail`` is what names it, newest first.
    """

    service: str
    program: Program
    kind: str
    module: str
    path: str | None
    by_default: bool
    trail: Trail

    @property
    def span(self) -> Span | None:
        """The newest place that names the module."""
        return next((step.span for step in self.trail if step.span is not None), None)


def running(deployment: Deployment) -> tuple[Running, ...]:
    """Return the Django programs of the stack whose settings module is surely known."""
    return deployment.once(
        ("running",),
        lambda: tuple(
            found
            for name, process in deployment.processes.items()
            for program in programs(deployment, name)
            if program.sure and (found := _running(deployment, name, process, program)) is not None
        ),
    )


def _running(deployment: Deployment, service: str, process: Process, program: Program) -> Running | None:
    entry = _entry_point(process, program)
    if entry is None:
        return None
    kind, source = entry
    option = next((word.partition("=")[2] for word in program.words if word.startswith("--settings=")), "")
    given = program.environment.get("DJANGO_SETTINGS_MODULE")
    assigned = _ASSIGNED.search(source.text)
    default = _DEFAULT.search(source.text)
    if option and kind == "command":
        return _found(deployment, service, program, kind, option, False, (Step("--settings", program.span),))
    if assigned is not None:
        return (
            None
            if _is_conditional(source)
            else _by_entry(deployment, service, program, kind, source, assigned)
        )
    if isinstance(given, Known) and given.value:
        return _found(deployment, service, program, kind, given.value, False, given.trail)
    if (
        isinstance(given, Unknown)
        or default is None
        or _is_conditional(source)
        or _rewritten(process, source)
    ):
        return None
    return _by_entry(deployment, service, program, kind, source, default)


def _by_entry(
    deployment: Deployment,
    service: str,
    program: Program,
    kind: str,
    source: SourceFile,
    match: re.Match[str],
) -> Running | None:
    step = Step(f"{posixpath.basename(source.path)} names it", source.span(*match.span("module")))
    return _found(deployment, service, program, kind, match["module"], True, (step,))


def _found(
    deployment: Deployment,
    service: str,
    program: Program,
    kind: str,
    module: str,
    default: bool,
    trail: Trail,
) -> Running | None:
    if not re.fullmatch(r"[A-Za-z_]\w*(\.\w+)*", module):
        return None
    from confguard.model.django import search_roots
    from confguard.model.django.modules import find_path

    path = find_path(deployment.project, module, search_roots(deployment.project))
    return Running(service, program, kind, module, path, default, trail)


def default_module(source: SourceFile) -> str | None:
    """Return the settings module that an entry point takes by itself, None where it names none or several."""
    match = _ASSIGNED.search(source.text) or _DEFAULT.search(source.text)
    return match["module"] if match is not None and not _is_conditional(source) else None


def _is_conditional(source: SourceFile) -> bool:
    """Say whether the entry point names more than one module: which of them it takes is not followed."""
    return len(_NAMED.findall(source.text)) > 1


def _rewritten(process: Process, source: SourceFile) -> bool:
    """Say whether a RUN may rewrite the entry point while the image is built."""
    name = posixpath.basename(source.path)
    instructions = (
        (one for stage in process.image.stages for one in stage.instructions) if process.image else ()
    )
    return any(
        one.name == "RUN" and re.search(rf"\bsed\b.*({re.escape(name)}|settings)", one.text)
        for one in instructions
    )


def _entry_point(process: Process, program: Program) -> tuple[str, SourceFile] | None:
    """Return what kind of program it is and the file that it imports first."""
    if management_command(program):
        source = _at(process, program.words[0]) if program.name == "manage.py" else None
        return ("command", source) if source is not None else None
    target = target_of(program)
    if target is None:
        return None
    match = _TARGET.fullmatch(target)
    if match is None:
        return None
    kind = "worker" if program.name == "celery" else "server"
    source = module_source(process, match["module"])
    if kind == "worker" and (source is None or "Celery(" not in source.text):
        source = module_source(process, f"{match['module']}.celery") or source
    return (kind, source) if source is not None else None


def target_of(program: Program) -> str | None:
    """Return the application that a server or Celery is to load, as written; None for another program."""
    words = program.words
    if program.name == "celery":
        for index, word in enumerate(words):
            if word.startswith("--app="):
                return word.partition("=")[2]
            if word in ("-A", "--app") and index + 1 < len(words):
                return words[index + 1]
        return None
    if program.name not in _SERVERS:
        return None
    found = [
        word
        for index, word in enumerate(words[1:], 1)
        if not words[index - 1].startswith("-") or "=" in words[index - 1]
        if re.fullmatch(r"[A-Za-z_]\w*(\.\w+)+(:[\w.]+(\(\))?)?|[A-Za-z_]\w*:[A-Za-z_]\w*", word)
    ]
    return found[-1] if len(found) == 1 else None


def module_source(process: Process, module: str) -> SourceFile | None:
    """Return the file of a module as a container imports it: from its own build context first."""
    from confguard.model.django import search_roots
    from confguard.model.django.modules import find_path

    project = process.files.project
    context = process.build.context if process.build else None
    folders = (context.value if context.value != "." else "",) if isinstance(context, Known) else ()
    path = find_path(project, module, (*folders, *search_roots(project)))
    return project.read(path) if path is not None else None


def _at(process: Process, word: str) -> SourceFile | None:
    """Return the manage.py that a command runs."""
    project = process.files.project
    place = process.files.absolute(word)
    found = process.files.source_of(place.value) if isinstance(place, Known) else None
    if isinstance(found, Known):
        return project.read(found.value)
    paths = project.named("manage.py")
    return project.read(paths[0]) if len(paths) == 1 else None


_DEVELOPMENT = re.compile(r"(?:^|[_.])(local|dev|devel|develop|development|debug|tests?|testing)(?:$|[_.])")
_PRODUCTION = re.compile(r"(?:^|[_.])(production|prod|product|live|deploy)(?:$|[_.])")


def for_development(deployment: Deployment) -> Iterator[tuple[Running, str]]:
    """Yield servers and workers that run a module for development, with the one for production beside it."""
    for one in running(deployment):
        last = one.module.rpartition(".")[2]
        if one.path is None or not _DEVELOPMENT.search(last) or one.kind == "command":
            continue
        folder = posixpath.dirname(one.path)
        for path in deployment.project.under(folder):
            stem = posixpath.basename(path).removesuffix(".py")
            if path.endswith(".py") and posixpath.dirname(path) == folder and _PRODUCTION.search(stem):
                yield one, path
                break


def disagreeing(deployment: Deployment) -> tuple[Running, ...]:
    """Return programs of one application that run with different modules, one of them by mere default."""
    groups: dict[str, list[Running]] = {}
    for one in running(deployment):
        if one.path is not None:
            groups.setdefault(one.module.partition(".")[0], []).append(one)
    for group in groups.values():
        modules = {one.module for one in group}
        if len(modules) > 1 and any(one.by_default for one in group):
            return tuple(group)
    return ()


def missing(deployment: Deployment) -> Iterator[Running]:
    """Yield programs whose settings module is not in the repository, though its package is."""
    for one in running(deployment):
        top, _, rest = one.module.partition(".")
        if one.path is not None or not rest:
            continue
        folders = [path for path in deployment.project.folders if posixpath.basename(path) == top]
        if any(name.endswith(".py") for folder in folders for name in deployment.project.under(folder)):
            yield one


def candidates(deployment: Deployment, module: str) -> tuple[str, ...]:
    """Return the paths at which a module would be looked for, below the folders of its package."""
    top, _, rest = module.partition(".")
    tail = rest.replace(".", "/")
    folders = [path for path in deployment.project.folders if posixpath.basename(path) == top]
    return tuple(posixpath.join(folder, f"{tail}.py") for folder in folders)
