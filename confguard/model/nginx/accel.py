"""Where an upstream's X-Accel-Redirect leads (ngx_http_upstream_process_headers of nginx 1.30)."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from confguard.model.nginx.content import Next
from confguard.model.nginx.effective import nearest
from confguard.model.nginx.types import Level, Missing

if TYPE_CHECKING:
    from confguard.model.nginx.walk import Walk

_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")


def follow(walk: Walk, level: Level, name: str) -> Next:
    """Go on where the upstream that a pass (``name``) led to sends the request; None if nowhere."""
    result, state = walk.result, walk.state
    headers = state.request.upstream_headers
    target = next((value for key, value in headers if key.lower() == "x-accel-redirect"), None)
    if target is None:
        return None
    ignored = nearest(level, f"{name.removesuffix('_pass')}_ignore_headers")
    if isinstance(ignored, Missing):
        result.stop(f"X-Accel-Redirect may be ignored: {ignored.reason}")
        return None
    words = [text.lower() for item in ignored[1] for text in item.texts] if ignored else []
    if "x-accel-redirect" in words:
        return None
    result.through, result.targets, result.statement = result.targets, (), None
    if target.startswith("@"):
        return walk.named(target)
    path, _, query = target.partition("?")
    path = _ESCAPE.sub(lambda match: chr(int(match[1], 16)), path)
    if not path or "\0" in path or ".." in path.split("/"):
        return walk.answer(404)
    state.path, state.query = path, query
    state.raw = state.rewritten = False
    if state.request.method != "HEAD":
        state.request = replace(state.request, method="GET")
    return path
