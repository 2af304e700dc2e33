"""Modules that settings name or that run an application, and that are not there: it does not start."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from confguard.model.deployment import App, Deployment
from confguard.model.django import Items
from confguard.model.django.distributions import DISTRIBUTIONS
from confguard.model.django.modules import find_path
from confguard.model.django.settings import search_roots
from confguard.model.django.values import elements, entry
from confguard.model.image import parse_image
from confguard.model.image_requirements import left_out
from confguard.model.listening import programs
from confguard.model.process import Process
from confguard.model.provided import Installed, installed, is_own, lacking
from confguard.model.value import Known
from confguard.source import Span

_BASES = frozenset({"python", "debian", "ubuntu"})
_SERVERS = frozenset({"gunicorn", "uvicorn", "daphne", "hypercorn", "celery"})
_DRIVERS = (
    ("postgresql", ("psycopg2", "psycopg")),
    ("postgis", ("psycopg2", "psycopg")),
    ("mysql", ("MySQLdb", "pymysql")),
)

_IMPORT = re.compile(
    r"^(?:from[ \t]+(?P<source>[A-Za-z_][\w.]*)[ \t]+import\b|import[ \t]+(?P<module>[\w.]+))", re.M
)
_OF_MACHINES = re.compile(r"local|secret|private|override|version|generated|_pb2")


@dataclass(frozen=True, slots=True)
class MissingModule:
    """A module that is surely not there; ``by`` names it (a setting, a program), at ``place``.

    ``distributions`` are those of which one would bring it; empty where none is known.
    """

    module: str
    by: str
    place: Span
    services: tuple[str, ...]
    distributions: tuple[str, ...] = ()
    listed: Installed | None = None


def missing_modules(deployment: Deployment) -> Iterator[MissingModule]:
    """Yield what applications and servers of a stack name and would not find."""
    for app in deployment.apps:
        if app.services and all(_is_plain(deployment.processes[name]) for name in app.services):
            yield from _of_settings(deployment, app)
    for service, process in deployment.processes.items():
        if not _is_plain(process) or deployment.app_of(service) is None:
            continue
        for program in programs(deployment, service):
            place = program.place(program.name) or deployment.processes[service].span
            if program.name in _SERVERS and place is not None:
                yield from _lacked(deployment, program.name, program.name, place, (service,))


def _is_plain(process: Process) -> bool:
    """Say whether an image begins with one that brings no packages of Python."""
    base = process.image.base if process.image is not None else None
    reference = parse_image(base.value) if isinstance(base, Known) else None
    return reference is not None and reference.repository.removeprefix("library/") in _BASES


def _of_settings(deployment: Deployment, app: App) -> Iterator[MissingModule]:
    for setting in ("INSTALLED_APPS", "MIDDLEWARE"):
        for one in elements(app.settings.get(setting)):
            if isinstance(one, Known) and isinstance(one.value, str) and one.span is not None:
                yield from _named(deployment, app, setting, one.value, one.span)
    urls = app.settings.values.get("ROOT_URLCONF")
    if isinstance(urls, Known) and isinstance(urls.value, str) and urls.span is not None:
        yield from _named(deployment, app, "ROOT_URLCONF", urls.value, urls.span)
    yield from _imports(deployment, app)
    yield from _driver(deployment, app)
    yield from _user_model(deployment, app)


def _named(deployment: Deployment, app: App, setting: str, name: str, place: Span) -> Iterator[MissingModule]:
    top = name.partition(".")[0]
    if top == "django":
        return
    if top in DISTRIBUTIONS or not is_own(deployment.project, top):
        yield from _lacked(deployment, name, setting, place, app.services)
        return
    # A middleware is a name in a module, and so is the configuration of an app.
    of_module = setting == "MIDDLEWARE" or name.rpartition(".")[2][:1].isupper()
    module = name.rpartition(".")[0] if of_module else name
    if "." in module and _is_rooted(deployment, app, top) and not _is_there(deployment, app, module):
        yield MissingModule(name, setting, place, app.services)


def _is_rooted(deployment: Deployment, app: App, top: str) -> bool:
    """Say whether a package of the project's own lies where modules are imported from."""
    project = deployment.project
    folders = (posixpath.join(root, top) for root in search_roots(project, app.settings.path))
    return any(
        project.is_folder(folder) and any(path.endswith(".py") for path in project.under(folder))
        for folder in folders
    )


def _is_there(deployment: Deployment, app: App, module: str) -> bool:
    """Say whether a module of the project's own, or a folder that may be one, exists."""
    project = deployment.project
    if find_path(project, module, search_roots(project, app.settings.path)) is not None:
        return True
    tail = module.replace(".", "/")
    return any(f"/{folder}".endswith(f"/{tail}") for folder in project.folders)


def _lacked(
    deployment: Deployment, module: str, by: str, place: Span, services: tuple[str, ...]
) -> Iterator[MissingModule]:
    distributions = lacking(deployment.project, module)
    listed = installed(deployment.project)
    if distributions is not None:
        yield MissingModule(module, by, place, services, distributions, listed)
        return
    for service in services:
        found = left_out(deployment.processes[service], module)
        if found is not None and listed is not None:
            names, path = found
            yield MissingModule(module, by, place, (service,), names, replace(listed, path=path))


def _imports(deployment: Deployment, app: App) -> Iterator[MissingModule]:
    """Yield the project's own modules that settings import outside of any condition, and that are not there.

    What git ignores, and what is called like a file of one machine, may be there when the image is built.
    """
    project = deployment.project
    ignored = " ".join(source.text for path in project.named(".gitignore") if (source := project.read(path)))
    for path in app.settings.files:
        source = project.read(path)
        found = source.once("modules imported", partial(_imported, source.text)) if source else ()
        for match in found:
            module = match["source"] or match["module"]
            last = module.rpartition(".")[2]
            if "." not in module or _OF_MACHINES.search(last) or f"{last}.py" in ignored:
                continue
            top = module.partition(".")[0]
            if top in DISTRIBUTIONS or not _is_rooted(deployment, app, top):
                continue
            if source is not None and not _is_there(deployment, app, module):
                place = source.span(match.start(), match.end())
                yield MissingModule(module, "import", place, app.services)


def _imported(text: str) -> tuple[re.Match[str], ...]:
    return tuple(_IMPORT.finditer(text))


def _driver(deployment: Deployment, app: App) -> Iterator[MissingModule]:
    databases = app.settings.get("DATABASES")
    default: Any = entry(databases, "default") if isinstance(databases, Known) else None
    engine: Any = entry(default, "ENGINE") if isinstance(default, Known) else None
    if not isinstance(engine, Known) or not isinstance(engine.value, str):
        return
    place = engine.span or (databases.span if databases is not None else None)
    for word, modules in _DRIVERS:
        if engine.value == f"django.db.backends.{word}" or engine.value.endswith(f".backends.{word}"):
            lacked = [lacking(deployment.project, module) for module in modules]
            if place is not None and all(lacked):
                names = tuple(name for one in lacked if one for name in one)
                listed = installed(deployment.project)
                yield MissingModule(modules[0], engine.value, place, app.services, names, listed)


def _user_model(deployment: Deployment, app: App) -> Iterator[MissingModule]:
    model = app.settings.values.get("AUTH_USER_MODEL")
    apps = app.settings.get("INSTALLED_APPS")
    if not isinstance(model, Known) or not isinstance(model.value, str) or model.span is None:
        return
    if not isinstance(apps, Known) or not isinstance(apps.value, Items) or not apps.value.complete:
        return
    label = model.value.partition(".")[0]
    names = [one.value for one in apps.value if isinstance(one, Known) and isinstance(one.value, str)]
    if len(names) < len(apps.value):
        return
    own = [name for name in names if not name.startswith("django.")]
    if any(label in name.split(".") for name in names) or _has_labels(deployment):
        return
    tops = {name.partition(".")[0] for name in own}
    if all(top in DISTRIBUTIONS or _is_rooted(deployment, app, top) for top in tops):
        yield MissingModule(label, "AUTH_USER_MODEL", model.span, app.services)


def _has_labels(deployment: Deployment) -> bool:
    """Say whether an app of the project's own may have a label that is not the name of its package."""
    sources = (deployment.project.read(path) for path in deployment.project.named("apps.py"))
    return any(source is not None and re.search(r"^\s+label\b", source.text, re.M) for source in sources)
