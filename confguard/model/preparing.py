"""Whether anything in a repository prepares the database and the static files of an application."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from confguard.discover.kinds import Kind
from confguard.model.listening import programs
from confguard.model.roles import ServiceRole, role_of
from confguard.model.value import Known, Step, Unknown

if TYPE_CHECKING:
    from confguard.model.deployment import App, Deployment
    from confguard.model.served_files import Served
    from confguard.source import Span

_TELLING = (
    Kind.COMPOSE, Kind.DOCKERFILE, Kind.MAKEFILE, Kind.TASKS, Kind.SCRIPT, Kind.WORKFLOW, Kind.DOCUMENT,
    Kind.PACKAGE_JSON,
)  # fmt: skip
_WHITENOISE = "whitenoise.middleware.WhiteNoiseMiddleware"


@dataclass(frozen=True, slots=True)
class Unprepared:
    """A web service whose database or static files nothing prepares; ``because`` says why they matter."""

    services: tuple[str, ...]
    app: App
    because: tuple[Step, ...] = ()


def is_told_of(deployment: Deployment, pattern: str) -> bool:
    """Say whether any file that holds or explains commands speaks of something."""
    wanted = re.compile(pattern)
    for file in deployment.files:
        if file.kind in _TELLING:
            source = deployment.project.read(file.path)
            if source is not None and wanted.search(source.text):
                return True
    return any(wanted.search(process.text) for process in deployment.processes.values())


def web_services(deployment: Deployment) -> Iterator[tuple[App, tuple[str, ...]]]:
    """Yield each application with the services that surely serve it, and nothing else that is not known."""
    for app in deployment.apps:
        names = tuple(
            name
            for name in app.services
            if role_of(deployment, deployment.services[name]).role is ServiceRole.APP
            and programs(deployment, name).complete
            and deployment.processes[name].image is not None
        )
        if names:
            yield app, names


def without_migration(deployment: Deployment) -> Iterator[Unprepared]:
    """Yield applications that have migrations, and that no service, script or document migrates."""
    if not any("/migrations/0001_" in path for path in deployment.project.paths):
        return
    for app, names in web_services(deployment):
        if not is_told_of(
            deployment, r"\bmigrate\b|sync_?db|\bmigrations?\b.{0,40}\b(run|apply)\b"
        ) and not _in_code(deployment):
            yield Unprepared(names, app)
            return


def _in_code(deployment: Deployment) -> bool:
    sources = (deployment.project.read(path) for path in deployment.project.paths if path.endswith(".py"))
    return any(one is not None and re.search(r"call_command\(\s*[\"']migrate", one.text) for one in sources)


def without_static_files(deployment: Deployment) -> Iterator[Unprepared]:
    """Yield applications whose static files are served from STATIC_ROOT, which nothing fills."""
    for app, names in web_services(deployment):
        because = tuple(_static_root_matters(app)) or tuple(_served_from_volume(deployment, app))
        if because and not is_told_of(deployment, r"(?<![\w-])collectstatic\b"):
            yield Unprepared(names, app, because)
            return


def collecting_nowhere(deployment: Deployment) -> Iterator[tuple[App, str, Span]]:
    """Yield who surely runs collectstatic without a STATIC_ROOT: application, service, place of the command.

    ``StaticFilesStorage.path`` raises ImproperlyConfigured then (django.contrib.staticfiles.storage, 5.2).
    """
    from confguard.model.own_files import kept_in_folders

    for app in deployment.apps:
        root = app.settings.values.get("STATIC_ROOT")
        unset = (root is None and app.settings.complete) or (isinstance(root, Known) and not root.value)
        if not unset or not kept_in_folders(app, "STATIC"):
            continue
        for service in app.services:
            for program in programs(deployment, service):
                words = program.words
                if "collectstatic" in words and program.sure and not {"--dry-run", "-n"} & set(words):
                    place = program.place("collectstatic")
                    if place is not None and not isinstance(app.settings.get("STATIC_ROOT"), Unknown):
                        yield app, service, place


def _served_from_volume(deployment: Deployment, app: App) -> Iterator[Step]:
    """Yield the statements of nginx that look into the volume which only STATIC_ROOT shares with it."""
    from confguard.model.served_files import Answer, served
    from confguard.model.volumes import kept, sharing

    for one in served(deployment, "STATIC"):
        if one.app is not app or one.answer is not Answer.FOLDER:
            continue
        own = kept(deployment.container_files[one.model.service], one.model.service, one.folder)
        if isinstance(own, Unknown) or own.storage is None or own.storage[0] != "volume":
            continue
        users = {name for name, _ in sharing(deployment, own)} - {one.model.service}
        if users <= set(app.services) and any(root.location == own.location for root in one.roots):
            yield Step(f"nginx of service {one.model.service} serves them from there", _place(one))
            return


def _place(one: Served) -> Span | None:
    """Return where nginx names the folder."""
    for level in one.way.level.chain() if one.way.level is not None else ():
        for name in ("alias", "root"):
            for statement in level.named(name):
                return statement.span
    return one.url.span


def _static_root_matters(app: App) -> Iterator[Step]:
    """Yield why STATIC_ROOT has to be filled: WhiteNoise or a manifest reads it."""
    from confguard.model.django.values import elements, entry

    settings = app.settings
    root, debug = settings.get("STATIC_ROOT"), settings.get("DEBUG")
    if (
        not isinstance(root, Known)
        or root.value is None
        or not isinstance(debug, Known)
        or debug.value is not False
    ):
        return
    for name in ("WHITENOISE_USE_FINDERS", "WHITENOISE_AUTOREFRESH"):
        found = settings.values.get(name)
        if found is not None and not (isinstance(found, Known) and found.value is False):
            return
    for item in elements(settings.get("MIDDLEWARE")):
        if isinstance(item, Known) and item.value == _WHITENOISE:
            yield Step("WhiteNoise serves STATIC_ROOT", item.span)
    for storage in (
        settings.values.get("STATICFILES_STORAGE"),
        entry(settings.get("STORAGES"), "staticfiles", "BACKEND"),
    ):
        if isinstance(storage, Known) and isinstance(storage.value, str) and "Manifest" in storage.value:
            yield Step("looks names up in the manifest that collectstatic writes", storage.span)
