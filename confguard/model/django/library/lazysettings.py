"""``django.conf.settings``, as modules see it that settings import, and the middleware that they name."""

from __future__ import annotations

from confguard.model.django.defaults import OTHER_DEFAULTS, django_default
from confguard.model.django.library import osenviron
from confguard.model.django.machine import Run
from confguard.model.django.objects import Namespace, NativeObject, V
from confguard.model.value import Known, Origin, Step, Unknown
from confguard.source import Span


class LazySettings(NativeObject):
    """``django.conf.settings`` while settings load: DJANGO_SETTINGS_MODULE, or what is there of it."""

    __slots__ = ("asked", "names")

    def __init__(self) -> None:
        self.names: Namespace | None = None
        self.asked: list[str] = []
        """The settings that were asked for, in their order."""

    def _load(self, run: Run, span: Span) -> Namespace | None:
        if self.names is None:
            from confguard.model.django import imports

            given = osenviron.current(run, "DJANGO_SETTINGS_MODULE")
            named = isinstance(given, Known) and isinstance(given.value, str)
            module = imports.load(run, given.value if named and isinstance(given, Known) else run.main, span)
            if module is None:
                return None
            # Django copies the names once: what a module that is being loaded sets later is not seen.
            self.names = Namespace(0)
            self.names.restore(module.namespace.snapshot())
        return self.names

    def attribute(self, run: Run, name: str, span: Span) -> V | None:
        """Return an attribute, or None if there is no such one."""
        if name in ("configure", "configured", "is_overridden"):
            return Unknown("depends on how Django was started")
        names = self._load(run, span) if name.isupper() else None
        if name.isupper():
            self.asked.append(name)
        if names is None:
            return Unknown("is a setting of a module that is not known")
        found = names.names.get(name)
        if found is not None:
            return found
        default = django_default(name, run.version)
        if isinstance(default, Known):
            return run.wrap(default.value, (Step(f"Django's default of {name}", None, Origin.DEFAULT),))
        if default is not None or not names.complete or name in OTHER_DEFAULTS:
            return Unknown(f"may be Django's own default of {name}")
        return None


def lazy_settings(run: Run) -> LazySettings:
    """Return the one settings object of a run."""
    found = run.hooks.get("settings")
    if not isinstance(found, LazySettings):
        found = run.hooks["settings"] = LazySettings()
    return found
