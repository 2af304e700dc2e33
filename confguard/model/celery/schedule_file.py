"""Where a scheduler remembers when it sent what: the file of celery's PersistentScheduler.

``--schedule`` names it, else the setting ``beat_schedule_filename``, else it is ``celerybeat-schedule`` in
the folder in which beat starts (celery 5.5, ``celery.beat`` and "Periodic Tasks"). With a new file all tasks
count as sent just now: one that is due each day waits for a day again (``ScheduleEntry.last_run_at``).
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from confguard.model.celery.consumption import code_run_by, consumption
from confguard.model.django.values import Entries, entry
from confguard.model.listening import programs
from confguard.model.value import Known, Unknown
from confguard.model.volumes import kept

if TYPE_CHECKING:
    from collections.abc import Iterator

    from confguard.model.container_files import Layer
    from confguard.model.deployment import Deployment
    from confguard.source import Span

LONG = datetime.timedelta(hours=1)
"""An interval that many deployments on one day keep from ever ending."""
_OPTION = re.compile(r"(?:\A|\s)(?:-s[ =]?|--schedule(?:=|\s+))(\S+)")
_VARIABLE = re.compile(r"(?:\w+_)?BEAT_SCHEDULE_?FILE(?:NAME)?\Z")
_BY_CODE = re.compile(r"beat_schedule_filename")
_OTHER_SCHEDULER = re.compile(r"DatabaseScheduler|[Rr]ed[Bb]eat|MongoScheduler|(?:\s-S|--scheduler)\b")
_OF_OTHERS = re.compile(r"static|media|backup|upload|attachment|template|locale|/app$|/code$|/src$")


@dataclass(frozen=True, slots=True)
class Forgetful:
    """A scheduler that forgets at each deployment: ``path`` is its file, ``""`` where it is not known."""

    service: str
    path: str
    layer: Layer | None
    told: tuple[Span, ...]
    """Where the path comes from."""
    tasks: tuple[tuple[str, Span | None], ...]
    """The entries of the schedule with a long interval."""


def forgetful_schedulers(deployment: Deployment) -> Iterator[Forgetful]:
    """Yield the schedulers of a stack whose file is surely gone with the container."""
    for beat in consumption(deployment).beats:
        app = deployment.app_of(beat.service)
        words = " ".join(
            " ".join(one.words) for one in programs(deployment, beat.service) if one.name == "celery"
        )
        scheduler = app.settings.get("CELERY_BEAT_SCHEDULER") if app is not None else None
        if app is None or scheduler is not None or _OTHER_SCHEDULER.search(words):
            continue
        tasks = tuple(_long(app.settings.values.get("CELERY_BEAT_SCHEDULE")))
        if tasks:
            yield from _judge(deployment, beat.service, words, tasks)


def _long(schedule: object) -> Iterator[tuple[str, Span | None]]:
    if not isinstance(schedule, Known) or not isinstance(schedule.value, Entries):
        return
    for name, task in schedule.value:
        interval = entry(task, "schedule")
        value = interval.value if isinstance(interval, Known) else None
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            value = datetime.timedelta(seconds=min(float(value), 1e9))
        if isinstance(value, datetime.timedelta) and value >= LONG:
            yield str(name.value), name.span


def _judge(
    deployment: Deployment, service: str, words: str, tasks: tuple[tuple[str, Span | None], ...]
) -> Iterator[Forgetful]:
    files = deployment.container_files[service]
    found = _path(deployment, service, words)
    if found is None:
        if _only_memory(deployment, service):
            yield Forgetful(service, "", None, (), tasks)
        return
    path, told = found
    absolute = files.absolute(path)
    place = kept(files, service, absolute.value) if isinstance(absolute, Known) else absolute
    if isinstance(place, Unknown):
        return
    inside = place.layer is None and not deployment.services[service].read_only
    if inside or (place.layer is not None and place.layer.kind == "tmpfs"):
        yield Forgetful(service, place.path, place.layer, told, tasks)


def _path(deployment: Deployment, service: str, words: str) -> tuple[str, tuple[Span, ...]] | None:
    """Return the path that the scheduler is told, with places; None where the code may say another."""
    option = _OPTION.search(words)
    if option is not None:
        return (option[1], ()) if re.fullmatch(r"[\w./-]+", option[1]) else None
    environment = deployment.processes[service].environment
    for name, value in environment.values.items():
        if _VARIABLE.match(name) and isinstance(value, Known) and value.value:
            return value.value, tuple(step.span for step in value.trail if step.span is not None)
    app = deployment.app_of(service)
    setting = app.settings.values.get("CELERY_BEAT_SCHEDULE_FILENAME") if app is not None else None
    if setting is not None:
        text = setting.value if isinstance(setting, Known) else None
        return (text, (setting.span,) if setting.span else ()) if isinstance(text, str) else None
    if code_run_by(deployment, service).speaks_of(_BY_CODE):
        return None
    return "celerybeat-schedule", ()


def _only_memory(deployment: Deployment, service: str) -> bool:
    """Say whether a read-only container can write the file in memory alone: what it mounts has a use."""
    mounts = [one for one in deployment.container_files[service].layers if one.is_mount]
    writable = [one for one in mounts if not one.read_only and one.kind != "tmpfs"]
    return (
        deployment.services[service].read_only
        and any(one.kind == "tmpfs" for one in mounts)
        and all(_OF_OTHERS.search(one.target) for one in writable)
    )
