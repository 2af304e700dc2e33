"""An application can write to the folders in which its settings keep uploads, static files and backups."""

from __future__ import annotations

import re
from collections.abc import Iterator

from confguard.checks._trails import deliveries
from confguard.finding import Finding, Label
from confguard.model.deployment import App, Deployment
from confguard.model.listening import programs
from confguard.model.own_files import keeps_uploads, kept_in_folders, upload_folders
from confguard.model.repo import Repo
from confguard.model.roles import ServiceRole
from confguard.model.value import Known
from confguard.model.volumes import container_path
from confguard.model.writing import why_unwritable
from confguard.source import Span
from confguard.words import services_named

_BACKUPS = re.compile(r"(?:.*_)?BACKUPS?_(?:DIR|DIRECTORY|PATH|ROOT|FOLDER|LOCATION)\Z")
_WRITERS = (ServiceRole.APP, ServiceRole.WORKER, ServiceRole.BEAT, ServiceRole.MIGRATION)


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each setting whose folder some service cannot write to."""
    for deployment in repo.production:
        groups: dict[tuple[str, str], list[tuple[str, str, str, Span | None]]] = {}
        for app in deployment.apps:
            for name in _folders(deployment, app):
                for service, path in _places(deployment, app, name):
                    reason = why_unwritable(deployment, deployment.services[service], path)
                    if reason is not None:
                        groups.setdefault((app.settings.path, name), []).append((service, path, *reason))
        for (_, name), found in groups.items():
            yield _finding(deployment, name, found)


def _folders(deployment: Deployment, app: App) -> Iterator[str]:
    """Yield the settings that name a folder to which the application writes."""
    for name in app.settings.values:
        if _BACKUPS.match(name):
            yield name
    if kept_in_folders(app, "MEDIA") and keeps_uploads(deployment):
        yield "MEDIA_ROOT"
    yield from sorted(name for name in upload_folders(deployment) if name in app.settings.values)
    if kept_in_folders(app, "STATIC") and any(_collects(deployment, one) for one in app.services):
        yield "STATIC_ROOT"


def _collects(deployment: Deployment, service: str) -> bool:
    """Say whether a container surely collects static files when it starts, by a script of its own too."""
    return "collectstatic" in " ".join(deployment.processes[service].words) or any(
        "collectstatic" in program.words and program.sure for program in programs(deployment, service)
    )


def _places(deployment: Deployment, app: App, name: str) -> Iterator[tuple[str, str]]:
    value = app.settings.get(name)
    if not isinstance(value, Known) or value.value in ("", None):
        return
    for service in app.services:
        role = deployment.roles[service]
        if role.role not in _WRITERS or not role.sure:
            continue
        if name == "STATIC_ROOT" and not _collects(deployment, service):
            continue
        if name != "STATIC_ROOT" and not _BACKUPS.match(name) and role.role is not ServiceRole.APP:
            continue
        path = container_path(deployment.container_files[service], value, app.settings.path)
        if isinstance(path, Known) and path.value.startswith("/"):
            yield service, path.value


def _finding(deployment: Deployment, name: str, found: list[tuple[str, str, str, Span | None]]) -> Finding:
    service, path, why, place = found[0]
    app = deployment.app_of(service)
    setting = app.settings.get(name) if app else None
    spans = [span for _, _, _, span in found if span is not None]
    place = place or deployment.services[service].span
    assert place is not None
    related = [Label(span.first_line(), "the same") for span in spans[1:] if span != place]
    if setting is not None and setting.span is not None:
        related.append(Label(setting.span.first_line(), f"{name} is {path}"))
        related += deliveries(setting)
    names = list(dict.fromkeys(one[0] for one in found))
    return Finding(
        f"{services_named(names)} cannot write to `{path}` ({name}): {why}",
        Label(place.first_line(), "not writable"),
        tuple(related),
        help=_help(path, why),
        stacks=(deployment.name,),
        address=(service, name),
    )


def _help(path: str, why: str) -> str:
    if "belongs to root" in why:
        return (
            "make the folder in the Dockerfile and give it to the user before USER: "
            f"`RUN mkdir -p {path} && chown USER {path}`"
        )
    if "is not in git" in why:
        return "make the folder in the setup and `chown` it to the number of that user, or use a named volume"
    return f"mount a volume at {path} that can be written to"
