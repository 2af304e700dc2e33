"""By which address an application tells its clients apart, and what nginx makes of it.

Sources: djangorestframework 3.18 (throttling.py, BaseThrottle.get_ident), django-axes 8.3 (conf.py,
helpers.py: get_client_ip_address).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from confguard.model.belief import middleware, trusts_proxy
from confguard.model.deployment import App, Deployment
from confguard.model.django.values import elements, entry, plain
from confguard.model.forwarding import PROBE
from confguard.model.nginx import is_set
from confguard.model.passages import Passage
from confguard.model.received import CLIENT, received
from confguard.model.value import Known, Unknown, Value

_LIE = "203.0.113.9"
_REWRITING = (
    "xff",
    "realip",
    "real_ip",
    "ipware",
    "remoteaddr",
    "remote_addr",
    "forwarded",
    "proxy",
    "cloudflare",
)
_UVICORN = "uvicorn"


class Fault(Enum):
    """What is wrong with the address."""

    SHARED = "is the proxy's for everybody"
    CHOSEN = "they choose themselves"


@dataclass(frozen=True, slots=True)
class Reader:
    """Who tells clients apart, by which setting (None: nothing is set), and what it takes."""

    name: str
    setting: str
    value: Value[object] | None
    fault: Fault
    effect: str


def readers(deployment: Deployment, passage: Passage) -> Iterator[Reader]:
    """Yield what reads a wrong address of the clients that come on a passage."""
    names = middleware(passage.app)
    if names is None or any(word in name.lower() for name in names for word in _REWRITING):
        return
    chain = forwarded_for(passage)
    if chain is None or any(is_set(passage.level, name) for name in ("real_ip_header", "set_real_ip_from")):
        return
    if _UVICORN in deployment.processes[passage.service].text:
        trusted = trusts_proxy(deployment, passage.service)
        if trusted != Known(False):
            return  # it puts the forwarded address in place of the proxy's
    yield from _throttles(passage.app, chain)
    yield from _axes(passage.app)


def forwarded_for(passage: Passage) -> tuple[str, ...] | None:
    """Return the addresses in X-Forwarded-For of a client that sends a false one; None if not known."""
    value = received(passage, PROBE, {"X-Forwarded-For": _LIE}).get("x-forwarded-for")
    if isinstance(value, Unknown):
        return None
    return tuple(part.strip() for part in value.value.split(",")) if value is not None else ()


def _throttles(app: App, chain: tuple[str, ...]) -> Iterator[Reader]:
    setting = app.settings.get("REST_FRAMEWORK")
    classes = [
        item.value for item in elements(entry(setting, "DEFAULT_THROTTLE_CLASSES")) if isinstance(item, Known)
    ]
    if not any(str(name).endswith(("AnonRateThrottle", "ScopedRateThrottle")) for name in classes):
        return
    number = entry(setting, "NUM_PROXIES")
    if isinstance(number, Unknown):
        return
    count = number.value if number is not None else None
    if count is None:
        if _LIE in chain:
            effect = "who sends another X-Forwarded-For has a whole rate left again"
            yield Reader("Django REST framework", "NUM_PROXIES", setting, Fault.CHOSEN, effect)
    elif isinstance(count, int) and chain:
        own = list(chain)
        seen = own[-min(count, len(own))] if count > 0 else ""
        if seen != CLIENT and seen != _LIE:
            effect = "all clients share one rate"
            yield Reader("Django REST framework", "NUM_PROXIES", number, Fault.SHARED, effect)


def _axes(app: App) -> Iterator[Reader]:
    get = app.settings.get
    try:
        backends = plain(get("AUTHENTICATION_BACKENDS"))
        installed = plain(get("INSTALLED_APPS"))
    except (ValueError, TypeError):
        return
    if "axes" not in installed or not any(str(one).startswith("axes.backends.") for one in backends):
        return
    enabled, callable_ = get("AXES_ENABLED"), get("AXES_CLIENT_IP_CALLABLE")
    if callable_ is not None or (enabled is not None and not (isinstance(enabled, Known) and enabled.value)):
        return
    orders = (
        "AXES_IPWARE_META_PRECEDENCE_ORDER",
        "AXES_META_PRECEDENCE_ORDER",
        "IPWARE_META_PRECEDENCE_ORDER",
    )
    if any(get(name) is not None for name in orders):
        return
    if not _locks_by_address(app):
        return
    effect = "some wrong passwords from anywhere lock everybody out"
    yield Reader("django-axes", orders[0], get("AXES_LOCKOUT_PARAMETERS"), Fault.SHARED, effect)


def _locks_by_address(app: App) -> bool:
    """Say whether django-axes surely locks an address alone."""
    get = app.settings.get
    parameters = get("AXES_LOCKOUT_PARAMETERS")
    older = ("AXES_ONLY_USER_FAILURES", "AXES_LOCK_OUT_BY_COMBINATION_USER_AND_IP", "AXES_LOCKOUT_CALLABLE")
    if parameters is None:
        return not any((value := get(name)) is not None and value != Known(False) for name in older)
    return any(isinstance(item, Known) and item.value == "ip_address" for item in elements(parameters))
