"""STORAGES names a storage for static files."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.checks._trails import Setting, deliveries, known_settings
from confguard.finding import Finding, Label, Severity
from confguard.model.django import Entries, Items
from confguard.model.listening import programs
from confguard.model.repo import Repo
from confguard.model.value import Known

_APP = "django.contrib.staticfiles"


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each STORAGES that surely lacks the alias ``staticfiles``.

    Django 4.2 replaces the whole default by what is set: ``InvalidStorageError`` (core.files.storage.handler)
    ends ``collectstatic`` and each page that asks for ``{% static %}``; 5.1 checks it (E005).
    """
    for deployment in repo.production:
        for setting in known_settings(deployment, "STORAGES"):
            if not _uses_static_files(setting) or not _lacks(setting) or setting.place is None:
                continue
            collectors = [
                (service, program.span)
                for service in setting.services
                for program in programs(deployment, service)
                if "collectstatic" in program.words
            ]
            yield Finding(
                f"STORAGES{setting.where('of')} has no `staticfiles`: `collectstatic` and every page with "
                "static files end in an error",
                Label(setting.place, "takes the place of Django's default"),
                (
                    *deliveries(setting.value, 2),
                    *(Label(span.first_line(), f"fails in {name}") for name, span in collectors[:3] if span),
                ),
                notes=(
                    "Could not find config for 'staticfiles' in settings.STORAGES",
                    f"{setting.settings.module} is the settings module",
                ),
                help='add `"staticfiles": {"BACKEND": '
                '"django.contrib.staticfiles.storage.StaticFilesStorage"}`, or the storage of WhiteNoise',
                stacks=(deployment.name,),
                address=("STORAGES", *setting.services),
                severity=None if setting.settings.version else Severity.WARNING,
            )


def _uses_static_files(setting: Setting) -> bool:
    apps = setting.settings.get("INSTALLED_APPS")
    items = apps.value if isinstance(apps, Known) and isinstance(apps.value, Items) else ()
    return any(isinstance(one, Known) and one.value == _APP for one in items)


def _lacks(setting: Setting) -> bool:
    """Say whether the setting is in force and surely without the alias."""
    settings, value = setting.settings, setting.value.value
    if "STORAGES" not in settings or "STATICFILES_STORAGE" in settings or not settings.complete:
        return False
    version = settings.version
    if version is not None and tuple(map(int, version.split(".")[:2])) < (4, 2):
        return False
    return isinstance(value, Entries) and not value.maybe and value.get("staticfiles") is None
