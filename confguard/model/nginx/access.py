"""The access phase: ``allow`` and ``deny``, ``auth_basic``, ``auth_request``."""

from __future__ import annotations

import ipaddress

from confguard.model.nginx.effective import nearest
from confguard.model.nginx.types import Level, Missing, Statement
from confguard.model.nginx.uri import Request
from confguard.model.value import Unknown

_UNDECIDED = ("auth_jwt", "access_by_lua_block", "access_by_lua_file", "js_access")


def judge(level: Level, request: Request) -> int | Unknown | None:
    """Return the status that refuses a request at a level, None if it is let in."""
    for name in ("allow", "deny", "auth_basic", "auth_request", *_UNDECIDED):
        found = nearest(level, name)
        if isinstance(found, Missing):
            return Unknown(f"{name} may be set: {found.reason}")
    satisfy = nearest(level, "satisfy")
    either = isinstance(satisfy, tuple) and satisfy[1][0].first == "any"
    by_address, by_password = _addresses(level, request), _password(level, request)
    for name in _UNDECIDED:
        found = nearest(level, name)
        if isinstance(found, tuple) and found[1][0].first != "off":
            return Unknown(f"{name} decides whether the request is let in")
    verdicts = [verdict for verdict in (by_address, by_password) if verdict != "none"]
    if either and "allowed" in verdicts:
        return None
    if "unknown" in verdicts:
        return Unknown("who asks decides whether the request is let in")
    if either and verdicts and by_password == "refused":  # noqa: S105 - a verdict
        return 401
    if by_address == "refused":
        return 403
    return 401 if by_password == "refused" else None  # noqa: S105 - a verdict


def subrequest_of(level: Level) -> Statement | None:
    """Return the ``auth_request`` that asks whether a request is let in at a level."""
    found = nearest(level, "auth_request")
    if not isinstance(found, tuple) or found[1][0].first == "off":
        return None
    return found[1][0]


def _addresses(level: Level, request: Request) -> str:
    """Return what ``allow`` and ``deny`` of the nearest level that has any say: the first match decides."""
    rules = next(
        (
            found
            for at in level.chain()
            if (found := [item for item in at.statements if item.name in ("allow", "deny")])
        ),
        [],
    )
    if not rules:
        return "none"
    for rule in rules:
        matches = _matches(rule.first, request.client)
        if matches is None:
            return "unknown"
        if matches:
            return "allowed" if rule.name == "allow" else "refused"
    return "allowed"


def _matches(text: str, client: str) -> bool | None:
    if text == "all":
        return True
    if text == "unix:":
        return False
    if not client:
        return None
    try:
        return ipaddress.ip_address(client) in ipaddress.ip_network(text, strict=False)
    except (ValueError, TypeError):
        return None


def _password(level: Level, request: Request) -> str:
    found = nearest(level, "auth_basic")
    if not isinstance(found, tuple) or found[1][0].first == "off":
        return "none"
    return "unknown" if request.header("authorization") or "$" in found[1][0].first else "refused"
