"""Middleware of the repository: it is evaluated with a request and a response that stand for any."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from confguard.model.django import calls, classes, imports, operations
from confguard.model.django.library.lazysettings import lazy_settings
from confguard.model.django.machine import MAX_STEPS, Run
from confguard.model.django.objects import (
    Call,
    ClassObject,
    DictObject,
    FunctionObject,
    InstanceObject,
    LimitReached,
    ModuleObject,
    Namespace,
    Native,
    NativeObject,
    Raised,
    V,
)
from confguard.model.value import Known, Unknown
from confguard.source import SourceFile, Span

POLICY = "content-security-policy"
NAMES = frozenset(
    {
        POLICY,
        f"{POLICY}-report-only",
        "access-control-allow-origin",
        "cross-origin-embedder-policy",
        "cross-origin-opener-policy",
        "cross-origin-resource-policy",
        "permissions-policy",
        "referrer-policy",
        "strict-transport-security",
        "x-content-type-options",
        "x-frame-options",
    }
)
"""The headers, in lower case, for which middleware is evaluated."""

_WORDS = re.compile(r"-policy|csp|[a-z]-src\b|nonce|-options\b|strict-transport", re.IGNORECASE)


@dataclass(slots=True)
class Written:
    """A header that middleware writes; ``conditional`` says that a condition decides which is not known."""

    name: V
    value: V
    span: Span
    conditional: bool
    settings: tuple[str, ...] = ()
    """The settings that the middleware asks for."""


class _Headers(NativeObject):
    """A response, or its headers: what is written to it is noted."""

    __slots__ = ("written",)

    def __init__(self) -> None:
        self.written: list[Written] = []

    def set_item(self, run: Run, key: V, value: V, span: Span) -> None:
        """Note what is written."""
        self.written.append(Written(key, value, span, run.doubtful > 0))

    def set_attribute(self, run: Run, name: str, value: V, span: Span) -> None:
        """Attributes of a response do not matter here."""

    def contains(self, run: Run, item: V, span: Span) -> V:
        """Answer ``in``."""
        if not isinstance(item, Known):
            return Unknown("is a header that is not known")
        if any(
            isinstance(w.name, Known) and str(w.name.value).lower() == str(item.value).lower()
            for w in self.written
        ):
            return Known(True)
        return (
            Known(False) if str(item.value).lower().startswith(POLICY) else Unknown("depends on the response")
        )

    def _setdefault(self, run: Run, call: Call) -> V:
        present = operations.truth(self.contains(run, call.args[0], call.span))
        if present is not True:
            self.set_item(run, call.args[0], call.args[1], call.span)
            self.written[-1].conditional |= present is None
        return Known(None)

    def _get(self, run: Run, call: Call) -> V:
        present = operations.truth(self.contains(run, call.args[0], call.span))
        if present is False:
            return call.args[1] if len(call.args) > 1 else Known(None)
        return Unknown("depends on the response")

    def _update(self, run: Run, call: Call) -> V:
        for arg in call.args:
            if isinstance(arg, Known) and isinstance(arg.value, DictObject):
                for name, value in arg.value.entries.values():
                    self.set_item(run, name, value, call.span)
        return Known(None)

    def attribute(self, run: Run, name: str, span: Span) -> V | None:
        """Return an attribute, or None if there is no such one."""
        if name in ("headers", "_headers"):
            return Known(self)
        if name == "status_code":
            return Known(200)
        if name in ("__setitem__", "set_header", "add_header"):
            return Known(Native(name, lambda run, call: _noted(self, run, call)))
        if name == "setdefault":
            return Known(Native(name, self._setdefault))
        if name == "get":
            return Known(Native(name, self._get))
        if name == "update":
            return Known(Native(name, self._update))
        if name in ("has_header", "__contains__"):
            return Known(Native(name, lambda run, call: self.contains(run, call.args[0], call.span)))
        return Unknown("depends on the response")


def _noted(headers: _Headers, run: Run, call: Call) -> V:
    headers.set_item(run, call.args[0], call.args[1], call.span)
    return Known(None)


class _Request(NativeObject):
    """A request: nothing is known of it but what the middleware itself stores on it."""

    __slots__ = ("stored",)

    def __init__(self) -> None:
        self.stored: dict[str, V] = {}

    def set_attribute(self, run: Run, name: str, value: V, span: Span) -> None:
        """Store an attribute."""
        self.stored[name] = value if not run.doubtful else Unknown("depends on the request")

    def attribute(self, run: Run, name: str, span: Span) -> V | None:
        """Return an attribute, or None if there is no such one."""
        return self.stored.get(name, Unknown("depends on the request"))


def written_by(run: Run, settings: ModuleObject, item: Known[Any]) -> list[Written]:
    """Evaluate one middleware of the repository and return the headers that it writes."""
    path, _, name = item.value.rpartition(".")
    found = imports.find_module(run, path)
    source = run.project.read(found[0]) if found is not None and not found[0].endswith("/") else None
    if source is None or not _names_any(source.text):
        return []
    headers = _Headers()
    before = (len(run.failures), len(run.doubts), len(run.problems), len(run.calls))
    run.steps, run.limit = 0, MAX_STEPS // 4
    shared = lazy_settings(run)
    shared.names = settings.namespace
    asked = len(shared.asked)
    run.hooks["follow"] = partial(_has_to_do_with_headers, run)
    layers = len(run.journal.layers)
    try:
        module = imports.load(run, path, None)
        if module is not None:
            _respond(run, module, name, headers, source.span(0))
    except (Raised, LimitReached, RecursionError):
        run.abandon(layers, 0)
        run.depth = run.doubtful = 0
    del run.failures[before[0] :], run.doubts[before[1] :], run.problems[before[2] :], run.calls[before[3] :]
    del run.hooks["follow"]
    names = tuple(dict.fromkeys(shared.asked[asked:]))
    for written in headers.written:
        written.settings = names
    return headers.written


def _names_any(text: str, names: Iterable[str] = NAMES) -> bool:
    lowered = text.lower()
    return any(name in lowered for name in names)


def _has_to_do_with_headers(run: Run, path: str) -> bool:
    """Say whether a module that a middleware imports is worth reading: most of an application is not."""
    speaks = run.project.parsed(_speaks_of_headers, path) if not path.endswith("/") else None
    return speaks is not False


def _speaks_of_headers(source: SourceFile) -> bool:
    return _WORDS.search(source.text) is not None


def _respond(run: Run, module: ModuleObject, name: str, headers: _Headers, span: Span) -> None:
    target = module.namespace.names.get(name)
    payload = target.value if isinstance(target, Known) else None
    response, request = Known(headers), Known(_Request())
    get_response = Known(Native("get_response", lambda run, call: response))
    if isinstance(payload, FunctionObject):
        inner = calls.call(run, Known(payload), Call([get_response], {}, span))
        calls.call(run, inner, Call([request], {}, span))
        return
    if not isinstance(payload, ClassObject):
        return
    own = classes.find(payload, "__call__")
    if isinstance(own, Known) and isinstance(own.value, FunctionObject):
        instance = calls.instantiate(run, payload, Call([get_response], {}, span))
        if isinstance(instance, Known) and isinstance(instance.value, InstanceObject):
            calls.call_function(run, own.value, Call([instance, request], {}, span), instance)
        return
    instance = Known(InstanceObject(payload, Namespace(run.journal.serial)))
    instance.value.namespace.names["get_response"] = get_response
    for method, arguments in (("process_request", [request]), ("process_response", [request, response])):
        function = classes.find(payload, method)
        if isinstance(function, Known) and isinstance(function.value, FunctionObject):
            calls.call_function(run, function.value, Call([instance, *arguments], {}, span), instance)
