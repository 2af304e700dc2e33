"""The way of one request through nginx: server, locations, what answers it and with which headers.

The phases of ngx_http_core_module in their order: server rewrite, location, body size, location
rewrite, access, try_files, content, and the error pages at the end.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from confguard.model.nginx.effective import (
    HeaderSet,
    flag,
    header_set,
)
from confguard.model.nginx.request_headers import RequestHeader, request_headers
from confguard.model.nginx.select import default_server, find_server
from confguard.model.nginx.types import Level, Listen, Location, Missing, NginxModel, Server, Statement
from confguard.model.nginx.upstreams import Target
from confguard.model.nginx.uri import Request, normalize, split_target
from confguard.model.nginx.variables import State, initial
from confguard.model.nginx.walk import Walk
from confguard.model.value import Known, Unknown, Value


@dataclass
class Route:
    """What becomes of a request.

    ``locations`` are the levels that took it, in order, with internal redirects; None stands for the
    server itself. ``status`` is what nginx answers by itself; Unknown where the upstream or a file
    decides, with ``targets`` where it is passed on. ``level`` is the configuration of the answer.
    """

    request: Request
    server: Server | None = None
    listen: Listen | None = None
    locations: list[Location | None] = field(default_factory=list)
    level: Level | None = None
    status: Value[int] = field(default_factory=lambda: Unknown("it has not been followed to its end"))
    redirect: Value[str] | None = None
    targets: tuple[Target, ...] = ()
    through: tuple[Target, ...] = ()
    """Where it was passed on before an X-Accel-Redirect of that upstream led on."""
    subrequests: list[tuple[int, tuple[Location | None, ...]]] = field(default_factory=list)
    """The locations that answered an ``auth_request``, with how many locations came before."""
    statement: Statement | None = None
    """The directive that answers: a return, a rewrite, a pass."""
    body_limit: Value[int] | None = None
    """Bytes; 0 means without a limit."""
    state: State | None = None
    """Path, query and variables at the end of the way."""
    file: str = ""
    """The file of the container that answers, or would if it is there."""
    asked: list[str] = field(default_factory=list)
    """Files and folders on which the way depends and of which nobody knows whether they are there."""
    unknown: str = ""
    """Why the way could not be followed any further, or ``""``."""

    def stop(self, reason: str) -> None:
        """End where the way cannot be followed."""
        self.unknown = reason
        self.status = Unknown(reason)

    @property
    def location(self) -> Location | None:
        """The last location."""
        return self.locations[-1] if self.locations else None

    @property
    def headers(self) -> HeaderSet:
        """What add_header adds to the answer, whatever its status."""
        return header_set(self.level) if self.level else HeaderSet(())

    def request_headers(self, model: NginxModel) -> tuple[tuple[RequestHeader, ...], Missing | None]:
        """Return the headers that the upstream gets from proxy_set_header."""
        return request_headers(model, self.level) if self.level else ((), None)


def route(model: NginxModel, request: Request) -> Route:
    """Follow a request as far as the configuration decides; never raises."""
    result = Route(request)
    chosen = find_server(model, request)
    if isinstance(chosen, Unknown):
        result.stop(chosen.reason)
        return result
    if chosen is None:
        result.stop("nothing listens there")
        return result
    server, listen = chosen
    result.server, result.listen, result.level = server, listen, server.level
    # Before the Host header is read, the address alone decides; with TLS the name is known by then.
    early = (server, listen) if listen.ssl else default_server(model, request) or chosen
    merge = flag(early[0].level, "merge_slashes")
    path = normalize(split_target(request.target)[0], not isinstance(merge, Known) or merge.value)
    refused = 400 if path is None or not request.host else 0  # HTTP/1.1 demands a Host header
    if path is None:
        result.server, result.listen = server, listen = early
        result.level = server.level
    elif listen.ssl != (request.scheme == "https"):
        refused = 497 if listen.ssl else 0
        if not refused:
            result.stop("no TLS is spoken there")
            return result
    state = initial(model, request, server, path or "/")
    result.state = state
    state.asked = result.asked
    Walk(model, result, state).run(refused)
    if refused == 497 and result.status == Known(497):
        result.status = Known(400)
    return result
