"""What protects hidden files leaves /.well-known/ alone."""

from __future__ import annotations

from collections.abc import Iterator

from confguard.finding import Finding, Label
from confguard.model.nginx import Location, NginxModel, Request, route
from confguard.model.repo import Repo
from confguard.model.value import Known

_ASKED = "/.well-known/acme-challenge/token"
_HIDDEN = "/.git/config"


def check(repo: Repo) -> Iterator[Finding]:
    """Yield one finding for each location that forbids hidden files and /.well-known/ with them."""
    for deployment in repo.production:
        reported: set[object] = set()
        for model in deployment.proxies:
            for location in _forbidding(model):
                if location.pattern_span in reported:
                    continue
                reported.add(location.pattern_span)
                yield Finding(
                    f"{location.title} forbids `/.well-known/` too: no certificate can be had over HTTP-01",
                    Label(location.pattern_span, "takes every path with a dot behind a slash"),
                    notes=("security.txt, app links and the change-password address lie there as well",),
                    help="leave it out, `location ~ /\\.(?!well-known/)`, or put "
                    "`location ^~ /.well-known/ { root ...; }` in front",
                    stacks=(deployment.name,),
                    address=(location.pattern_span.path, location.pattern),
                )


def _forbidding(model: NginxModel) -> Iterator[Location]:
    """Yield the pattern locations that answer 403 or 404 themselves to both paths, on any listener."""
    for server in model.servers:
        name = next((one.text for one in server.names if one.kind == "exact"), "localhost")
        for listen in server.listens:
            if listen.port is None:
                continue
            scheme = "https" if listen.ssl else "http"
            ways = [route(model, Request(path, name, scheme, listen.port)) for path in (_ASKED, _HIDDEN)]
            first, second = (way.location for way in ways)
            refused = all(isinstance(way.status, Known) and way.status.value in (403, 404) for way in ways)
            if first is not None and first is second and first.is_regex and refused:
                yield first
