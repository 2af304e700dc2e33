"""OpenTelemetry's instrumentation of Django: it puts a middleware into the settings that are being loaded.

After ``opentelemetry/instrumentation/django/__init__.py``, release 0.6x: ``DjangoInstrumentor._instrument``.
"""

from __future__ import annotations

from confguard.model.django.library import osenviron, registry
from confguard.model.django.machine import Run
from confguard.model.django.objects import Call, ListObject, ModuleObject, Native, NativeObject, V
from confguard.model.value import Known, Step, Unknown
from confguard.source import Span

_MIDDLEWARE = "opentelemetry.instrumentation.django.middleware.otel_middleware._DjangoMiddleware"
_HOOK = "instrumented"


class Instrumentor(NativeObject):
    """``DjangoInstrumentor()``: one for the whole process."""

    __slots__ = ()

    def attribute(self, run: Run, name: str, span: Span) -> V | None:
        """Return an attribute, or None if there is no such one."""
        if name == "is_instrumented_by_opentelemetry":
            return Known(_HOOK in run.hooks)
        if name == "instrument":
            return Known(Native(name, _instrument))
        return Unknown(f"is {name} of DjangoInstrumentor(), which is not followed")


def _instrument(run: Run, call: Call) -> V:
    switch, _ = osenviron.read(run, Known("OTEL_PYTHON_DJANGO_INSTRUMENT"), call.span, "os", Known(None))
    place, _ = osenviron.read(
        run, Known("OTEL_PYTHON_DJANGO_MIDDLEWARE_POSITION"), call.span, "os", Known(None)
    )
    if isinstance(switch, Known) and switch.value == "False":
        return Known(None, call.trail)
    sure = not run.doubtful and not isinstance(switch, Unknown) and place is None and not call.keywords
    run.hooks.setdefault(_HOOK, (call.span, sure and call.complete))
    return Known(None, call.trail)


def finish(run: Run, module: ModuleObject) -> None:
    """Put the middleware into the settings, once they are loaded."""
    found = module.namespace.names.get("MIDDLEWARE")
    if _HOOK not in run.hooks or not isinstance(found, Known) or not isinstance(found.value, ListObject):
        return
    span, sure = run.hooks[_HOOK]
    trail = (Step("put in by DjangoInstrumentor().instrument()", run.place_of(span)),)
    if sure:
        found.value.items.insert(0, Known(_MIDDLEWARE, trail))
    else:
        module.namespace.names["MIDDLEWARE"] = Unknown("may get a middleware of OpenTelemetry", trail)


FUNCTIONS: dict[str, registry.Function] = {
    "opentelemetry.instrumentation.django.DjangoInstrumentor": (
        lambda run, call: Known(Instrumentor(), call.trail)
    ),
}
