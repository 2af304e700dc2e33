"""``django.utils.csp`` of Django 6: an enumeration of texts (django/utils/csp.py, release 6.1)."""

from __future__ import annotations

from confguard.model.django.library import registry
from confguard.model.django.machine import Run
from confguard.model.django.objects import Call, External, Member, V
from confguard.model.value import Known, Unknown
from confguard.source import Span

CLASS = "django.utils.csp.CSP"
_VALUES = {
    "HEADER_ENFORCE": "Content-Security-Policy",
    "HEADER_REPORT_ONLY": "Content-Security-Policy-Report-Only",
    "NONE": "'none'",
    "REPORT_SAMPLE": "'report-sample'",
    "SELF": "'self'",
    "STRICT_DYNAMIC": "'strict-dynamic'",
    "UNSAFE_EVAL": "'unsafe-eval'",
    "UNSAFE_HASHES": "'unsafe-hashes'",
    "UNSAFE_INLINE": "'unsafe-inline'",
    "WASM_UNSAFE_EVAL": "'wasm-unsafe-eval'",
    "NONCE": "<CSP_NONCE_SENTINEL>",
}
CONSTANTS = {f"{CLASS}.{name}": Member(value, name) for name, value in _VALUES.items()}


def _by_value(run: Run, call: Call) -> V:
    """``CSP("'self'")``."""
    value = call.args[0]
    if not isinstance(value, Known):
        return Unknown(value.reason, call.trail)
    for member in CONSTANTS.values():
        if member == value.value:
            return Known(member, run.trail(call.step("member of CSP"), value))
    raise run.throw("ValueError", f"{value.value!r} is not a valid CSP", call.span, value.trail)


def item(run: Run, owner: External, key: V, span: Span) -> V | None:
    """``CSP["SELF"]``; None for all else."""
    if owner.path != CLASS or not isinstance(key, Known):
        return None
    member = CONSTANTS.get(f"{CLASS}.{key.value}")
    if member is None:
        raise run.throw("KeyError", str(key.value), span, key.trail)
    return Known(member, key.trail)


FUNCTIONS: dict[str, registry.Function] = {CLASS: _by_value}
