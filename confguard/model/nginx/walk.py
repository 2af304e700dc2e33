"""The phases that a request goes through, with internal redirects and error pages."""

from __future__ import annotations

import posixpath
from dataclasses import replace
from typing import TYPE_CHECKING

from confguard.model.nginx import access
from confguard.model.nginx.effective import flag, nearest, size
from confguard.model.nginx.rewrite import Outcome
from confguard.model.nginx.rewrite import run as rewrite
from confguard.model.nginx.select import find_location
from confguard.model.nginx.types import Level, Location, Missing, NginxModel, Statement
from confguard.model.nginx.upstreams import PASSES, targets_of
from confguard.model.nginx.uri import as_bytes
from confguard.model.nginx.variables import State
from confguard.model.value import Known, Unknown, Value

if TYPE_CHECKING:
    from confguard.model.nginx.route import Route

MAX_REDIRECTS = 10
"""nginx gives up with 500 after so many internal redirects (NGX_HTTP_MAX_URI_CHANGES)."""


class Walk:
    """Follows one request; ``result`` is filled on the way."""

    def __init__(self, model: NginxModel, result: Route, state: State) -> None:
        self.model = model
        self.result = result
        self.state = state
        self.server = state.server
        self.internal = False
        self.error: int | None = None
        self.failed = False

    def run(self) -> None:
        """Follow the request to its answer, or to where it cannot be followed."""
        named: Location | None = None
        for _ in range(MAX_REDIRECTS + 1):
            again = self._once(named)
            if again is None:
                # What serves an error page answers with the error's status (ngx_http_send_header).
                if self.error and not self.failed and not self.result.unknown:
                    self.result.status = Known(self.error)
                return
            named = again if isinstance(again, Location) else None
            self.internal = True
        self.result.status = Known(500)

    def _answer(self, status: int, location: Value[str] | None = None) -> str | Location | None:
        """End with a status, or go on to the error page that is set for it."""
        result = self.result
        result.status, result.redirect = Known(status), location
        self.failed = status >= 300
        if status < 300:
            return None
        recursive = flag(result.level, "recursive_error_pages") if result.level else None
        if self.error is not None and not (isinstance(recursive, Known) and recursive.value):
            return None
        found = nearest(result.level, "error_page") if result.level else None
        if isinstance(found, Missing):
            result.stop(f"an error page may be set: {found.reason}")
            return None
        for statement in found[1] if found else ():
            if not statement.words:
                continue
            codes = [text for text in statement.texts[:-1] if text.isdigit()]
            if str(status) in codes:
                return self._error_page(status, statement)
        return None

    def _error_page(self, status: int, statement: Statement) -> str | Location | None:
        target = self.state.text(statement.texts[-1])
        change = next((text for text in statement.texts[:-1] if text.startswith("=")), None)
        if isinstance(target, Unknown):
            self.result.stop(target.reason)
            return None
        self.error, self.failed = status, False
        if change == "=":
            self.error = 0
        elif change:
            self.error = int(change[1:]) if change[1:].isdigit() else status
        if target.value.startswith("@"):
            return self._named(target.value)
        if not target.value.startswith("/"):
            self.result.status, self.result.redirect = Known(302), target
            self.failed = True
            return None
        self._internal(target.value)
        if self.state.request.method != "HEAD":  # ngx_http_send_error_page
            self.state.request = replace(self.state.request, method="GET")
        return target.value

    def _internal(self, target: str) -> None:
        """Go on with another path; the query is the new one's or none (ngx_http_internal_redirect)."""
        self.state.path, _, self.state.query = target.partition("?")
        self.state.raw = False

    def _named(self, name: str) -> Location | None:
        found = next((item for item in self.server.locations if item.is_named and item.pattern == name), None)
        if found is None:
            if self.server.level.may_hold("location"):
                self.result.stop(f"the location {name} is not known")
            else:
                self.result.status = Known(500)
        return found

    def _once(self, named: Location | None) -> str | Location | None:
        """Go through the phases once; return where an internal redirect leads."""
        result, state = self.result, self.state
        if named is None:
            result.level = self.server.level
            done = rewrite(self.server.level, state, self.server.conditions)
            if isinstance(done, Unknown):
                result.stop(done.reason)
                return None
            if done.status is not None:
                return self._return(done)
        location = named
        for _ in range(MAX_REDIRECTS + 1):
            if location is None:
                found = find_location(self.server, state.path)
                if isinstance(found, Unknown):
                    result.stop(found.reason)
                    return None
                location = found.location
                state.groups.update(found.groups)
                if location is None:
                    result.locations.append(None)
                    if self._too_large(self.server.level):
                        return self._answer(413)
                    return self._content(self.server.level, None)
                result.level = level = self._limited(location)
                if location.level.named("internal") and not self.internal:
                    return self._answer(404)
                result.locations.append(location)
                if self._too_large(level):
                    return self._answer(413)
                if found.redirect:
                    result.status, result.redirect = Known(301), Known(f"{state.path}/")
                    return None
            else:
                result.locations.append(location)
                result.level = level = self._limited(location)
            if level is not location.level:
                return self._content(level, location)
            done = rewrite(level, state, location.conditions)
            if isinstance(done, Unknown):
                result.stop(done.reason)
                return None
            level = done.level or location.level
            result.level = level
            if done.status is not None:
                return self._return(done)
            if not done.changed:
                return self._content(level, location)
            location = None
        result.status = Known(500)
        return None

    def _limited(self, location: Location) -> Level:
        """Return the level that applies to the method: a limit_except, or the location itself."""
        method = self.state.request.method
        for level in location.limits:
            allowed = level.statement.texts if level.statement else ()
            if method not in allowed and not (method == "HEAD" and "GET" in allowed):
                return level
        return location.level

    def _return(self, done: Outcome) -> str | Location | None:
        result = self.result
        result.statement = done.statement
        assert done.status is not None
        if done.status == 444:
            result.status = Known(444)
            return None
        if done.body is not None:  # a body of its own: no error page takes its place
            result.status = Known(done.status)
            return None
        return self._answer(done.status, done.location)

    def _too_large(self, level: Level) -> bool:
        limit = size(level, "client_max_body_size")
        self.result.body_limit = limit
        length = self.state.request.body_size
        return isinstance(limit, Known) and length is not None and 0 < limit.value < length

    def _content(self, level: Level, location: Location | None) -> str | Location | None:
        """The phases after the location is settled: access, try_files, content."""
        refused = self._access(level)
        if refused is not None:
            return None if refused == 0 else self._answer(refused)
        if (tries := level.named("try_files")) and tries[0].words:
            return self._try_files(level, tries[0])
        return self._handler(level, location)

    def _access(self, level: Level) -> int | None:
        """Return the status that refuses the request, 0 if that cannot be known, None if it passes."""
        verdict = access.judge(level, self.state.request)
        if isinstance(verdict, Unknown):
            self.result.stop(verdict.reason)
            return 0
        return verdict

    def _handler(self, level: Level, location: Location | None) -> str | Location | None:
        result = self.result
        at: Level | None = level
        while at is not None:
            for name in PASSES:
                if at.named(name):
                    result.targets = targets_of(self.model, at)
                    result.statement = at.named(name)[0]
                    result.status = Unknown("the upstream answers")
                    return None
                if missing := at.may_hold(name):
                    result.stop(f"{name} may be set: {missing.reason}")
                    return None
            # Only the unnamed levels inherit what handles a request.
            at = at.outer if at.kind in ("if", "limit_except") else None
        for name in (
            "stub_status",
            "empty_gif",
            "mp4",
            "flv",
            "dav_methods",
            "perl",
            "js_content",
            "autoindex",
        ):
            if level.named(name):
                result.stop(f"{name} answers")
                return None
        return self._static(level)

    def _file(self, level: Level, path: str) -> Value[str]:
        """Return the file that a path names under the root or alias in effect."""
        for at in level.chain():
            if found := at.named("alias"):
                location = self.model.location_of(at)
                if location is None or location.is_regex:
                    return self.state.text(found[0].first)
                base, rest = self.state.text(found[0].first), path[len(as_bytes(location.pattern)) :]
                return Known(base.value + rest) if isinstance(base, Known) else base
            if found := at.named("root"):
                base = self.state.text(found[0].first)
                return base.map(lambda text: text.rstrip("/") + path) if isinstance(base, Known) else base
            if missing := at.may_hold("root"):
                return Unknown(missing.reason)
        return Known(f"/etc/nginx/html{path}")

    def _exists(self, level: Level, path: str, folder: bool = False) -> bool | None:
        """Say whether a path is a file (or a folder) under the root or alias in effect."""
        if not folder and path.endswith("/"):
            return False
        file = self._file(level, path)
        if isinstance(file, Unknown):
            return None
        normal = posixpath.normpath(file.value)
        asked = f"{normal.rstrip('/')}/" if folder else normal
        there = self.state.request.exists(asked)
        if there is None:
            self.result.asked.append(asked)
        elif there and not folder:
            self.result.file = asked
        return there

    def _try_files(self, level: Level, statement: Statement) -> str | Location | None:
        result, state = self.result, self.state
        for text in statement.texts[:-1]:
            value = state.text(text)
            folder = text.endswith("/")
            there = None if isinstance(value, Unknown) else self._exists(level, value.value, folder)
            if there is None or isinstance(value, Unknown):
                result.stop(f"whether the file {text} is there is not known")
                return None
            if there:
                state.path = value.value
                return self._handler(level, self.model.location_of(level))
        last = state.text(statement.texts[-1])
        if isinstance(last, Unknown):
            result.stop(last.reason)
            return None
        if last.value.startswith("="):
            return self._answer(int(last.value[1:]) if last.value[1:].isdigit() else 500)
        if last.value.startswith("@"):
            return self._named(last.value)
        self._internal(last.value)
        return last.value

    def _static(self, level: Level) -> str | Location | None:
        result, state = self.result, self.state
        if state.path.endswith("/"):
            found = nearest(level, "index")
            if isinstance(found, Missing):
                result.stop(found.reason)
                return None
            names = [text for item in found[1] for text in item.texts] if found else ["index.html"]
            for name in names:
                path = name if name.startswith("/") else state.path + name
                there = self._exists(level, path)
                if there is None:
                    result.stop("whether there is an index file is not known")
                    return None
                if there:
                    state.path, state.raw = path, False
                    return path
            return self._answer(403 if self._exists(level, state.path, folder=True) else 404)
        if state.request.method not in ("GET", "HEAD"):
            return self._answer(405)
        there = self._exists(level, state.path)
        if there is None:
            result.stop("whether the file is there is not known")
            return None
        if there:
            result.status = Known(200)
            return None
        return self._answer(404)
