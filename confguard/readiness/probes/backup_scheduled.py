"""A backup job is scheduled, and the service that runs it is part of the stack."""

from __future__ import annotations

import re
from typing import Any

from confguard.discover.kinds import Kind
from confguard.finding import Label
from confguard.model.roles import ServiceRole
from confguard.model.value import Known
from confguard.readiness.outcome import Outcome, Subject, cannot_tell, failed, passed
from confguard.readiness.probes._subject import place

_BACKUP = re.compile(r"back_?up|dump", re.IGNORECASE)
_CRON = re.compile(r"^\s*(?:[-*/,\d]+\s+){5}.*(?:back_?up|pg_dump|mysqldump)", re.MULTILINE | re.IGNORECASE)


def look(subject: Subject) -> Outcome:
    """Look for a beat entry with a scheduler service, a backup service, or a cron table."""
    deployment = subject.deployment
    for name, service in deployment.services.items():
        if _BACKUP.search(name):
            return passed("a service of the stack makes backups", [place(service.span, name)])
    scheduler = [name for name, found in deployment.roles.items() if found.role is ServiceRole.BEAT]
    entry = next((label for app in deployment.apps if (label := _entry(app.settings))), None)
    if entry is None:
        entry = _written(subject)
    if entry is not None and scheduler:
        services = [place(deployment.services[name].span, f"{name} runs the schedule") for name in scheduler]
        return passed("a backup is scheduled", [entry, *services])
    if entry is not None:
        return failed("a backup is scheduled, and no service of the stack runs the schedule", [entry])
    return cannot_tell("no schedule in the repository names a backup: the host may have one")


def _entry(settings: Any) -> Label | None:
    from confguard.model.django import Entries

    for name in ("CELERY_BEAT_SCHEDULE", "CELERYBEAT_SCHEDULE", "beat_schedule"):
        value = settings.get(name)
        if isinstance(value, Known) and isinstance(value.value, Entries):
            for key, item in value.value.pairs:
                if isinstance(key.value, str) and _BACKUP.search(key.value):
                    return place(item.span or value.span, "is scheduled")
    return None


def _written(subject: Subject) -> Label | None:
    for path in (*subject.repo.paths(Kind.ENTRY_POINT), *subject.repo.paths(Kind.SCRIPT)):
        source = subject.repo.project.read(path)
        if source is None:
            continue
        match = re.search(
            r"beat_schedule[\s\S]{0,4000}?[\"'][\w.-]*back_?up[\w.-]*[\"']\s*:", source.text, re.I
        )
        match = match or _CRON.search(source.text)
        if match is not None:
            return Label(source.span(match.end() - 1).first_line(), "is scheduled")
    return None
