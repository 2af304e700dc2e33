"""What nginx tells an upstream by itself and by ``proxy_set_header``."""

from __future__ import annotations

from dataclasses import dataclass

from confguard.model.nginx.effective import is_set, nearest, text
from confguard.model.nginx.types import Level, Missing, NginxModel, Statement
from confguard.model.value import Known, Origin, Step, Unknown, Value


@dataclass(frozen=True, slots=True)
class RequestHeader:
    """A header that nginx sends to the upstream; an empty value means that it is not sent.

    ``statement`` is None for nginx's own defaults.
    """

    name: str
    value: Value[str]
    statement: Statement | None


def request_headers(model: NginxModel, level: Level) -> tuple[tuple[RequestHeader, ...], Missing | None]:
    """Return what ``proxy_set_header`` makes of a request at a level, with nginx's defaults.

    The second part is what may add or replace them all, or None. Headers of the client that are not
    named pass as they are.
    """
    found = nearest(level, "proxy_set_header")
    missing = found if isinstance(found, Missing) else None
    statements = found[1] if isinstance(found, tuple) else ()
    own = tuple(
        RequestHeader(item.first, item.words[1].value, item) for item in statements if len(item.words) > 1
    )
    names = {header.name.lower() for header in own}
    defaults = tuple(item for item in _request_defaults(model) if item.name.lower() not in names)
    return (*own, *defaults), missing


def _request_defaults(model: NginxModel) -> tuple[RequestHeader, ...]:
    step = Step("default of nginx", None, Origin.DEFAULT)
    newer = model.at_least(1, 29, 7)
    connection: Value[str] = Known("" if newer else "close", (step,))
    if newer is None:
        connection = Unknown("it depends on the version of nginx", (step,))
    return (
        RequestHeader("Host", Known("$proxy_host", (step,)), None),
        RequestHeader("Connection", connection, None),
    )


def http_version(model: NginxModel, level: Level) -> Value[str]:
    """Return the HTTP version towards upstreams: 1.0 by default, 1.1 from nginx 1.29.7."""
    if is_set(level, "proxy_http_version"):
        return text(level, "proxy_http_version")
    found = nearest(level, "proxy_http_version")
    if isinstance(found, Missing):
        return Unknown(f"proxy_http_version may be set elsewhere: {found.reason}")
    newer = model.at_least(1, 29, 7)
    if newer is None:
        return Unknown("the default of proxy_http_version depends on the version of nginx")
    step = Step("default of nginx", None, Origin.DEFAULT)
    return Known("1.1" if newer else "1.0", (step,))
