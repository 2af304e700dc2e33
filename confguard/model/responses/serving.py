"""What a location of nginx answers with: files, an upstream's answer, a fixed one."""

from __future__ import annotations

from enum import Enum

from confguard.model.nginx import Location, is_set
from confguard.model.nginx.upstreams import PASSES

_FIXED = ("return", "stub_status", "empty_gif", "autoindex_format", "content_by_lua_block", "js_content")


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
