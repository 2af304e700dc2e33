"""Which Content-Security-Policy the application itself sends, by which middleware."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from confguard.model.django import calls, classes, imports, operations
from confguard.model.django.library import misc
from confguard.model.django.library.lazysettings import lazy_settings
from confguard.model.django.machine import MAX_STEPS, Run
from confguard.model.django.objects import (
    Call,
    ClassObject,
    DictObject,
    FunctionObject,
    InstanceObject,
    LimitReached,
    ListObject,
    ModuleObject,
    Namespace,
    Native,
    NativeObject,
    Raised,
    TupleObject,
    V,
)
from confguard.model.django.publish import publish
from confguard.model.environment import Environment
from confguard.model.value import Known, Step, Trail, Unknown, Value
from confguard.source import Span

if TYPE_CHECKING:
    from confguard.model.django.settings import Settings

HEADER = "content-security-policy"
NONCE = "{nonce}"
"""Stands in a policy's text for what is made anew for each response."""

_WORDS = re.compile(r"security.policy|csp|[a-z]-src\b|nonce", re.IGNORECASE)
_DJANGO = "django.middleware.csp.ContentSecurityPolicyMiddleware"
_PACKAGE = "csp.middleware.CSPMiddleware"
_DIRECTIVES = [
    "child-src",
    "connect-src",
    "default-src",
    "script-src",
    "script-src-attr",
    "script-src-elem",
    "object-src",
    "style-src",
    "style-src-attr",
    "style-src-elem",
    "font-src",
    "frame-src",
    "img-src",
    "manifest-src",
    "media-src",
    "prefetch-src",
    "base-uri",
    "plugin-types",
    "sandbox",
    "form-action",
    "frame-ancestors",
    "navigate-to",
    "report-uri",
    "report-to",
    "require-sri-for",
    "require-trusted-types-for",
    "trusted-types",
    "webrtc",
    "worker-src",
    "upgrade-insecure-requests",
    "block-all-mixed-content",
]


@dataclass(frozen=True, slots=True)
class Policy:
    """One Content-Security-Policy header that a middleware writes."""

    text: Value[str]
    """The header's value as it is sent (django-csp orders its directives at random: here as in its table)."""
    report_only: bool | None
    """None: not known."""
    source: str
    """What decides it: ``SECURE_CSP``, ``CONTENT_SECURITY_POLICY``, ``CSP_*`` or the middleware's name."""
    span: Span
    trail: Trail
    nonce: bool = False
    """A nonce is in it, or is added when a template asks for it."""
    conditional: bool = False
    """It is only written if a condition holds that is not known."""


@dataclass(frozen=True, eq=False)
class Middleware:
    """The middleware of settings under an environment: it is run when its headers are first asked for.

    It may read more of the environment than the settings do. ``other`` is the middleware of the same settings
    under another environment that answered all reads of the settings alike.
    """

    run: Run = field(repr=False)
    module: ModuleObject = field(repr=False)
    again: Callable[[Environment], Settings] = field(repr=False)
    environment: Environment = field(repr=False)
    other: Middleware | None = field(default=None, repr=False)

    @cached_property
    def policies(self) -> tuple[Policy, ...]:
        """The Content-Security-Policy headers that it writes."""
        if self.other is None:
            return self._found[0]
        policies, keys = self.other._found
        if all(self.environment.get(key) == self.other.environment.get(key) for key in keys):
            return policies
        return self.again(self.environment).policies

    @cached_property
    def _found(self) -> tuple[tuple[Policy, ...], frozenset[str]]:
        before = len(self.run.reads)
        policies = find_policies(self.run, self.module)
        return policies, frozenset(read.key for read in self.run.reads[before:])

    def under(self, environment: Environment) -> Middleware:
        """Return the middleware of the same settings under another environment."""
        return Middleware(self.run, self.module, self.again, environment, self.other or self)


def find_policies(run: Run, module: ModuleObject) -> tuple[Policy, ...]:
    """Return the policies that the middleware of a settings module writes, in the order of MIDDLEWARE."""
    names = module.namespace.names
    listed = names.get("MIDDLEWARE")
    if not isinstance(listed, Known) or not isinstance(listed.value, ListObject | TupleObject):
        return ()
    found: list[Policy] = []
    for item in listed.value.items:
        if not isinstance(item, Known) or not isinstance(item.value, str):
            continue
        if item.value == _DJANGO:
            found.extend(_by_django(names))
        elif item.value == _PACKAGE:
            found.extend(_by_package(names))
        elif imports.find_module(run, item.value.partition(".")[0]) is not None:
            found.extend(_by_own(run, module, item))
    return tuple(found)


def _by_django(names: dict[str, V]) -> list[Policy]:
    out = []
    for name, report_only in (("SECURE_CSP", False), ("SECURE_CSP_REPORT_ONLY", True)):
        value = names.get(name)
        if value is not None:
            policy = _rendered(value, None, name, report_only)
            if policy is not None:
                out.append(policy)
    return out


def _by_package(names: dict[str, V]) -> list[Policy]:
    out = []
    new = False
    for name, report_only in (
        ("CONTENT_SECURITY_POLICY", False),
        ("CONTENT_SECURITY_POLICY_REPORT_ONLY", True),
    ):
        value = names.get(name)
        if value is None:
            continue
        new = True
        if isinstance(value, Known) and isinstance(value.value, DictObject):
            pair = value.value.entries.get("DIRECTIVES")
            inner = (
                pair[1]
                if pair
                else Known(DictObject(0))
                if value.value.complete
                else Unknown("is only partly known")
            )
            if operations.truth(value) is False:
                continue
            policy = _rendered(inner, "default-src", name, report_only, value.trail)
        else:
            policy = _rendered(value, "default-src", name, report_only)
        if policy is not None:
            out.append(policy)
    if not new:
        out.extend(_by_old_package(names))
    return out


def _by_old_package(names: dict[str, V]) -> list[Policy]:
    """django-csp before version 4: one setting for each directive."""
    made = DictObject(0)
    for directive in _DIRECTIVES:
        value = names.get("CSP_" + directive.upper().replace("-", "_"))
        if value is not None:
            made.entries[directive] = (Known(directive), value)
    if not made.entries:
        return []
    first = min(
        (value for _, value in made.entries.values() if _place(value)),
        key=lambda v: _order(v),
        default=Unknown(""),
    )
    report = names.get("CSP_REPORT_ONLY", Known(False))
    policy = _rendered(
        Known(made, first.trail), "default-src", "CSP_*", operations.truth(report), first.trail
    )
    if policy is None:
        return []
    nonces = names.get("CSP_INCLUDE_NONCE_IN")
    return [
        Policy(policy.text, policy.report_only, policy.source, policy.span, policy.trail, nonces is not None)
    ]


def _place(value: V) -> Span | None:
    return next((step.span for step in value.trail if step.span is not None), None)


def _order(value: V) -> tuple[str, int]:
    span = _place(value)
    return (span.path, span.start) if span is not None else ("", 0)


def _rendered(
    value: V, default: str | None, source: str, report_only: bool | None, trail: Trail = ()
) -> Policy | None:
    """Write a dict of directives as a header's value; None if no header is sent."""
    trail = trail or value.trail
    span = next((step.span for step in trail if step.span is not None), None)
    if span is None:
        return None
    if isinstance(value, Unknown):
        return Policy(Unknown(value.reason, trail), report_only, source, span, trail)
    if not isinstance(value.value, DictObject):
        return None
    try:
        config = operations.plain(value)
    except operations.NotPlain as error:
        return Policy(Unknown(error.unknown.reason, trail), report_only, source, span, trail)
    if default is not None:
        known = {name: config.get(name) for name in _DIRECTIVES}
        if "default-src" not in config:
            known["default-src"] = ["'self'"]
        config = {name: item for name, item in known.items() if item is not None}
        uri = config.pop("report-uri", None)
        if uri:
            config["report-uri"] = uri
    elif not config:
        return None
    parts, nonce = [], False
    for name, raw in config.items():
        if raw is None or raw is False:
            continue
        items = (
            []
            if raw is True
            else sorted(raw)
            if isinstance(raw, set)
            else list(raw)
            if isinstance(raw, list | tuple)
            else [raw]
        )
        if len(items) == 1 and items[0] is False:
            continue
        if items and items[0] is True:
            items = []
        had = [item for item in items if item in misc.NONCES]
        nonce = nonce or bool(had)
        kept = list(dict.fromkeys(str(item) for item in items if item not in misc.NONCES))
        if had and not kept and default is None:
            continue
        parts.append(f"{name} {' '.join(kept)}".strip())
    text = "; ".join(parts)
    return Policy(Known(text, trail), report_only, source, span, trail, nonce)


# Middleware of the repository: it is evaluated with a request and a response that stand for any.


@dataclass(slots=True)
class _Written:
    name: V
    value: V
    span: Span
    conditional: bool


class _Headers(NativeObject):
    """A response, or its headers: what is written to it is noted."""

    __slots__ = ("written",)

    def __init__(self) -> None:
        self.written: list[_Written] = []

    def set_item(self, run: Run, key: V, value: V, span: Span) -> None:
        """Note what is written."""
        self.written.append(_Written(key, value, span, run.doubtful > 0))

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
            Known(False) if str(item.value).lower().startswith(HEADER) else Unknown("depends on the response")
        )

    def _setdefault(self, run: Run, call: Call) -> V:
        if operations.truth(self.contains(run, call.args[0], call.span)) is not True:
            self.set_item(run, call.args[0], call.args[1], call.span)
        return Known(None)

    def _get(self, run: Run, call: Call) -> V:
        present = operations.truth(self.contains(run, call.args[0], call.span))
        if present is False:
            return call.args[1] if len(call.args) > 1 else Known("" if False else None)
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


def _by_own(run: Run, settings: ModuleObject, item: Known[Any]) -> list[Policy]:
    """Evaluate one middleware of the repository and return the policies it writes."""
    path, _, name = item.value.rpartition(".")
    found = imports.find_module(run, path)
    source = run.project.read(found[0]) if found is not None and not found[0].endswith("/") else None
    if source is None or HEADER not in source.text.lower():
        return []
    headers = _Headers()
    before = (len(run.failures), len(run.doubts), len(run.problems), len(run.calls))
    run.steps, run.limit = 0, MAX_STEPS // 4
    lazy_settings(run).names = settings.namespace
    run.hooks["follow"] = partial(_has_to_do_with_policies, run)
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
    return [policy for written in headers.written if (policy := _policy(written, item)) is not None]


def _has_to_do_with_policies(run: Run, path: str) -> bool:
    """Say whether a module that a middleware imports is worth reading: most of an application is not."""
    source = run.project.read(path) if not path.endswith("/") else None
    return source is None or _WORDS.search(source.text) is not None


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


def _policy(written: _Written, item: Known[Any]) -> Policy | None:
    name = written.name
    report_only: bool | None = None
    if isinstance(name, Known):
        lowered = str(name.value).lower()
        if lowered not in (HEADER, f"{HEADER}-report-only"):
            return None
        report_only = lowered != HEADER
    elif HEADER not in written.span.file.text.lower():
        return None
    value = publish(written.value)
    trail = (Step("written to the response", written.span), *value.trail)
    if not isinstance(value, Known) or not isinstance(value.value, str):
        reason = value.reason if isinstance(value, Unknown) else "is only partly known"
        text: Value[str] = Unknown(reason, trail)
        return Policy(text, report_only, item.value, written.span, trail, False, written.conditional)
    shown = value.value
    for mark in misc.RANDOM_TEXTS:
        shown = shown.replace(mark, NONCE)
    return Policy(
        Known(shown, trail), report_only, item.value, written.span, trail, NONCE in shown, written.conditional
    )
