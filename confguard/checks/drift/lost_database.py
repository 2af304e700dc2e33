"""A SQLite database lies in a volume that outlives the container, and in one that all its users share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from confguard.finding import Finding, Label
from confguard.model.deployment import App, Deployment
from confguard.model.repo import Repo
from confguard.model.value import Known, Value
from confguard.model.volumes import Kept, container_path, kept


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each SQLite database that is gone with its container."""
    for deployment in repo.production:
        reported: set[object] = set()
        for app in deployment.apps:
            name = _file(app)
            if name is None or name.span is None or name.span in reported:
                continue
            finding = _judge(deployment, app, name)
            if finding is not None:
                reported.add(name.span)
                yield finding


def _file(app: App) -> Value[Any] | None:
    """Return the file of the default database, if that is surely SQLite."""
    from confguard.model.django import Entries

    databases = app.settings.get("DATABASES")
    if not isinstance(databases, Known) or not isinstance(databases.value, Entries):
        return None
    default = databases.value.get("default")
    if not isinstance(default, Known) or not isinstance(default.value, Entries):
        return None
    engine, name = default.value.get("ENGINE"), default.value.get("NAME")
    if not isinstance(engine, Known) or not str(engine.value).endswith(("sqlite3", "spatialite")):
        return None
    memory = isinstance(name, Known) and ":memory:" in str(name.value)
    return None if name is None or memory else name


def _judge(deployment: Deployment, app: App, name: Value[Any]) -> Finding | None:
    lost: list[Kept] = []
    for service in app.services:
        files = deployment.container_files[service]
        path = container_path(files, name, app.settings.path)
        place = kept(files, service, path.value) if isinstance(path, Known) else path
        if isinstance(place, Kept) and place.layer is None:
            lost.append(place)
    if not lost or name.span is None:
        return None
    spans = [(one, deployment.services[one.service].span) for one in lost]
    others = f" ({len(lost)} services have one each)" if len(lost) > 1 else ""
    return Finding(
        f"the database is `{lost[0].path}` inside of the container of {lost[0].service}: the next deployment "
        f"loses it{others}",
        Label(name.span.first_line(), f"is {lost[0].path} there"),
        tuple(Label(span.first_line(), f"mounts nothing at {one.path}") for one, span in spans if span),
        help="put the file into a folder of its own and mount a volume there, or use a database server",
        stacks=(deployment.name,),
        address=(lost[0].service, "DATABASES"),
    )
