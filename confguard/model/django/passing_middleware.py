"""Whether middleware of the repository surely hands a request on: it is evaluated with that request."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from confguard.model.django import calls, classes, imports
from confguard.model.django.library.lazysettings import lazy_settings
from confguard.model.django.machine import MAX_STEPS, Run
from confguard.model.django.objects import (
    Call,
    ClassObject,
    FunctionObject,
    InstanceObject,
    LimitReached,
    ModuleObject,
    Native,
    NativeObject,
    Raised,
    V,
)
from confguard.model.value import Known, Unknown
from confguard.source import Span

if TYPE_CHECKING:
    from confguard.model.django.policies import Middleware

_EARLY = ("process_request", "process_view")
_OF_SCHEME = re.compile(r"X.FORWARDED.PROTO|url_scheme|_get_scheme|is_secure|\bHTTPS\b", re.IGNORECASE)


class _Asked(NativeObject):
    """A GET request for a path; nothing else is known of it."""

    __slots__ = ("path",)

    def __init__(self, path: str) -> None:
        self.path = path

    def set_attribute(self, run: Run, name: str, value: V, span: Span) -> None:
        """What middleware stores on a request does not matter here."""

    def attribute(self, run: Run, name: str, span: Span) -> V | None:
        """Return an attribute: the path and the method are known."""
        if name in ("path", "path_info"):
            return Known(self.path)
        return Known("GET") if name == "method" else Unknown("depends on the request")


class _Answer(NativeObject):
    """The answer of what comes behind a middleware."""

    __slots__ = ()

    def attribute(self, run: Run, name: str, span: Span) -> V | None:
        """Nothing is known of it."""
        return Unknown("depends on the response")


def passes_on(middleware: Middleware, name: str, path: str) -> bool:
    """Say whether a middleware of the repository surely hands a GET request for a path on.

    False where it is not known: it may answer itself, or say that plain requests are secure.
    """
    key = (name, path)
    if key not in middleware.passing:
        middleware.passing[key] = _passes_on(middleware, name, path)
    return middleware.passing[key]


def _passes_on(middleware: Middleware, name: str, path: str) -> bool:
    run, settings = middleware.run, middleware.module
    dotted, _, attribute = name.rpartition(".")
    found = imports.find_module(run, dotted)
    source = run.project.read(found[0]) if found is not None and not found[0].endswith("/") else None
    if source is None or _OF_SCHEME.search(source.text):
        return False
    answer: V | None = None
    lists: tuple[list[Any], ...] = (run.failures, run.doubts, run.problems, run.calls, run.reads, run.files)
    before = [len(one) for one in lists]
    modules = dict(run.modules)
    run.modules.pop(dotted, None)  # others may have loaded more of what it imports
    run.steps, run.limit = 0, MAX_STEPS // 4
    lazy_settings(run).names = settings.namespace
    run.hooks["follow"] = lambda path: path == source.path or path.endswith("__init__.py")
    layers = len(run.journal.layers)
    try:
        module = imports.load(run, dotted, None)
        if module is not None:
            answer = _called(run, module, attribute, path, source.span(0))
    except (Raised, LimitReached, RecursionError):
        run.abandon(layers, 0)
        run.depth = run.doubtful = 0
    asked = len(run.reads) > before[4]
    for one, length in zip(lists, before, strict=True):
        del one[length:]
    run.read_places = {read.span for read in run.reads}
    run.modules.clear()
    run.modules.update(modules)
    del run.hooks["follow"]
    # Under a condition that is not known it may answer something else: the result is not known then.
    return isinstance(answer, Known) and isinstance(answer.value, _Answer) and not asked


def _called(run: Run, module: ModuleObject, name: str, path: str, span: Span) -> V | None:
    """Return what a middleware answers; None where it is none that can be called as such."""
    target = module.namespace.names.get(name)
    payload = target.value if isinstance(target, Known) else None
    answer, request = Known(_Answer()), Known(_Asked(path))
    handler = Known(Native("get_response", lambda run, call: answer))
    if isinstance(payload, FunctionObject):
        inner = calls.call(run, Known(payload), Call([handler], {}, span))
        return calls.call(run, inner, Call([request], {}, span))
    if not isinstance(payload, ClassObject) or any(classes.find(payload, one) for one in _EARLY):
        return None
    own = classes.find(payload, "__call__")
    if not isinstance(own, Known) or not isinstance(own.value, FunctionObject):
        return None
    instance = calls.instantiate(run, payload, Call([handler], {}, span))
    if not isinstance(instance, Known) or not isinstance(instance.value, InstanceObject):
        return None
    return calls.call_function(run, own.value, Call([instance, request], {}, span), instance)
