"""What a location of nginx answers with: files, an upstream's answer, a fixed one."""

from __future__ import annotations

import re
from enum import Enum

from confguard.model.nginx import Location, Target, is_set
from confguard.model.nginx.upstreams import PASSES

_FIXED = ("return", "stub_status", "empty_gif", "autoindex_format", "content_by_lua_block", "js_content")


_WEBSOCKET = re.compile(r"(^|/)\^?(ws|wss|websockets?|sockets?|socket\.io|sockjs)(/|\$|\(|$)", re.IGNORECASE)


def named_for_websockets(target: Target) -> bool:
    """Say whether a route is for WebSockets alone, by the name of its location."""
    return target.location is not None and _WEBSOCKET.search(target.location.pattern) is not None


def is_websocket(target: Target) -> bool:
    """Say whether a route is for WebSockets alone: named so, and passing on the request to upgrade."""
    if not named_for_websockets(target):
        return False
    headers = (item for at in target.level.chain() for item in at.named("proxy_set_header"))
    return any(item.first.lower() == "upgrade" for item in headers)


class Serves(Enum):
    """Where the answers of a location come from."""

    UPSTREAM = "an upstream"
    FIXED = "the configuration itself"
    NOBODY = "it refuses all"
    DOCUMENTS = "files, HTML documents among them"
    FILES = "files"
    OTHER = "not known"


def serves(location: Location) -> Serves:
    """Return what a location answers with; rewrites may lead elsewhere, and are not followed."""
    level = location.level
    if any(level.named(name) for name in PASSES):
        return Serves.UPSTREAM
    if any(level.named(name) for name in _FIXED):
        return Serves.FIXED
    if any(item.first == "all" for item in level.named("deny")) and not level.named("allow"):
        return Serves.NOBODY
    if location.unknown or level.missing or level.named("rewrite"):
        return Serves.OTHER
    if not (is_set(level, "root") or is_set(level, "alias")):
        return Serves.OTHER
    return Serves.DOCUMENTS if _has_documents(location) else Serves.FILES


def _has_documents(location: Location) -> bool:
    """Say whether HTML is surely among the files: a page that others are led to, or the pattern says so."""
    tried = [text for item in location.level.named("try_files") for text in item.texts]
    if any(text.endswith((".html", ".htm")) for text in tried):
        return True
    if location.is_regex:
        return "html" in location.pattern
    return location.pattern.endswith((".html", ".htm"))
