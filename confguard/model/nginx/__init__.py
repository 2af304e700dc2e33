"""nginx as a container really has it: files, servers, locations, effective values.

>>> from confguard.model.nginx import headers, load, load_standalone, lost_headers, size, upstream_targets
"""

from __future__ import annotations

from confguard.model.nginx.answer import Sent, dropped_headers, hidden_headers, sent
from confguard.model.nginx.container import load, unloaded
from confguard.model.nginx.effective import (
    Header,
    HeaderSet,
    effective,
    flag,
    header_set,
    headers,
    is_set,
    lost_headers,
    nearest,
    seconds,
    size,
    text,
)
from confguard.model.nginx.limits import AccessLog, Limit, access_logs, limits, log_format
from confguard.model.nginx.proxying import upstream_headers, upstream_path
from confguard.model.nginx.request_headers import RequestHeader, http_version, request_headers
from confguard.model.nginx.route import Route, route
from confguard.model.nginx.single import load_alone
from confguard.model.nginx.standalone import load_standalone, model_of
from confguard.model.nginx.tls import certificates, ciphers, protocols
from confguard.model.nginx.types import (
    Level,
    Listen,
    Location,
    Missing,
    NginxModel,
    Server,
    ServerName,
    Statement,
    Upstream,
    UpstreamServer,
    Word,
)
from confguard.model.nginx.upstreams import Target, resolvers, targets_of, upstream_targets
from confguard.model.nginx.uri import Request

__all__ = [
    "AccessLog",
    "Header",
    "HeaderSet",
    "Level",
    "Limit",
    "Listen",
    "Location",
    "Missing",
    "NginxModel",
    "Request",
    "RequestHeader",
    "Route",
    "Sent",
    "Server",
    "ServerName",
    "Statement",
    "Target",
    "Upstream",
    "UpstreamServer",
    "Word",
    "access_logs",
    "certificates",
    "ciphers",
    "dropped_headers",
    "effective",
    "flag",
    "header_set",
    "headers",
    "hidden_headers",
    "http_version",
    "is_set",
    "limits",
    "load",
    "load_alone",
    "load_standalone",
    "log_format",
    "lost_headers",
    "model_of",
    "nearest",
    "protocols",
    "request_headers",
    "resolvers",
    "route",
    "seconds",
    "sent",
    "size",
    "targets_of",
    "text",
    "unloaded",
    "upstream_headers",
    "upstream_path",
    "upstream_targets",
]
