"""Objects of libraries that settings only hold: schedules of celery, queues of kombu, lazy URLs of Django."""

from __future__ import annotations

from confguard.model.django.library import registry
from confguard.model.django.machine import Run
from confguard.model.django.objects import Call, NativeObject, V
from confguard.model.value import Known, Unknown
from confguard.source import Span

_HELD = (
    "celery.schedules.crontab",
    "celery.schedules.schedule",
    "celery.schedules.solar",
    "kombu.Exchange",
    "kombu.Queue",
    "kombu.entity.Exchange",
    "kombu.entity.Queue",
)
_LAZY = ("django.urls.reverse_lazy", "django.core.urlresolvers.reverse_lazy")
_HELD_BELOW = ("sentry_sdk.integrations.",)


class LibraryObject(NativeObject):
    """An object of a library, by the call that made it: ``published`` gives rules a ``Made``."""

    __slots__ = ("args", "keywords", "name", "truth")

    def __init__(self, name: str, call: Call, truth: bool | None) -> None:
        self.name, self.args, self.keywords, self.truth = name, tuple(call.args), dict(call.keywords), truth

    def attribute(self, run: Run, name: str, span: Span) -> V | None:
        """Return an attribute, or None if there is no such one."""
        return Unknown(f"is {name} of {self.name}(), which is not followed")


class CeleryApplication(NativeObject):
    """``Celery(...)`` and all that is taken from it: it is there, and accepts what it is given.

    Nothing is connected or configured before it is used (docs.celeryq.dev, "Application", "Laziness").
    """

    __slots__ = ()
    whatever = True
    """It is made of any arguments."""

    def attribute(self, run: Run, name: str, span: Span) -> V | None:
        """Return an attribute, or None if there is no such one."""
        return Known(CeleryApplication())

    def call(self, run: Run, call: Call) -> V:
        """Return what calling the object gives."""
        return Unknown("comes from the package celery", call.trail)


def _make(name: str, truth: bool | None) -> registry.Function:
    def apply(run: Run, call: Call) -> V:
        if not call.complete:
            return Unknown(f"is {name}() with arguments that are not known", call.trail)
        return Known(LibraryObject(name, call, truth), call.trail)

    return apply


def held(path: str, run: Run, call: Call) -> V | None:
    """Make what is recognised by the package that it comes from; None for all else."""
    if path.startswith(_HELD_BELOW) and path.rpartition(".")[2][:1].isupper():
        return _make(path, True)(run, call)
    return None


FUNCTIONS: dict[str, registry.Function] = {
    **{name: _make(name, True) for name in _HELD},
    "celery.Celery": lambda run, call: Known(CeleryApplication(), call.trail),
    "celery.app.base.Celery": lambda run, call: Known(CeleryApplication(), call.trail),
    **{name: _make("django.urls.reverse_lazy", None) for name in _LAZY},
}
