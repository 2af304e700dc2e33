"""Which Content-Security-Policy the application itself sends, by which middleware."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from confguard.model.django import imports, operations
from confguard.model.django.library import small_packages
from confguard.model.django.machine import Run
from confguard.model.django.objects import DictObject, ListObject, ModuleObject, TupleObject, V
from confguard.model.django.own_middleware import NAMES, POLICY, Written, written_by
from confguard.model.django.publish import publish
from confguard.model.environment import Environment
from confguard.model.value import Known, Step, Trail, Unknown, Value
from confguard.source import Span

if TYPE_CHECKING:
    from confguard.model.django.settings import Settings

NONCE = "{nonce}"
"""Stands in a policy's text for what is made anew for each response."""

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
    settings: tuple[str, ...] = ()
    """The settings that its middleware asks for: some of them may switch it."""


@dataclass(frozen=True, slots=True)
class WrittenHeader:
    """One other header that a middleware of the repository writes into each answer."""

    name: str
    """In lower case."""
    value: Value[str]
    conditional: bool
    """It is only written if a condition holds that is not known."""


Found = tuple[tuple[Policy, ...], tuple[WrittenHeader, ...]]


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
    passing: dict[tuple[str, str], bool] = field(default_factory=dict, repr=False)
    """Whether a middleware hands a path on, by its name and the path, as far as that was asked."""

    @property
    def policies(self) -> tuple[Policy, ...]:
        """The Content-Security-Policy headers that it writes."""
        return self._written[0]

    @property
    def headers(self) -> tuple[WrittenHeader, ...]:
        """The other headers that middleware of the repository writes."""
        return self._written[1]

    @cached_property
    def _written(self) -> Found:
        if self.other is None:
            return self._found[0]
        written, keys = self.other._found
        if all(self.environment.get(key) == self.other.environment.get(key) for key in keys):
            return written
        again = self.again(self.environment)
        return again.policies, again.written_headers

    @cached_property
    def _found(self) -> tuple[Found, frozenset[str]]:
        before = len(self.run.reads)
        written = find_headers(self.run, self.module)
        return written, frozenset(read.key for read in self.run.reads[before:])

    def under(self, environment: Environment) -> Middleware:
        """Return the middleware of the same settings under another environment."""
        return Middleware(self.run, self.module, self.again, environment, self.other or self)


def find_headers(run: Run, module: ModuleObject) -> Found:
    """Return what the middleware of a settings module writes, in the order of MIDDLEWARE."""
    names = module.namespace.names
    listed = names.get("MIDDLEWARE")
    if not isinstance(listed, Known) or not isinstance(listed.value, ListObject | TupleObject):
        return (), ()
    found: list[Policy] = []
    others: list[WrittenHeader] = []
    for item in listed.value.items:
        if not isinstance(item, Known) or not isinstance(item.value, str):
            continue
        if item.value == _DJANGO:
            found.extend(_by_django(names))
        elif item.value == _PACKAGE:
            found.extend(_by_package(names))
        elif imports.find_module(run, item.value.partition(".")[0]) is not None:
            written = written_by(run, module, item)
            found.extend(policy for one in written if (policy := _policy(one, item)) is not None)
            others.extend(header for one in written if (header := _other(one)) is not None)
    return tuple(found), tuple(others)


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
        Policy(
            policy.text,
            policy.report_only,
            policy.source,
            policy.span,
            policy.trail,
            nonces is not None,
            settings=("CSP_REPORT_ONLY",),
        )
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
        had = [item for item in items if item in small_packages.NONCES]
        nonce = nonce or bool(had)
        kept = list(dict.fromkeys(str(item) for item in items if item not in small_packages.NONCES))
        if had and not kept and default is None:
            continue
        parts.append(f"{name} {' '.join(kept)}".strip())
    text = "; ".join(parts)
    return Policy(Known(text, trail), report_only, source, span, trail, nonce)


def _policy(written: Written, item: Known[Any]) -> Policy | None:
    name = written.name
    report_only: bool | None = None
    if isinstance(name, Known):
        lowered = str(name.value).lower()
        if lowered not in (POLICY, f"{POLICY}-report-only"):
            return None
        report_only = lowered != POLICY
    elif POLICY not in written.span.file.text.lower():
        return None
    value = publish(written.value)
    trail = (Step("written to the response", written.span), *value.trail)
    if not isinstance(value, Known) or not isinstance(value.value, str):
        reason = value.reason if isinstance(value, Unknown) else "is only partly known"
        text: Value[str] = Unknown(reason, trail)
        return Policy(
            text, report_only, item.value, written.span, trail, False, written.conditional, written.settings
        )
    shown = value.value
    for mark in small_packages.RANDOM_TEXTS:
        shown = shown.replace(mark, NONCE)
    return Policy(
        Known(shown, trail),
        report_only,
        item.value,
        written.span,
        trail,
        NONCE in shown,
        written.conditional,
        written.settings,
    )


def _other(written: Written) -> WrittenHeader | None:
    if not isinstance(written.name, Known):
        return None
    name = str(written.name.value).lower()
    if name not in NAMES or name.startswith(POLICY):
        return None
    value = publish(written.value)
    trail = (Step("written to the response", written.span), *value.trail)
    if not isinstance(value, Known) or not isinstance(value.value, str):
        reason = value.reason if isinstance(value, Unknown) else "is only partly known"
        return WrittenHeader(name, Unknown(reason, trail), written.conditional)
    return WrittenHeader(name, Known(value.value, trail), written.conditional)
