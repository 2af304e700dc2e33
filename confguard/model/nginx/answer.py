"""The headers of an answer that nginx writes: ``expires``, ``add_header``, the address of a redirect."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from confguard.model.nginx.effective import flag, header_set, nearest, parse_time
from confguard.model.nginx.types import Level, Missing, Statement
from confguard.model.nginx.variables import State
from confguard.model.value import Known, Unknown, Value

if TYPE_CHECKING:
    from confguard.model.nginx.route import Route

GOOD = frozenset({200, 201, 204, 206, 301, 302, 303, 304, 307, 308})
"""The statuses to which ``expires``, and ``add_header`` without ``always``, add something."""

_HIDDEN = ("date", "server", "x-pad", "x-accel-expires", "x-accel-redirect", "x-accel-limit-rate")
_HIDDEN_TOO = ("x-accel-buffering", "x-accel-charset")


@dataclass(frozen=True, slots=True)
class Sent:
    """One header of an answer; ``always`` says that answers of every status have it."""

    name: str
    value: Value[str]
    statement: Statement | None
    always: bool = True


def sent(route: Route, status: int | None = None) -> tuple[Sent, ...]:
    """Return the headers that nginx writes into an answer, in its order.

    ``status`` is the answer's; without one those of every status are returned. A header whose value is
    surely empty is not written.
    """
    if route.level is None or route.state is None:
        return ()
    found = [*_location(route, status), *_expires(route.level, route.state)]
    for header in header_set(route.level).headers:
        value = header.value
        text = route.state.text(value.value) if isinstance(value, Known) else value
        found.append(Sent(header.name, text, header.statement, header.always))
    return tuple(
        item
        for item in found
        if (status is None or item.always or status in GOOD)
        and not (isinstance(item.value, Known) and not item.value.value)
    )


def _location(route: Route, status: int | None) -> Iterator[Sent]:
    if route.redirect is None or (status is not None and status not in (201, 301, 302, 303, 307, 308)):
        return
    yield Sent("Location", absolute(route, route.redirect), None)


def absolute(route: Route, target: Value[str]) -> Value[str]:
    """Return the address of a redirect as the client gets it (ngx_http_header_filter)."""
    state, level = route.state, route.level
    if isinstance(target, Unknown) or state is None or level is None or not target.value.startswith("/"):
        return target
    full, with_port = flag(level, "absolute_redirect"), flag(level, "port_in_redirect")
    own_name = flag(level, "server_name_in_redirect")
    if not isinstance(full, Known) or not isinstance(with_port, Known) or not isinstance(own_name, Known):
        return Unknown("how redirects are written is not known")
    if not full.value:
        return target
    request = state.request
    name = state.variable("server_name" if own_name.value else "host")
    secure = route.listen is not None and route.listen.ssl
    port = "" if request.port == (443 if secure else 80) or not with_port.value else f":{request.port}"
    scheme = "https" if secure else "http"
    return (
        name.map(lambda host: f"{scheme}://{host}{port}{target.value}") if isinstance(name, Known) else name
    )


def _expires(level: Level, state: State) -> Iterator[Sent]:
    found = nearest(level, "expires")
    if found is None:
        return
    if isinstance(found, Missing):
        yield Sent("Cache-Control", Unknown(f"expires may be set: {found.reason}"), None, always=False)
        return
    statement = found[1][0]
    expires, control = expires_of(statement, state)
    if isinstance(expires, Known) and expires.value == "off":
        return
    yield Sent("Expires", expires, statement, always=False)
    yield Sent("Cache-Control", control, statement, always=False)


def expires_of(statement: Statement, state: State) -> tuple[Value[str], Value[str]]:
    """Return what ``expires`` puts into Expires and Cache-Control (ngx_http_set_expires).

    Expires is ``off`` where nothing is added, and unknown where it depends on the time of the request.
    """
    clock: Value[str] = Unknown("it depends on the time of the request")
    modified = statement.first == "modified"
    word = statement.texts[1] if modified and len(statement.words) > 1 else statement.first
    value = Unknown(statement.unknown) if statement.unknown else state.text(word)
    if isinstance(value, Unknown):
        return value, value
    text = value.value
    if text in ("off", ""):
        return Known("off"), Known("")
    if text == "epoch":
        return Known("Thu, 01 Jan 1970 00:00:01 GMT"), Known("no-cache")
    if text == "max":
        return Known("Thu, 31 Dec 2037 23:55:55 GMT"), Known("max-age=315360000")
    time = parse_time(text.lstrip("+-"))
    if time is None or text.startswith("@") or (modified and not text.startswith("-")):
        return clock, clock
    if text.startswith("-"):
        return clock, Known("no-cache")
    return clock, Known(f"max-age={int(time)}")


def hidden_headers(level: Level, protocol: str = "proxy") -> frozenset[str] | None:
    """Return the names, in lower case, of the upstream's headers that do not pass; None if not known.

    ``proxy_hide_header`` adds to nginx's own, ``proxy_pass_header`` takes away (ngx_http_upstream_hide);
    ``protocol`` is ``proxy``, ``uwsgi``, ``fastcgi``, ``grpc`` or ``scgi``.
    """
    hidden = {*_HIDDEN, *_HIDDEN_TOO}
    for name in (f"{protocol}_hide_header", f"{protocol}_pass_header"):
        found = nearest(level, name)
        if isinstance(found, Missing):
            return None
        named = {item.first.lower() for item in found[1]} if found else set()
        hidden = hidden | named if name.endswith("_hide_header") else hidden - named
    return frozenset(hidden)


def dropped_headers(route: Route, status: int) -> frozenset[str] | None:
    """Return the names of the upstream's headers that an answer of a status has not; None if not known.

    Those hidden, and those that ``expires`` writes anew.
    """
    hidden = hidden_headers(route.level) if route.level else frozenset[str]()
    again = {
        one.name.lower() for one in sent(route, status) if one.statement and one.statement.name == "expires"
    }
    return None if hidden is None else hidden | again
