"""The content phase: files under ``root`` and ``alias``, ``try_files``, ``index``, redirects to folders."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from confguard.model.nginx.effective import flag, nearest
from confguard.model.nginx.types import Level, Location, Missing, Statement
from confguard.model.nginx.uri import as_bytes, escape
from confguard.model.nginx.variables import State
from confguard.model.value import Known, Unknown, Value

if TYPE_CHECKING:
    from confguard.model.nginx.walk import Walk

Next = str | Location | None
"""Where an internal redirect leads: a path, a named location; None at the end of the way."""


def root_of(state: State, level: Level) -> tuple[Level, Value[str], bool] | Unknown:
    """Return the level that sets root or alias, its folder, and whether it is an alias."""
    for at in level.chain():
        for name in ("alias", "root"):
            if found := at.named(name):
                return at, state.text(found[0].first), name == "alias"
            if missing := at.may_hold(name):
                return Unknown(missing.reason)
    return level, Known("/etc/nginx/html"), False


def file_of(state: State, level: Level, path: str, tried: bool = False) -> Value[str]:
    """Return the file that a path names under the root or alias in effect (ngx_http_map_uri_to_path).

    ``tried`` says that the path is an argument of ``try_files``, which need not begin with the location's.
    """
    found = root_of(state, level)
    if isinstance(found, Unknown):
        return found
    at, base, is_alias = found
    if isinstance(base, Unknown):
        return base
    if not is_alias:
        return Known(base.value.rstrip("/") + path)
    location = state.model.location_of(at)
    if location is None or location.is_regex:
        return Known(base.value + path) if tried else base
    prefix = as_bytes(location.pattern)
    return Known(base.value + (path[len(prefix) :] if not tried or path.startswith(prefix) else path))


def exists(walk: Walk, level: Level, path: str, *, folder: bool = False, tried: bool = False) -> bool | None:
    """Say whether a path is a file (or a folder) under the root or alias in effect."""
    if not folder and path.endswith("/"):
        return False
    file = file_of(walk.state, level, path, tried)
    if isinstance(file, Unknown):
        return None
    normal = posixpath.normpath(file.value)
    asked = f"{normal.rstrip('/')}/" if folder else normal
    there = walk.state.request.exists(asked)
    if there is None:
        walk.result.asked.append(asked)
    elif there and not folder:
        walk.result.file = asked
    return there


def try_files(walk: Walk, level: Level, statement: Statement) -> Next:
    """Go on with the first file that is there, or with the last argument (ngx_http_try_files_handler)."""
    result, state = walk.result, walk.state
    for text in statement.texts[:-1]:
        folder = text.endswith("/")
        value = state.text(text[:-1] if folder else text)
        there = (
            None
            if isinstance(value, Unknown)
            else exists(walk, level, value.value, folder=folder, tried=True)
        )
        if there is None or isinstance(value, Unknown):
            result.stop(getattr(value, "reason", f"whether {text} is there is not known"))
            return None
        if there:
            state.path = _with_prefix(state, level, value.value)
            return walk.handler(level)
    last = state.text(statement.texts[-1])
    if isinstance(last, Unknown):
        result.stop(last.reason)
        return None
    if last.value.startswith("="):
        return walk.answer(int(last.value[1:]) if last.value[1:].isdigit() else 500)
    if last.value.startswith("@"):
        return walk.named(last.value)
    walk.redirect_internally(last.value)
    return last.value


def _with_prefix(state: State, level: Level, path: str) -> str:
    """Return the path of a file that try_files found: under an alias it begins with the location's."""
    found = root_of(state, level)
    location = None if isinstance(found, Unknown) or not found[2] else state.model.location_of(found[0])
    if location is None:
        return path
    if location.is_regex:
        return state.path
    prefix = as_bytes(location.pattern)
    return path if path.startswith(prefix) else prefix + path


def static(walk: Walk, level: Level) -> Next:
    """Answer with an index file, a file, a redirect to a folder, or an error (ngx_http_static_handler)."""
    result, state = walk.result, walk.state
    method = state.request.method
    if state.path.endswith("/") and method in ("GET", "HEAD", "POST"):
        return _index(walk, level)
    if method not in ("GET", "HEAD", "POST"):
        return walk.answer(405)
    there = exists(walk, level, state.path)
    if there:
        if method == "POST":
            return walk.answer(405)
        result.status = Known(200)
        return None
    folder = exists(walk, level, state.path, folder=True)
    if folder:
        target = f"{escape(state.path)}/{'?' + state.query if state.query else ''}"
        return walk.answer(301, Known(target))
    if there is None or folder is None:
        result.stop("whether the file is there is not known")
        return None
    return walk.answer(404)


def _index(walk: Walk, level: Level) -> Next:
    """Go on with the first index file of a folder that is there (ngx_http_index_handler)."""
    result, state = walk.result, walk.state
    found = nearest(level, "index")
    if isinstance(found, Missing):
        result.stop(found.reason)
        return None
    names = [text for item in found[1] for text in item.texts] if found else ["index.html"]
    for index, text in enumerate(names):
        value = state.text(text)
        if isinstance(value, Unknown):
            result.stop(value.reason)
            return None
        if value.value.startswith("/") and index == len(names) - 1:
            walk.redirect_internally(value.value)
            return value.value
        path = value.value if value.value.startswith("/") else state.path + value.value
        there = exists(walk, level, path)
        if there is None:
            result.stop("whether there is an index file is not known")
            return None
        if there:
            state.path, state.raw = path, False
            return path
    listing = flag(level, "autoindex")
    folder = exists(walk, level, state.path, folder=True)
    if folder is None or not isinstance(listing, Known):
        result.stop("whether the folder is there is not known")
        return None
    if not folder:
        return walk.answer(404)
    if listing.value and state.request.method != "POST":
        result.status = Known(200)
        return None
    return walk.answer(403)
